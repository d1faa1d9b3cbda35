"""Log mel energies of sound as Kaldi computes them: what the voice network was trained on."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

SAMPLE_RATE = 16_000
WINDOW = 400
SHIFT = 160
BANDS = 80
FFT = 512
LOW_HZ = 20.0
PRE_EMPHASIS = 0.97
FULL_SCALE = 32_768.0


def frame_count(samples: int) -> int:
    """How many whole 25 ms frames, 10 ms apart, fit in so many samples."""
    return max(0, 1 + (samples - WINDOW) // SHIFT)


def log_mel(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Log mel energies of 16 kHz samples in [-1, 1], shape ``(frames, 80)``, not normalised.

    Frames of 25 ms every 10 ms, mean removed, pre-emphasis .97, Hamming window; only whole frames.
    """
    count = frame_count(len(samples))
    if count == 0:
        return np.zeros((0, BANDS), dtype=np.float32)
    scaled = samples.astype(np.float32) * np.float32(FULL_SCALE)
    frames = np.lib.stride_tricks.sliding_window_view(scaled, WINDOW)[::SHIFT][:count]
    frames = frames - frames.mean(axis=1, keepdims=True)
    before = np.concatenate([frames[:, :1], frames[:, :-1]], axis=1)
    shaped = (frames - np.float32(PRE_EMPHASIS) * before) * _window()
    power = np.abs(np.fft.rfft(shaped, n=FFT, axis=1)).astype(np.float32) ** 2
    energies = power @ _mel_weights().T
    result: NDArray[np.float32] = np.log(np.maximum(energies, np.finfo(np.float32).eps)).astype(np.float32)
    return result


@cache
def _window() -> NDArray[np.float32]:
    return np.hamming(WINDOW).astype(np.float32)


@cache
def _mel_weights() -> NDArray[np.float32]:
    """Triangles evenly spaced in mel between 20 Hz and half the sampling rate, shape ``(80, 257)``."""
    low, high = _mel(np.array([LOW_HZ, SAMPLE_RATE / 2])).tolist()
    edges = low + (high - low) * np.arange(BANDS + 2) / (BANDS + 1)
    mel = _mel(np.arange(FFT // 2 + 1, dtype=np.float64) * (SAMPLE_RATE / FFT))
    left, centre, right = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    weights = np.minimum((mel - left) / (centre - left), (right - mel) / (right - centre))
    weights[:, -1] = 0.0
    return np.asarray(np.maximum(weights, 0.0), dtype=np.float32)


def _mel(hertz: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(1127.0 * np.log(1.0 + hertz / 700.0))
