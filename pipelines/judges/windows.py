"""Cuts a long session into overlapping windows that fit a language model, by the number of tokens of each line."""

from __future__ import annotations

from collections.abc import Sequence


def windows(sizes: Sequence[int], limit: int, overlap: int) -> tuple[range, ...]:
    """Ranges of places in ``sizes`` (tokens of each line), in order, that together hold every line.

    Each range has at most ``limit`` tokens, except that a line longer than that stands alone. The next range begins
    with the last lines of the one before, as far as they have at most ``overlap`` tokens; a range always holds at
    least one line that no range before it held. One range where everything fits. No lines give none.
    Raises ValueError where ``limit`` is not positive or ``overlap`` is negative.
    """
    if limit <= 0 or overlap < 0:
        raise ValueError("a window needs room for at least one token, and an overlap cannot be negative")
    found: list[range] = []
    start = end = 0
    while end < len(sizes):
        start = _begin(sizes, end, limit, overlap) if found else 0
        total = sum(sizes[start:end])
        fresh = end
        while end < len(sizes) and (end == fresh or total + sizes[end] <= limit):
            total += sizes[end]
            end += 1
        found.append(range(start, end))
    return tuple(found)


def _begin(sizes: Sequence[int], end: int, limit: int, overlap: int) -> int:
    """Where the window begins whose first new line is ``end``."""
    room = min(overlap, limit - sizes[end])
    start = end
    while start > 0 and sizes[start - 1] <= room:
        start -= 1
        room -= sizes[start]
    return start
