"""A room around dry speech: a few early reflections for each seat, a short tail, and faint pink noise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import fftconvolve

from models.records.audio import SAMPLE_RATE

_TAIL_S = 0.18
_NOISE_FLOOR_HZ = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """How the room sounds.

    ``snr_db``: speech against noise, None for no noise. ``wet_db``: tail against direct sound, None for a dry room.
    """

    snr_db: float | None = 28.0
    wet_db: float | None = -25.0


QUIET_ROOM = Room()
DRY = Room(snr_db=None, wet_db=None)


def impulse_response(room: Room, generator: np.random.Generator) -> NDArray[np.float64]:
    """One clap at one seat as the recorder hears it: direct sound, reflections, decaying tail; ``(samples,)``."""
    if room.wet_db is None:
        return np.ones(1)
    length = int(_TAIL_S * SAMPLE_RATE)
    decay = np.exp(-6.9 * np.arange(length) / length)
    tail = generator.standard_normal(length) * decay
    tail[: SAMPLE_RATE // 250] = 0  # the direct sound arrives alone for 4 ms
    tail *= 10 ** (room.wet_db / 20) / np.sqrt(np.sum(tail**2))
    for delay_ms in sorted(generator.uniform(4, 28, size=4)):
        tail[int(delay_ms * SAMPLE_RATE / 1000)] += 0.16 * np.exp(-delay_ms / 15) * generator.choice((-1.0, 1.0))
    tail[0] = 1.0
    return tail


def pink_noise(samples: int, generator: np.random.Generator) -> NDArray[np.float64]:
    """Noise whose power falls with frequency, RMS 1; ``(samples,)`` at 16 kHz."""
    spectrum = np.fft.rfft(generator.standard_normal(samples))
    frequency = np.fft.rfftfreq(samples, 1 / SAMPLE_RATE)
    spectrum /= np.sqrt(np.maximum(frequency, _NOISE_FLOOR_HZ))
    spectrum[frequency < _NOISE_FLOOR_HZ] = 0
    noise = np.fft.irfft(spectrum, samples)
    return np.asarray(noise / np.sqrt(np.mean(noise**2)))


def mix(dry: dict[str, NDArray[np.float32]], room: Room, seed: int) -> NDArray[np.float32]:
    """Put each speaker's dry track (equal lengths) in the room and add up; float32 ``(samples,)`` in [-1, 1]."""
    generator = np.random.default_rng(seed)
    length = max(len(track) for track in dry.values())
    total = np.zeros(length)
    for speaker in sorted(dry):
        total += fftconvolve(dry[speaker], impulse_response(room, generator))[:length]
    if room.snr_db is not None:
        speech = np.sqrt(np.mean(total[np.abs(total) > 1e-3] ** 2))
        total += pink_noise(length, generator) * speech * 10 ** (-room.snr_db / 20)
    peak = np.max(np.abs(total))
    loud: NDArray[np.float32] = (total * min(1.0, 0.97 / float(peak))).astype(np.float32)
    return loud
