"""The algebra of spans."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.records.span import Span, intersection, total_ms, union

spans = st.builds(
    lambda start, length: Span(start_ms=start, end_ms=start + length), st.integers(0, 200), st.integers(0, 60)
)


def covered(many: object) -> set[int]:
    return {ms for span in many for ms in range(span.start_ms, span.end_ms)}  # type: ignore[attr-defined]


@given(st.lists(spans))
def test_union_covers_the_same_time_without_overlap(many: list[Span]) -> None:
    """Every millisecond once, in order."""
    merged = union(many)
    assert covered(merged) == covered(many)
    assert all(a.end_ms < b.start_ms for a, b in pairwise(merged))
    assert total_ms(many) == len(covered(many))


@given(st.lists(spans), st.lists(spans))
def test_intersection_is_the_time_in_both(left: list[Span], right: list[Span]) -> None:
    """As sets of milliseconds."""
    assert covered(intersection(left, right)) == covered(left) & covered(right)


def test_union_bridges_short_gaps() -> None:
    """A gap of exactly the bridge is closed."""
    assert union([Span(start_ms=0, end_ms=5), Span(start_ms=8, end_ms=9)], bridge_ms=3) == (Span(start_ms=0, end_ms=9),)


def test_a_span_cannot_end_before_it_starts() -> None:
    """It raises, rather than carry a negative length along."""
    with pytest.raises(ValueError, match="cannot end"):
        Span(start_ms=2, end_ms=1)
