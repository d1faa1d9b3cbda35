"""The features that the voice network hears."""

from __future__ import annotations

import numpy as np

from models.voices.filterbank import BANDS, SAMPLE_RATE, frame_count, log_mel


def test_only_whole_frames_are_computed() -> None:
    assert log_mel(np.zeros(399, dtype=np.float32)).shape == (0, BANDS)
    assert log_mel(np.zeros(400, dtype=np.float32)).shape == (1, BANDS)
    assert len(log_mel(np.zeros(160_000, dtype=np.float32))) == frame_count(160_000) == 998


def test_a_higher_tone_peaks_in_a_higher_band() -> None:
    time = np.arange(SAMPLE_RATE) / SAMPLE_RATE
    peaks = [int(log_mel(np.sin(2 * np.pi * hz * time).astype(np.float32)).mean(axis=0).argmax()) for hz in (300, 3000)]
    assert peaks[0] < peaks[1]


def test_twice_as_loud_raises_every_band_by_the_same_amount() -> None:
    noise = np.random.default_rng(1).normal(0, 0.1, SAMPLE_RATE).astype(np.float32)
    difference = log_mel(noise * 2) - log_mel(noise)
    np.testing.assert_allclose(difference, np.log(4), atol=1e-3)


def test_silence_is_finite() -> None:
    assert np.isfinite(log_mel(np.zeros(SAMPLE_RATE, dtype=np.float32))).all()
