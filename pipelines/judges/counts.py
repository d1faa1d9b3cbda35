"""How many pieces of evidence there are, when each is there with a probability: the whole distribution, exactly."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Chances = NDArray[np.floating]

MOST = 400
"""Counts above this are held as this many: more than six hours of talk hold for one element."""


def count_chances(probabilities: Sequence[float]) -> Chances:
    """The chance of 0, 1, 2 ... ``MOST`` pieces, [MOST + 1], from each piece's own probability (Poisson binomial)."""
    chances = np.zeros(MOST + 1)
    chances[0] = 1.0
    for probability in probabilities:
        moved = chances * probability
        chances = chances - moved
        chances[1:] += moved[:-1]
        chances[-1] += moved[-1]
    return chances


def expected(chances: Chances) -> float:
    """The mean number of pieces."""
    return float(chances @ np.arange(len(chances)))


def at_least(chances: Chances, pieces: int) -> float:
    """The chance of this many pieces or more."""
    return float(chances[pieces:].sum())
