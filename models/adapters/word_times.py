"""Where words are within a stretch: from where the decoder looked while it wrote them, trimmed to the sound."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from models.records.audio import SAMPLE_RATE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

STATE_MS = 24
DELAY_STATES = 2
BLUR = np.exp(-0.5 * np.arange(-4.0, 5.0) ** 2) / np.exp(-0.5 * np.arange(-4.0, 5.0) ** 2).sum()
FLOOR = 0.1
FRAME_MS = 20
QUIET_DB = 30
PAUSE_MS = 300

Times = tuple[tuple[int, int], ...]


def place_words(attention: NDArray[np.float64] | None, lengths: Sequence[int], samples: NDArray[np.float32]) -> Times:
    """Start and end of each word in ms from the first sample, in order, without overlap.

    ``attention`` has a row for each token, a column for every 24 ms, and values up to 1; ``lengths`` says how
    many tokens each word has. Tokens take the columns one after another
    so that together they are looked at most; then each word is trimmed to its sound (20 ms frames within 30 dB
    of the loudest), and where a pause parts that, to the side that its first token looked at.
    """
    duration = len(samples) * 1000 // SAMPLE_RATE
    if attention is None or not lengths:
        return ()
    edges = boundaries(attention)
    firsts = np.cumsum([0, *lengths])[:-1]
    starts = [min(duration, (edges[first] + DELAY_STATES) * STATE_MS) if first else 0 for first in firsts]
    sound = _sounding(samples, duration)
    times: list[tuple[int, int]] = []
    for first, start, end in zip(firsts, starts, [*starts[1:], duration], strict=True):
        looked = (int(attention[first].argmax()) + DELAY_STATES) * STATE_MS
        times.append(_trimmed(sound, start, end, looked))
    return tuple(times)


def _trimmed(sound: NDArray[np.bool_], start: int, end: int, looked: int) -> tuple[int, int]:
    """The run of sound nearest to ``looked`` between two times, all in ms; both times where there is no sound."""
    heard = np.flatnonzero(sound[start:end]) + start
    if not len(heard):
        return start, end
    runs = np.split(heard, np.flatnonzero(np.diff(heard) > PAUSE_MS) + 1)
    run = min(runs, key=lambda run: max(int(run[0]) - looked, looked - int(run[-1]), 0))
    return int(run[0]), int(run[-1]) + 1


def boundaries(attention: NDArray[np.float64]) -> list[int]:
    """The column where each token begins, the first at 0: the split in order that collects the most attention."""
    blurred = np.stack([np.convolve(row, BLUR, "same")[: len(row)] for row in attention])
    gains = np.log(blurred + FLOOR)
    tokens, columns = gains.shape
    sums = np.concatenate([np.zeros((tokens, 1)), gains.cumsum(axis=1)], axis=1)
    best = sums[0, 1:]
    begins = np.zeros((tokens, columns), np.int64)
    for token in range(1, tokens):
        entering = np.full(columns, -np.inf)
        entering[1:] = best[:-1] - sums[token, 1:columns]
        highest = np.maximum.accumulate(entering)
        begins[token] = np.maximum.accumulate(np.where(entering >= highest, np.arange(columns), 0))
        best = highest + sums[token, 1:]
    edges = [0] * tokens
    column = columns - 1
    for token in range(tokens - 1, 0, -1):
        edges[token] = int(begins[token, column])
        column = max(0, edges[token] - 1)
    return edges


def _sounding(samples: NDArray[np.float32], duration: int) -> NDArray[np.bool_]:
    """Whether there is sound, for each millisecond."""
    size = FRAME_MS * SAMPLE_RATE // 1000
    frames = np.pad(samples, (0, -len(samples) % size)).reshape(-1, size)
    energy = (frames.astype(np.float64) ** 2).mean(axis=1)
    loud: NDArray[np.bool_] = energy > energy.max(initial=0) * 10 ** (-QUIET_DB / 10)
    return np.repeat(loud, FRAME_MS)[:duration]
