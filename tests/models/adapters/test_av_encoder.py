"""Samples written as Opus are the same sound again."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np

from models.adapters.av_encoder import write_opus

TONE = (0.3 * np.sin(2 * np.pi * 440 * np.arange(32_000) / 16_000)).astype(np.float32)


def test_an_opus_file_keeps_length_and_sound_and_is_small(tmp_path: Path) -> None:
    path = tmp_path / "tone.opus"
    write_opus(path, TONE, bits_per_second=32_000)
    with av.open(str(path)) as opened:
        resampler = av.AudioResampler(format="flt", layout="mono", rate=16_000)
        frames = [piece for frame in opened.decode(audio=0) for piece in resampler.resample(frame)]
    heard = np.concatenate([frame.to_ndarray().ravel() for frame in frames])
    assert abs(len(heard) - len(TONE)) < 1600
    assert np.corrcoef(heard[4000:24_000], TONE[4000:24_000])[0, 1] > 0.99
    assert path.stat().st_size < 12_000


def test_the_same_samples_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.opus", "b.opus"):
        write_opus(tmp_path / name, TONE, bits_per_second=32_000)
    assert (tmp_path / "a.opus").read_bytes() == (tmp_path / "b.opus").read_bytes()
