"""A stretch of time: integer milliseconds, half open ``[start_ms, end_ms)``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch of time in a recording, in milliseconds from its start; the end is not part of it.

    Raises ValueError if the end lies before the start.
    """

    start_ms: int
    end_ms: int

    def __post_init__(self) -> None:
        if self.end_ms < self.start_ms:
            raise ValueError(f"a span cannot end ({self.end_ms}) before it starts ({self.start_ms})")

    @property
    def duration_ms(self) -> int:
        """Length in milliseconds."""
        return self.end_ms - self.start_ms

    def overlap_ms(self, other: Span) -> int:
        """How many milliseconds both spans share."""
        return max(0, min(self.end_ms, other.end_ms) - max(self.start_ms, other.start_ms))

    def gap_ms(self, other: Span) -> int:
        """How many milliseconds lie between the two spans; 0 where they touch or overlap."""
        return max(0, max(self.start_ms, other.start_ms) - min(self.end_ms, other.end_ms))


def union(spans: Iterable[Span], *, bridge_ms: int = 0) -> tuple[Span, ...]:
    """Merge spans that overlap, touch, or lie at most ``bridge_ms`` apart; sorted, plain spans."""
    merged: list[Span] = []
    for span in sorted(spans, key=lambda s: (s.start_ms, s.end_ms)):
        if merged and span.start_ms <= merged[-1].end_ms + bridge_ms:
            last = merged[-1]
            merged[-1] = Span(start_ms=last.start_ms, end_ms=max(last.end_ms, span.end_ms))
        else:
            merged.append(Span(start_ms=span.start_ms, end_ms=span.end_ms))
    return tuple(merged)


def intersection(left: Iterable[Span], right: Iterable[Span]) -> tuple[Span, ...]:
    """The time that is in both; each side is first merged with `union`."""
    ours, theirs = union(left), union(right)
    shared: list[Span] = []
    i = j = 0
    while i < len(ours) and j < len(theirs):
        start = max(ours[i].start_ms, theirs[j].start_ms)
        end = min(ours[i].end_ms, theirs[j].end_ms)
        if start < end:
            shared.append(Span(start_ms=start, end_ms=end))
        if ours[i].end_ms <= theirs[j].end_ms:
            i += 1
        else:
            j += 1
    return tuple(shared)


def total_ms(spans: Iterable[Span]) -> int:
    """Milliseconds covered by at least one of the spans."""
    return sum(span.duration_ms for span in union(spans))
