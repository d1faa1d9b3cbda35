"""Intervals come from drawing whole groups, the same each time."""

from __future__ import annotations

import numpy as np
import pytest

from pipelines.evaluation.coder import rates
from pipelines.evaluation.coder.intervals import ONE_GROUP, Draws, group_sums


def test_the_interval_is_that_of_drawing_groups_one_by_one() -> None:
    """A slow bootstrap with draws of its own finds the same bounds, to sampling error."""
    made = np.random.default_rng(2)
    by_group = np.stack([made.integers(5, 20, 30), np.full(30, 25)], axis=1).astype(float)
    shares = []
    for _ in range(4000):
        part, whole = by_group[made.integers(0, 30, 30)].sum(0)
        shares.append(part / whole)
    found = Draws(30).estimate(0.5, by_group, rates.share, why_none="")
    assert found.low == pytest.approx(np.quantile(shares, 0.025), abs=0.006)
    assert found.high == pytest.approx(np.quantile(shares, 0.975), abs=0.006)


def test_the_same_counts_give_the_same_interval() -> None:
    by_group = np.array([[1.0, 3.0], [2.0, 3.0], [3.0, 3.0]])
    first, second = (Draws(3).estimate(2 / 3, by_group, rates.share, why_none="") for _ in range(2))
    assert first == second


def test_lines_of_one_group_are_drawn_together() -> None:
    """Two groups that are all right and all wrong leave everything between 0 and 1 open, however many lines."""
    by_group = np.array([[500.0, 500.0], [0.0, 500.0]])
    found = Draws(2).estimate(0.5, by_group, rates.share, why_none="")
    assert (found.low, found.high) == (0.0, 1.0)


def test_one_group_with_lines_gives_no_interval_and_says_so() -> None:
    for by_group in (np.array([[1.0, 2.0]]), np.array([[1.0, 2.0], [0.0, 0.0]])):
        found = Draws(len(by_group)).estimate(0.5, by_group, rates.share, why_none="")
        assert (found.value, found.low, found.reason) == (0.5, None, ONE_GROUP)


def test_nothing_to_judge_is_none_with_the_reason() -> None:
    found = Draws(2).estimate(None, np.zeros((2, 2)), rates.share, why_none="No line.")
    assert found.to_dict() == {"value": None, "low": None, "high": None, "reason": "No line."}


def test_rows_are_added_up_by_group() -> None:
    sums = group_sums(np.array([[1.0], [2.0], [4.0]]), np.array([1, 0, 1]), 3)
    assert sums.tolist() == [[2.0], [5.0], [0.0]]
