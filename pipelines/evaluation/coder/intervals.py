"""A figure with its 95% interval: whole groups are drawn again and again, and their counts added."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipelines.evaluation.coder.rates import Counts, Rates

DRAWS = 2000
SEED = 1
LEVEL = 0.95

ONE_GROUP = "An interval needs at least two transcripts, sessions or files."


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A rate, and the 95% interval it would be found in were other groups drawn.

    ``value`` is None where there is nothing to judge; ``reason`` then says why, or why there is no interval.
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    reason: str | None = None

    def to_dict(self) -> dict[str, object]:
        """Plain values, rounded to six places."""
        numbers = {"value": self.value, "low": self.low, "high": self.high}
        plain: dict[str, object] = {name: None if x is None else round(x, 6) for name, x in numbers.items()}
        return plain | ({"reason": self.reason} if self.reason else {})


class Draws:
    """How often each group is drawn in each of 2,000 samples: as many groups as there are, with replacement."""

    def __init__(self, groups: int) -> None:
        self._times: Counts | None = None
        if groups > 1:
            generator = np.random.default_rng(SEED)
            self._times = generator.multinomial(groups, np.full(groups, 1 / groups), size=DRAWS).astype(float)

    def estimate(
        self, value: float | None, by_group: Counts, rate: Callable[[Counts], Rates], *, why_none: str
    ) -> Estimate:
        """The interval around ``value`` of ``rate`` over counts (groups, ...) that add; ``why_none`` where it is None.

        Samples in which the rate has no base are left out.
        """
        if value is None:
            return Estimate(value=None, reason=why_none)
        if self._times is None or np.count_nonzero(by_group.reshape(len(by_group), -1).any(1)) < 2:
            return Estimate(value=value, reason=ONE_GROUP)
        rates = rate(np.tensordot(self._times, by_group, axes=1))
        known = rates[~np.isnan(rates)]
        low, high = np.quantile(known, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
        return Estimate(value=value, low=float(low), high=float(high))


def group_sums(values: Counts, groups: NDArray[np.int64], count: int) -> Counts:
    """Add up rows (n, ...) by the group of each, to (count, ...)."""
    sums = np.zeros((count, *values.shape[1:]))
    np.add.at(sums, groups, values)
    return sums
