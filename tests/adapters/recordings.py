"""Recordings made on the fly for tests of adapters: decoded audio on disk, spoken text, and two real voices in turn.

The two voices are samples that the moonshine-voice package carries; text is spoken by flite where it is installed.
"""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import wave
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.signal import resample_poly

from benchmarks.made_recordings import decoded
from models.records.audio import SAMPLE_RATE, Audio
from models.records.span import Span
from models.records.speech import Speech


def audio_of(folder: Path, samples: NDArray[np.float32], *, separate_channels: bool = False) -> Audio:
    """Decoded audio of float samples in [-1, 1], shape ``(frames,)`` or ``(frames, channels)``, kept in ``folder``."""
    return decoded(folder / "audio.pcm", samples, separate=separate_channels)


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


def carried_voice(name: str) -> NDArray[np.float32]:
    """A sample of one voice from the moonshine-voice package, 16 kHz, levelled."""
    spec = importlib.util.find_spec("moonshine_voice")
    assert spec is not None
    assert spec.origin is not None
    with wave.open(str(Path(spec.origin).parent / "assets" / name), "rb") as file:
        content = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").astype(np.float32) / 32768
        mono = content.reshape(-1, file.getnchannels()).mean(axis=1)
        samples = resample_poly(mono, SAMPLE_RATE, file.getframerate()).astype(np.float32)
    return (samples / np.sqrt(np.mean(samples**2)) * 0.05).astype(np.float32)


def dialogue(turn_seconds: float = 3.0, turns: int = 4) -> tuple[NDArray[np.float32], tuple[tuple[int, int, int], ...]]:
    """Two voices in turn, 300 ms apart: samples, and ``(voice, start_ms, end_ms)`` of every turn."""
    voices = (carried_voice("two_cities.wav"), carried_voice("clone-test.wav"))
    length, gap = int(turn_seconds * SAMPLE_RATE), int(0.3 * SAMPLE_RATE)
    samples = np.random.default_rng(7).normal(0, 2e-4, turns * (length + gap)).astype(np.float32)
    truth = []
    for number in range(turns):
        voice, start = number % 2, number * (length + gap)
        source = np.roll(voices[voice], -(number // 2) * length)[:length]
        samples[start : start + len(source)] += source
        truth.append((voice, start * 1000 // SAMPLE_RATE, (start + len(source)) * 1000 // SAMPLE_RATE))
    return samples, tuple(truth)


def speech_of(truth: tuple[tuple[int, int, int], ...]) -> Speech:
    """Speech where the turns are."""
    return Speech(spans=tuple(Span(start_ms=start, end_ms=end) for _, start, end in truth))


def loud_on_channel(audio: Audio, channel: int) -> Speech:
    """Speech where a channel is louder than -50 dBFS over 200 ms: good enough for sound without noise."""
    spans = []
    for start in range(0, audio.duration_ms, 200):
        span = Span(start_ms=start, end_ms=min(start + 200, audio.duration_ms))
        samples = audio.read(span, channel=channel)
        if len(samples) and np.sqrt(np.mean(samples**2)) > 10 ** (-50 / 20):
            spans.append(span)
    return Speech(spans=tuple(spans))
