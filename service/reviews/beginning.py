"""Which review of a session a coach begins or sees: own views apart from one another, then an adjudication. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

from service.database.words import ReviewKind, ReviewState
from service.keybroker.ports import Opened
from service.reviews.errors import AdjudicationBegunError, NotBothFinishedError, OtherReviewError
from service.reviews.store import Stored

_DRAWN = 1 << 52


def is_drawn(opened: Opened, session_id: str, share: float) -> bool:
    """Whether a session is in the blind sample. ``share`` in [0, 1]; always the same answer, which nobody can guess."""
    digest = opened.digest("review.blind", hashlib.sha256(session_id.encode()).digest())
    return int(digest[:13], 16) < share * _DRAWN


def known_or_kind(
    kind: ReviewKind | None, there: Sequence[Stored], coach_id: str, drawn: Callable[[], bool]
) -> Stored | ReviewKind:
    """The review that this coach has begun already, or the kind of the one to begin.

    A coach has one view of a session of their own, and none after having seen two of others.
    Raises OtherReviewError, NotBothFinishedError, AdjudicationBegunError.
    """
    mine = [one for one in there if one.coach_id == coach_id]
    views = [one for one in there if one.kind is not ReviewKind.ADJUDICATION]
    if kind is None and mine:
        return mine[-1]
    if kind is None:
        kind = ReviewKind.SECOND if views else ReviewKind.BLIND if drawn() else ReviewKind.OPEN
    for one in mine:
        if one.kind is kind:
            return one
    if kind is ReviewKind.ADJUDICATION and not _ready(views, mine):
        raise NotBothFinishedError
    if len(views) < len(there):
        raise AdjudicationBegunError
    if kind is not ReviewKind.ADJUDICATION and mine:
        raise OtherReviewError
    return kind


def may_see(one: Stored, there: Sequence[Stored], coach_id: str) -> bool:
    """Whether a review is this coach's own, or finished once they have finished theirs, or adjudicate."""
    if one.coach_id == coach_id:
        return True
    mine = [each for each in there if each.coach_id == coach_id]
    done = any(each.kind is ReviewKind.ADJUDICATION or each.state is ReviewState.FINISHED for each in mine)
    return done and one.state is ReviewState.FINISHED


def pair_for(there: Sequence[Stored], coach_id: str) -> tuple[Stored, Stored]:
    """The two views that this coach may compare: the two finished first, or their own and the first of others.

    Raises NotBothFinishedError.
    """
    views = _finished(there)
    adjudicates = any(one.kind is ReviewKind.ADJUDICATION and one.coach_id == coach_id for one in there)
    if not adjudicates:
        own = [one for one in views if one.coach_id == coach_id]
        views = [*own, *(one for one in views if one.coach_id != coach_id)] if own else []
    if len(views) < 2:
        raise NotBothFinishedError
    return views[0], views[1]


def _finished(there: Sequence[Stored]) -> list[Stored]:
    views = [one for one in there if one.kind is not ReviewKind.ADJUDICATION and one.state is ReviewState.FINISHED]
    return sorted(views, key=lambda one: (one.finished_ms or 0, one.id))


def _ready(views: Sequence[Stored], mine: Sequence[Stored]) -> bool:
    """Whether two views are finished, and the coach's own if there is one."""
    return len(_finished(views)) >= 2 and all(one.state is ReviewState.FINISHED for one in mine)
