"""What the networks heard: in every chunk up to three local voices, when each speaks and what it sounds like."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Observations:
    """All chunks of a recording, in order of time.

    ``first_frames`` (chunks,) says where each starts on the recording's grid; ``activity`` (chunks, frames,
    local voices) who speaks; ``embeddings`` (chunks, local voices, 256) what they sound like, NaN where too
    little was heard; ``clean`` (chunks, local voices) the frames in which only that voice speaks; ``means``
    (chunks, 80) the mean features, which stand for the room and the microphone.
    """

    first_frames: NDArray[np.int64]
    activity: NDArray[np.bool_]
    embeddings: NDArray[np.float32]
    clean: NDArray[np.int64]
    means: NDArray[np.float32]

    @property
    def heard(self) -> NDArray[np.bool_]:
        """Local voices with an embedding, ``(chunks, local voices)``."""
        return ~np.isnan(self.embeddings[:, :, 0])

    @property
    def speaking(self) -> NDArray[np.bool_]:
        """Local voices that speak at all, ``(chunks, local voices)``."""
        return np.asarray(self.activity.any(axis=1))

    def reliable(self, least_clean: int) -> NDArray[np.bool_]:
        """Local voices with at least so many clean frames; the best one where none has, ``(chunks, local voices)``."""
        enough = self.heard & (self.clean >= least_clean)
        if enough.any() or not self.heard.any():
            return np.asarray(enough)
        return np.asarray(self.heard & (self.clean == self.clean[self.heard].max()))


def clean_activity(activity: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Frames in which a voice speaks alone, same shape ``(frames, local voices)``."""
    return np.asarray(activity & (activity.sum(axis=1, keepdims=True) == 1))


def longest_runs(mask: NDArray[np.bool_], limit: int) -> NDArray[np.bool_]:
    """At most ``limit`` of the marked positions, the longest unbroken runs first, each cut to its middle."""
    kept = np.zeros_like(mask)
    left = limit
    for start, end in sorted(runs(mask), key=lambda run: (run[0] - run[1], run[0])):
        take = min(left, end - start)
        first = start + (end - start - take) // 2
        kept[first : first + take] = True
        left -= take
    return kept


def runs(mask: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Unbroken runs of marked positions as half-open pairs, in order."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], mask.astype(np.int8), [0]])))
    return [(int(start), int(end)) for start, end in edges.reshape(-1, 2)]
