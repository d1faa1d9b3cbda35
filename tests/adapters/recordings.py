"""Recordings for the adapter tests: samples that a test makes, written as the decoder would write them."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from models.records.audio import SAMPLE_RATE, Audio, Recording


def audio_of(folder: Path, samples: NDArray[np.float32], *, separate_channels: bool = False) -> Audio:
    """An `Audio` over samples of shape (frames,) or (frames, channels), kept in ``folder``."""
    frames = samples[:, None] if samples.ndim == 1 else samples
    pcm = folder / "audio.pcm"
    data = (np.clip(frames, -1, 1) * 32767).astype("<i2").tobytes()
    pcm.write_bytes(data)
    recording = Recording(
        sha256=hashlib.sha256(data).hexdigest(),
        size_bytes=len(data),
        container="wav",
        codec="pcm_s16le",
        channels=frames.shape[1],
        sample_rate_hz=SAMPLE_RATE,
        duration_ms=len(frames) * 1000 // SAMPLE_RATE,
    )
    return Audio(
        recording=recording,
        pcm=pcm,
        channels=frames.shape[1],
        frames=len(frames),
        gain_db=0.0,
        separate_channels=separate_channels,
        advice=(),
    )


def silence(seconds: float) -> NDArray[np.float32]:
    """Digital silence, shape (samples,)."""
    return np.zeros(int(seconds * SAMPLE_RATE), np.float32)


def spoken(folder: Path, text: str, voice: str = "slt") -> NDArray[np.float32]:
    """The text said by a flite voice, shape (samples,) at 16 kHz; skips where flite is not installed."""
    if shutil.which("flite") is None:
        pytest.skip("needs the Debian package flite")
    file = folder / "spoken.wav"
    subprocess.run(["flite", "-voice", voice, "-t", text, "-o", str(file)], check=True, capture_output=True)
    return np.frombuffer(file.read_bytes()[44:], "<i2").astype(np.float32) / np.float32(32768)
