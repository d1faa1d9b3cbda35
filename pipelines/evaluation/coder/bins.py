"""Equal-mass bins of probability, and the counts in each."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.agreement import Calibration, CalibrationBin
from pipelines.evaluation.coder.rates import Counts

BINS = 15


def bin_counts(
    probability: NDArray[np.float64], right: NDArray[np.bool_], groups: NDArray[np.int64], count: int
) -> tuple[tuple[float, ...], Counts]:
    """The edges between bins, and (groups, bins, 3) count, confidence and right answers in each.

    Bins hold equally many answers, equal probabilities staying together; fewer than 15 where there are fewer values.
    """
    edges = np.unique(np.quantile(probability, np.linspace(0, 1, BINS + 1)[1:-1], method="higher"))
    edges = edges[edges > probability.min()]
    place = np.searchsorted(edges, probability, side="right")
    sums = np.zeros((count, len(edges) + 1, 3))
    np.add.at(sums, (groups, place), np.stack([np.ones_like(probability), probability, right], axis=1))
    return tuple(float(edge) for edge in edges), sums


def calibration(edges: tuple[float, ...], counts: Counts) -> Calibration:
    """The record of bins, all groups together."""
    bins = tuple(
        CalibrationBin(count=round(count), confidence=float(confidence), right=round(right))
        for count, confidence, right in counts.sum(0)
    )
    return Calibration(edges=edges, bins=bins)


def ranking_steps(
    probability: NDArray[np.float64], gold: NDArray[np.bool_], groups: NDArray[np.int64], count: int
) -> Counts:
    """(groups, steps, 2): right and all answers at each probability that a right one has, from the highest down.

    What lies between two such probabilities counts with the lower one; what lies under the last is left out, as it
    takes no part in average precision.
    """
    levels = np.unique(probability[gold])[::-1]
    place = len(levels) - np.searchsorted(levels[::-1], probability, side="right")
    kept = place < len(levels)
    sums = np.zeros((count, len(levels), 2))
    np.add.at(sums, (groups[kept], place[kept]), np.stack([gold[kept], np.ones(int(kept.sum()))], axis=1))
    return sums
