"""The rates of ``ScoreCounts`` over many samples at once, for their intervals: rows of flat counts in, rates out."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from models.agreement import Share
from pipelines.evaluation.coder.rates import Counts, Rates, precision, ratio, recall, share
from pipelines.evaluation.scores.counts import ScoreCounts

_GRID = slice(0, 25)
_COVERED, _WIDTH, _WITHOUT, _NONE, _REASON = (slice(25 + 2 * at, 27 + 2 * at) for at in range(5))
_TURNS = slice(35, 38)

_ROW, _COLUMN = np.indices((5, 5)).reshape(2, 25)
_APART = np.abs(_COLUMN - _ROW)


def flat(counts: ScoreCounts) -> Counts:
    """All counts as one row, [38]."""
    shares: list[Share] = [counts.covered, counts.width, counts.without, counts.none_met, counts.same_reason]
    held = [cell for row in counts.grid.counts for cell in row]
    held += [number for one in shares for number in (one.part, one.whole)]
    held += [counts.turns.right, counts.turns.wrong, counts.turns.missed]
    return np.asarray(held, dtype=float)


def _weighted(weights: Counts) -> Callable[[Counts], Rates]:
    return lambda grid: ratio(grid @ weights, grid.sum(-1))


def weighted_kappa(flat_grid: Counts) -> Rates:
    """Quadratic-weighted kappa of flat grids (..., 25); nan where chance leaves no room."""
    grid = flat_grid.reshape(*flat_grid.shape[:-1], 5, 5)
    squares = (_APART**2).reshape(5, 5).astype(float)
    by_chance = np.einsum("...i,...j,ij->...", grid.sum(-1), grid.sum(-2), squares)
    apart = (grid * squares).sum((-1, -2)) * grid.sum((-1, -2))
    return np.asarray(1 - ratio(apart, by_chance))


RATES: Mapping[str, tuple[slice, Callable[[Counts], Rates]]] = {
    "exact": (_GRID, _weighted((_APART == 0).astype(float))),
    "within_1": (_GRID, _weighted((_APART <= 1).astype(float))),
    "weighted_kappa": (_GRID, weighted_kappa),
    "mean_error": (_GRID, _weighted((_COLUMN - _ROW).astype(float))),
    "mean_absolute_error": (_GRID, _weighted(_APART.astype(float))),
    "coverage": (_COVERED, share),
    "mean_width": (_WIDTH, share),
    "without_score": (_WITHOUT, share),
    "none_met": (_NONE, share),
    "same_reason": (_REASON, share),
    "turn_precision": (_TURNS, precision),
    "turn_recall": (_TURNS, recall),
}
"""Every rate by name: which of the flat counts it is made of, and how, for many samples at once."""

VALUES: Mapping[str, Callable[[ScoreCounts], float | None]] = {
    "exact": lambda counts: counts.grid.within(0),
    "within_1": lambda counts: counts.grid.within(1),
    "weighted_kappa": lambda counts: counts.grid.weighted_kappa,
    "mean_error": lambda counts: counts.grid.mean_error,
    "mean_absolute_error": lambda counts: counts.grid.mean_absolute_error,
    "coverage": lambda counts: counts.covered.rate,
    "mean_width": lambda counts: counts.width.rate,
    "without_score": lambda counts: counts.without.rate,
    "none_met": lambda counts: counts.none_met.rate,
    "same_reason": lambda counts: counts.same_reason.rate,
    "turn_precision": lambda counts: counts.turns.precision,
    "turn_recall": lambda counts: counts.turns.recall,
}
"""The same rates of one record: these are the figures, ``RATES`` give their intervals."""
