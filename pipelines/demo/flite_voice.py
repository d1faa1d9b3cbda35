"""One sentence spoken by flite (Debian package ``flite``), with the time of every word in it."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import wave
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.errors import BadInputError, MissingPartError
from models.records.audio import SAMPLE_RATE
from models.records.speech import Word

SILENCE = "pau"
_PUNCTUATION = ".,?!;:\"'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """A flite voice and how it is used.

    ``name`` is one of slt, rms, awb, kal16 (all 16 kHz). ``stretch`` above 1 is slower. ``pitch_hz`` is the mean
    pitch, None for the voice's own. ``level_dbfs`` is the loudness of its speech against full scale.
    """

    name: str
    stretch: float = 1.0
    pitch_hz: float | None = None
    level_dbfs: float = -22.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """A sentence as sound: float32 ``(samples,)`` at 16 kHz, cut to the speech, and its words' times from 0."""

    samples: NDArray[np.float32]
    words: tuple[Word, ...]

    @property
    def duration_ms(self) -> int:
        """Length in milliseconds."""
        return len(self.samples) * 1000 // SAMPLE_RATE


@dataclass(frozen=True, slots=True)
class _Phone:
    name: str
    start: float
    end: float


def speak(text: str, voice: Voice) -> Spoken:
    """Say ``text`` (one sentence or a few words). Raises MissingPartError without flite, BadInputError if it fails."""
    with tempfile.TemporaryDirectory() as folder:
        sound = Path(folder) / "said.wav"
        settings = ["--setf", f"duration_stretch={voice.stretch}"]
        if voice.pitch_hz is not None:
            settings += ["--setf", f"int_f0_target_mean={voice.pitch_hz}"]
        printed = _flite("-voice", voice.name, *settings, "-psdur", "-t", f" {text}", "-o", str(sound))
        samples = _read(sound)
    phones = _phones(printed, len(samples) / SAMPLE_RATE)
    voiced = [phone for phone in phones if phone.name != SILENCE]
    if not voiced:
        raise BadInputError("A line of the script holds nothing that can be spoken. Give it at least one word.")
    first, last = voiced[0].start, voiced[-1].end
    cut = samples[round(first * SAMPLE_RATE) : round(last * SAMPLE_RATE)]
    loud = cut * np.float32(10 ** (voice.level_dbfs / 20) / max(float(np.sqrt(np.mean(cut**2))), 1e-6))
    return Spoken(samples=loud, words=_words(text, voiced, first))


def _flite(*arguments: str) -> str:
    program = shutil.which("flite")
    if program is None:
        raise MissingPartError("flite is not installed. Run `apt-get install flite` (Debian, Ubuntu) and try again.")
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False, timeout=60)
    if done.returncode:
        raise BadInputError(f"flite stopped with exit code {done.returncode}. Check the names of the voices.")
    return done.stdout


def _read(sound: Path) -> NDArray[np.float32]:
    with wave.open(str(sound)) as opened:
        if opened.getframerate() != SAMPLE_RATE:
            raise BadInputError("This flite voice is not at 16 kHz. Use slt, rms, awb or kal16.")
        raw = opened.readframes(opened.getnframes())
    return (np.frombuffer(raw, dtype="<i2") / 32768).astype(np.float32)


def _phones(printed: str, seconds: float) -> list[_Phone]:
    """Phones with times; flite's clock is scaled to the sound's length, since kal16 runs a little off it."""
    pairs = [(name, float(end)) for name, end in (item.rsplit(":", 1) for item in printed.split())]
    scale = seconds / pairs[-1][1]
    starts = [0.0, *(end * scale for _, end in pairs)]
    return [_Phone(name, start, end * scale) for (name, end), start in zip(pairs, starts, strict=False)]


@lru_cache(maxsize=4096)
def _alone(token: str) -> tuple[str, ...]:
    """The phones of one word said by itself."""
    return tuple(name for name in _flite("-voice", "kal", "-ps", "-t", f" {token}", "none").split() if name != SILENCE)


def _words(text: str, voiced: list[_Phone], zero: float) -> tuple[Word, ...]:
    """Word times: the phones of each word said alone, aligned with the phones of the whole sentence."""
    tokens = [token for token in text.split() if token.strip(_PUNCTUATION)]
    expected = [(number, name) for number, token in enumerate(tokens) for name in _alone(token)]
    matched = _align([name for _, name in expected], [phone.name for phone in voiced])
    owned: list[list[_Phone]] = [[] for _ in tokens]
    for place, phone in zip(matched, voiced, strict=True):
        owned[expected[place][0]].append(phone)
    if not all(owned):
        return ()
    return tuple(
        Word(start_ms=round((own[0].start - zero) * 1000), end_ms=round((own[-1].end - zero) * 1000), text=token)
        for token, own in zip(tokens, owned, strict=True)
    )


def _align(expected: list[str], heard: list[str]) -> list[int]:
    """For each phone heard, the place of the expected phone it stands for: least edits, never going back."""
    rows, columns = len(expected) + 1, len(heard) + 1
    cost = np.zeros((rows, columns))
    cost[:, 0], cost[0, :] = np.arange(rows), np.arange(columns)
    for i in range(1, rows):
        for j in range(1, columns):
            swap = cost[i - 1, j - 1] + (expected[i - 1] != heard[j - 1])
            cost[i, j] = min(swap, cost[i - 1, j] + 1, cost[i, j - 1] + 1)
    places, i, j = [0] * len(heard), rows - 1, columns - 1
    while j:
        if i and cost[i, j] == cost[i - 1, j - 1] + (expected[i - 1] != heard[j - 1]):
            i, j = i - 1, j - 1
            places[j] = i
        elif i and cost[i, j] == cost[i - 1, j] + 1:
            i -= 1
        else:
            j -= 1
            places[j] = max(0, i - 1)
    return places
