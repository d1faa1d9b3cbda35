"""Where words are within a stretch when the engine does not say: spread over its voiced sound."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from models.records.audio import SAMPLE_RATE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

FRAME_MS = 20
QUIET_DB = 30
PAUSE_LETTERS = {",": 2, ".": 3, "?": 3, "!": 3, ";": 2, ":": 2}


def estimate(words: Sequence[str], samples: NDArray[np.float32]) -> tuple[tuple[int, int], ...]:
    """Start and end of each word in ms from the first sample, in order, without overlap.

    Each word takes a part of the voiced 20 ms frames (within 30 dB of the loudest) in proportion to its
    letters, so that pauses fall between words and not inside them. Words are at least 1 ms long as long as
    there are as many milliseconds as words.
    """
    length = len(samples) * 1000 // SAMPLE_RATE
    if not words:
        return ()
    voiced = _voiced_ms(samples, length)
    edges = np.concatenate([[0.0], np.cumsum([_letters(word) for word in words])])
    places = edges / edges[-1] * len(voiced)
    spans: list[tuple[int, int]] = []
    for first, last in pairwise(places):
        start = int(voiced[min(int(first), len(voiced) - 1)])
        end = int(voiced[min(max(int(last) - 1, int(first)), len(voiced) - 1)]) + 1
        start = max(start, spans[-1][1] if spans else 0)
        spans.append((min(start, length), min(max(end, start + 1), length)))
    return tuple(spans)


def _voiced_ms(samples: NDArray[np.float32], length: int) -> NDArray[np.int64]:
    """The milliseconds that lie in voiced frames, in order; all of them where none stands out."""
    size = FRAME_MS * SAMPLE_RATE // 1000
    frames = np.pad(samples, (0, -len(samples) % size)).reshape(-1, size)
    energy = (frames.astype(np.float64) ** 2).mean(axis=1)
    loud = energy > (energy.max() * 10 ** (-QUIET_DB / 10) if len(energy) else 0)
    each = np.repeat(loud, FRAME_MS)[:length]
    return np.flatnonzero(each) if each.any() else np.arange(max(1, length))


def _letters(word: str) -> float:
    """How long a word takes to say, in letters; a little more for the pause that a mark stands for."""
    return 1.5 + sum(character.isalnum() for character in word) + PAUSE_LETTERS.get(word[-1:], 0)
