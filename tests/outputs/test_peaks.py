"""The outline of a recording."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models.records.span import Span
from pipelines.stages import peaks
from pipelines.stages.peaks import waveform_peaks
from tests.outputs.sound import audio_of


def test_each_peak_is_the_loudest_sample_of_its_piece(tmp_path: Path) -> None:
    samples = np.zeros(16_000)
    samples[5_000] = -16_384
    samples[15_999] = 8_192
    assert waveform_peaks(audio_of(samples, tmp_path), 4) == (0.0, 0.5, 0.0, 0.25)


def test_reading_in_blocks_gives_the_same_as_reading_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    samples = np.random.default_rng(1).integers(-30_000, 30_000, 50_021)
    audio = audio_of(samples, tmp_path)
    whole = waveform_peaks(audio, 77)
    monkeypatch.setattr(peaks, "BLOCK_MS", 130)
    assert waveform_peaks(audio, 77) == whole
    expected = [round(float(np.float32(piece) / 32768), 3) for piece in _loudest(samples, 77)]
    assert list(whole) == pytest.approx(expected, abs=0.001)


def test_no_more_than_a_block_is_read_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    audio = audio_of(np.ones(200_000), tmp_path)
    asked: list[int] = []
    read = type(audio).read

    def watch(self: object, span: Span, **more: object) -> object:
        asked.append(span.duration_ms)
        return read(audio, span)

    monkeypatch.setattr(type(audio), "read", watch)
    monkeypatch.setattr(peaks, "BLOCK_MS", 1000)
    waveform_peaks(audio)
    assert len(asked) == 13
    assert max(asked) <= 1000


def test_an_empty_recording_has_no_peaks(tmp_path: Path) -> None:
    assert waveform_peaks(audio_of(np.zeros(0), tmp_path)) == ()


def test_a_recording_of_three_samples_has_three_peaks(tmp_path: Path) -> None:
    assert len(waveform_peaks(audio_of(np.array([1, 2, 3]), tmp_path))) == 3


def test_nought_peaks_cannot_be_asked_for(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least one"):
        waveform_peaks(audio_of(np.zeros(10), tmp_path), 0)


def _loudest(samples: np.ndarray, count: int) -> list[int]:
    piece = np.arange(len(samples)) * count // len(samples)
    return [int(np.abs(samples[piece == number]).max()) for number in range(count)]
