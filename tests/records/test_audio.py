"""Reading decoded sound a stretch at a time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models.records.audio import Audio, Recording
from models.records.span import Span

RECORDING = Recording(
    sha256="0" * 64, size_bytes=1, container="wav", codec="pcm", channels=2, sample_rate_hz=16000, duration_ms=2
)


@pytest.fixture
def stereo(tmp_path: Path) -> Audio:
    """Two milliseconds: the left channel counts up, the right is silent."""
    frames = np.stack([np.arange(32), np.zeros(32)], axis=1).astype("<i2")
    frames.tofile(tmp_path / "a")
    return Audio(
        recording=RECORDING,
        pcm=tmp_path / "a",
        channels=2,
        frames=32,
        gain_db=0.0,
        separate_channels=True,
        advice=(),
    )


def test_a_stretch_is_read_from_its_place(stereo: Audio) -> None:
    """The second millisecond of the left channel is samples 16 to 31."""
    samples = stereo.read(Span(start_ms=1, end_ms=2), channel=0)
    assert samples.dtype == np.float32
    assert np.allclose(samples * 32768, np.arange(16, 32))


def test_channels_are_averaged_unless_one_is_named(stereo: Audio) -> None:
    """Half the left channel, the right being silent."""
    assert np.allclose(stereo.read() * 32768, np.arange(32) / 2)


def test_a_stretch_past_the_end_is_cut(stereo: Audio) -> None:
    """No samples are made up."""
    assert stereo.read(Span(start_ms=1, end_ms=99)).shape == (16,)
    assert stereo.read(Span(start_ms=50, end_ms=99)).shape == (0,)


def test_gain_is_applied_and_clipped(tmp_path: Path) -> None:
    """20 dB make ten times as much, but never more than full scale."""
    np.array([100, 20000], dtype="<i2").tofile(tmp_path / "a")
    audio = Audio(
        recording=RECORDING, pcm=tmp_path / "a", channels=1, frames=2, gain_db=20.0, separate_channels=False, advice=()
    )
    assert np.allclose(audio.read(), [1000 / 32768, 1.0])
