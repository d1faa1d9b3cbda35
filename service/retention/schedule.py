"""Kinds of content, how long each is kept, and when something is due. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from service.database.words import Content
from service.retention.errors import ScheduleError

DAY_MS = 86_400_000
NOTICE_MS = 14 * DAY_MS
"""So long before it is deleted everything stands in the preview; a shorter schedule waits so long too."""
_LONGEST_DAYS = 3660


class Kind(StrEnum):
    """What is kept for a time of its own. ``unreviewed``: a whole session that no coach ever confirmed.

    ``copies``: what was put together for somebody who asked what is kept about them.
    """

    SOUND = "sound"
    TRANSCRIPT = "transcript"
    FEEDBACK = "feedback"
    UNREVIEWED = "unreviewed"
    COPIES = "copies"


DEFAULT_DAYS: Mapping[Kind, int] = {
    Kind.SOUND: 90,
    Kind.TRANSCRIPT: 365,
    Kind.FEEDBACK: 730,
    Kind.UNREVIEWED: 180,
    Kind.COPIES: 30,
}
"""From confirmation, from confirmation, from release, from when the session was added, from when the copy was made."""

CONTENT: Mapping[Kind, tuple[Content, ...]] = {
    Kind.SOUND: (Content.RECORDING,),
    Kind.TRANSCRIPT: (Content.TRANSCRIPT, Content.CODING, Content.REFLECTION),
    Kind.FEEDBACK: (Content.REVIEW, Content.FEEDBACK, Content.REPLY),
}
"""Whose artefacts go with which kind; details go with the session."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """So many days are kept from the moment on at which this came into force; ms since 1970 in UTC."""

    days: int
    from_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """The periods of one kind, oldest first."""

    periods: tuple[Period, ...]

    def due_ms(self, began_ms: int) -> int:
        """The first moment at which something that began then is over, by the period in force at that moment."""
        over = (1 << 63) - 1
        for place, period in enumerate(self.periods):
            end = self.periods[place + 1].from_ms if place + 1 < len(self.periods) else over
            due = max(period.from_ms, began_ms + period.days * DAY_MS)
            if due < end:
                return due
        return over

    def changed(self, days: int, now: int) -> Schedule:
        """From now on so many days. A shorter time comes into force after the notice, a longer one at once.

        Raises ScheduleError.
        """
        if not 1 <= days <= _LONGEST_DAYS:
            raise ScheduleError
        kept = tuple(one for one in self.periods if one.from_ms <= now)
        shorter = days < kept[-1].days
        return Schedule(periods=(*kept, Period(days=days, from_ms=now + NOTICE_MS if shorter else now)))

    def packed(self) -> str:
        """As JSON; the older of many changes are left out."""
        return json.dumps([[one.days, one.from_ms] for one in self.periods[-20:]])

    @classmethod
    def parse(cls, text: str | None, kind: Kind) -> Schedule:
        """What `packed` made; the default for None."""
        if text is None:
            return cls(periods=(Period(days=DEFAULT_DAYS[kind], from_ms=0),))
        return cls(periods=tuple(Period(days=days, from_ms=since) for days, since in json.loads(text)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What is known of one session for its retention: when its clocks began, and what is still there.

    ``copied_ms``: when the oldest copy that is still there was made.
    """

    session_id: str
    created_ms: int
    confirmed_ms: int | None
    released_ms: int | None
    there: frozenset[Kind]
    copied_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """Something to delete, and when; ``kind`` None: the whole session. ``held``: a hold keeps it."""

    session_id: str
    kind: Kind | None
    due_ms: int
    held: bool = False


def dues(kept: Kept, schedules: Mapping[Kind, Schedule]) -> Iterable[Due]:
    """All that will be deleted of a session, kind by kind, and at last the session."""
    *kinds, whole = _dues(kept, schedules)
    if kept.copied_ms is not None and (due := schedules[Kind.COPIES].due_ms(kept.copied_ms)) < whole.due_ms:
        yield Due(session_id=kept.session_id, kind=Kind.COPIES, due_ms=due)
    yield from (*kinds, whole)


def _dues(kept: Kept, schedules: Mapping[Kind, Schedule]) -> Iterable[Due]:
    if kept.confirmed_ms is None:
        due = schedules[Kind.UNREVIEWED].due_ms(kept.created_ms)
        yield Due(session_id=kept.session_id, kind=None, due_ms=due)
        return
    ends = {
        Kind.SOUND: schedules[Kind.SOUND].due_ms(kept.confirmed_ms),
        Kind.TRANSCRIPT: schedules[Kind.TRANSCRIPT].due_ms(kept.confirmed_ms),
        Kind.FEEDBACK: schedules[Kind.FEEDBACK].due_ms(kept.released_ms or kept.confirmed_ms),
    }
    last = max(ends.values())
    for kind, due in ends.items():
        if kind in kept.there and due < last:
            yield Due(session_id=kept.session_id, kind=kind, due_ms=due)
    yield Due(session_id=kept.session_id, kind=None, due_ms=last)
