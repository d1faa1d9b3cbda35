"""Windows over a long session."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.judges.windows import windows


def test_what_fits_is_one_window() -> None:
    assert windows([5, 5, 5], 15, 3) == (range(0, 3),)


def test_no_lines_have_no_window() -> None:
    assert windows([], 10, 2) == ()


def test_a_window_begins_with_the_end_of_the_one_before() -> None:
    assert windows([4, 4, 2, 4, 4], 10, 2) == (range(0, 3), range(2, 5))


def test_a_line_longer_than_a_window_stands_alone() -> None:
    assert windows([3, 50, 3], 10, 3) == (range(0, 1), range(1, 2), range(2, 3))


@pytest.mark.parametrize(("limit", "overlap"), [(0, 0), (-1, 0), (5, -1)])
def test_sizes_that_cannot_be_meant_are_refused(limit: int, overlap: int) -> None:
    with pytest.raises(ValueError, match="window"):
        windows([1], limit, overlap)


@given(st.lists(st.integers(0, 30), max_size=60), st.integers(1, 40), st.integers(0, 40))
def test_every_line_is_held_in_order_and_no_window_is_too_large(sizes: list[int], limit: int, overlap: int) -> None:
    found = windows(sizes, limit, overlap)
    assert sorted({place for window in found for place in window}) == list(range(len(sizes)))
    for window in found:
        assert sum(sizes[place] for place in window) <= limit or len(window) == 1
    for before, after in pairwise(found):
        assert before.start <= after.start <= before.stop < after.stop
        assert sum(sizes[place] for place in range(after.start, before.stop)) <= overlap
