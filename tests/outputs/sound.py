"""Sound for the tests of the outputs, made on the spot."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np

from models.records.audio import SAMPLE_RATE, Audio, Recording


def audio_of(samples: np.ndarray, folder: Path, *, channels: int = 1, gain_db: float = 0) -> Audio:
    """16-bit samples, shape ``(frames,)`` or ``(frames, channels)``, as decoded audio."""
    pcm = folder / "samples.pcm"
    samples.astype("<i2").tofile(pcm)
    frames = len(samples)
    recording = Recording(
        sha256="0" * 64,
        size_bytes=pcm.stat().st_size,
        container="wav",
        codec="pcm_s16le",
        channels=channels,
        sample_rate_hz=SAMPLE_RATE,
        duration_ms=frames * 1000 // SAMPLE_RATE,
    )
    return Audio(
        recording=recording,
        pcm=pcm,
        channels=channels,
        frames=frames,
        gain_db=gain_db,
        separate_channels=False,
        advice=(),
    )


def hum(duration_ms: int, path: Path, rate: int = 8000) -> Path:
    """A quiet tone as a WAV file that browsers play."""
    time = np.arange(duration_ms * rate // 1000) / rate
    samples = (2000 * np.sin(2 * np.pi * 220 * time)).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.tobytes())
    return path
