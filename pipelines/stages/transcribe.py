"""Which pieces of sound a recogniser is given: speech packed into stretches it reads best."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from models.records.span import Span, union
from models.records.speech import Speech, Turns

PACK_GAP_MS = 500
PAD_MS = 200
TURN_GAP_MS = 100


def stretches(
    speech: Speech,
    turns: Turns,
    longest_ms: int,
    *,
    pack_gap_ms: int = PACK_GAP_MS,
    pad_ms: int = PAD_MS,
) -> tuple[Span, ...]:
    """Stretches to read, sorted, not overlapping, each at most ``longest_ms``, together covering all speech.

    Regions of speech are joined across pauses of up to ``pack_gap_ms`` while they fit and the same voice goes
    on; where another voice takes over at a pause, a new stretch begins. A region that is too long by itself is
    cut where voices change, else into equal parts. Each stretch is widened by up to ``pad_ms`` into silence.
    Raises ValueError where ``longest_ms`` is not positive.
    """
    if longest_ms <= 0:
        raise ValueError("longest_ms must be positive")
    changes = _changes(turns)
    pieces = [piece for region in union(speech.spans) for piece in _cut(region, changes, longest_ms)]
    packed: list[Span] = []
    for piece in pieces:
        if packed and _joins(packed[-1], piece, changes, longest_ms, pack_gap_ms):
            packed[-1] = Span(start_ms=packed[-1].start_ms, end_ms=piece.end_ms)
        else:
            packed.append(piece)
    return _padded(packed, longest_ms, pad_ms)


def _changes(turns: Turns) -> tuple[int, ...]:
    """Where one voice hands over to another: the middle between their exclusive turns."""
    ordered = sorted(turns.exclusive, key=lambda turn: (turn.start_ms, turn.end_ms))
    return tuple((a.end_ms + b.start_ms) // 2 for a, b in pairwise(ordered) if a.speaker != b.speaker)


def _joins(left: Span, right: Span, changes: Iterable[int], longest_ms: int, gap_ms: int) -> bool:
    """Whether two neighbouring pieces are read in one go."""
    if left.gap_ms(right) > gap_ms or right.end_ms - left.start_ms > longest_ms:
        return False
    return not any(left.end_ms - TURN_GAP_MS <= change <= right.start_ms + TURN_GAP_MS for change in changes)


def _cut(region: Span, changes: tuple[int, ...], longest_ms: int) -> tuple[Span, ...]:
    """A region, or its parts where it is too long: at a change of voice near the middle, else in the middle."""
    if region.duration_ms <= longest_ms:
        return (region,)
    middle = (region.start_ms + region.end_ms) // 2
    inside = [c for c in changes if abs(c - middle) < region.duration_ms // 4]
    at = min(inside, key=lambda change: abs(change - middle), default=middle)
    left, right = Span(start_ms=region.start_ms, end_ms=at), Span(start_ms=at, end_ms=region.end_ms)
    return _cut(left, changes, longest_ms) + _cut(right, changes, longest_ms)


def _padded(spans: list[Span], longest_ms: int, pad_ms: int) -> tuple[Span, ...]:
    """Each stretch with a little of the silence around it, at most half of the pause to its neighbour."""
    padded: list[Span] = []
    for number, span in enumerate(spans):
        room = (longest_ms - span.duration_ms) // 2
        before = span.start_ms - (spans[number - 1].end_ms if number else -span.start_ms)
        after = spans[number + 1].start_ms - span.end_ms if number + 1 < len(spans) else 2 * pad_ms
        start = span.start_ms - min(pad_ms, room, before // 2)
        padded.append(Span(start_ms=max(0, start), end_ms=span.end_ms + min(pad_ms, room, after // 2)))
    return tuple(padded)
