"""Beam search over a decoder's next-token scores: the likeliest beginnings go on, not the likeliest token alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Generic, TypeVar

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

LONGEST_LOOP, LOOPS = 12, 4

Note = TypeVar("Note")

Step = Callable[[list[int], list[int]], tuple["NDArray[np.float64]", "NDArray[np.float64]"]]
"""Takes, for each path, the row of the last step that it continues and its last token.

Gives the log-probabilities of the next token, shape ``(paths, vocabulary)``, and where the decoder looked for it,
shape ``(paths, states)``.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Path(Generic[Note]):
    """A text in the making: its tokens, with a note on what each was chosen from, and the decoder's look for it.

    ``score`` is the sum of its log-probabilities; ``looped`` says that it went round in circles and was cut.
    """

    tokens: tuple[int, ...] = ()
    notes: tuple[Note, ...] = ()
    looks: tuple[NDArray[np.float64], ...] = ()
    score: float = 0.0
    looped: bool = False

    @property
    def mean(self) -> float:
        """Log-probability for each token, its end included: paths of different lengths can be compared by it."""
        return self.score / (len(self.tokens) + 1)


def loop_length(ids: tuple[int, ...] | list[int]) -> int:
    """How many tokens the end repeats, four times or more, or 0 where it does not go round in circles."""
    for length in range(1, LONGEST_LOOP + 1):
        if len(ids) >= length * LOOPS and ids[-length * (LOOPS - 1) :] == ids[-length * LOOPS : -length]:
            return length
    return 0


def best_path(
    step: Step, note: Callable[[int, int], Note], start: int, end: int, *, width: int, longest: int
) -> Path[Note]:
    """The likeliest path that ends, by mean; the likeliest unfinished one if none ends within ``longest`` tokens.

    At each step the ``width`` likeliest beginnings go on. Equal scores are ordered by path and token, so that the
    answer is always the same. ``note`` is given the row of the last step and the token that was chosen from it.
    """
    alive: list[Path[Note]] = [Path()]
    rows = [0]
    finished: list[Path[Note]] = []
    while alive and len(alive[0].tokens) < longest:
        lasts = [path.tokens[-1] if path.tokens else start for path in alive]
        scores, looks = step(rows, lasts)
        grown: list[Path[Note]] = []
        rows = []
        for total, row, token in _candidates(alive, scores, width):
            before = alive[row]
            if token == end:
                finished.append(replace(before, score=total))
                continue
            path = Path(
                tokens=(*before.tokens, token),
                notes=(*before.notes, note(row, token)),
                looks=(*before.looks, looks[row]),
                score=total,
            )
            if (length := loop_length(path.tokens)) > 0:
                finished.append(_cut(path, length))
            else:
                grown.append(path)
                rows.append(row)
            if len(grown) == width:
                break
        alive = grown
        if finished and alive and max(path.score for path in finished) > alive[0].score:
            break
    return max(finished or alive or [Path()], key=lambda path: (not path.looped, path.mean))


def _candidates(alive: list[Path[Note]], scores: NDArray[np.float64], width: int) -> list[tuple[float, int, int]]:
    """The likeliest ways to go on, as (score, path, token), the likeliest first."""
    found = []
    for row, path in enumerate(alive):
        for token in np.argpartition(-scores[row], width)[: width + 1]:
            if np.isfinite(scores[row][token]):
                found.append((path.score + float(scores[row][token]), row, int(token)))
    return sorted(found, key=lambda way: (-way[0], way[1], way[2]))


def _cut(path: Path[Note], length: int) -> Path[Note]:
    """A looping path with one round of its loop."""
    kept = len(path.tokens) - length * (LOOPS - 1)
    return replace(path, tokens=path.tokens[:kept], notes=path.notes[:kept], looks=path.looks[:kept], looped=True)
