"""Sessions as administrators see them: day, state, who was there, who agreed to what. No content; looks are audited."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from models.records.coding import Setting
from service.api.paging import Wanted, read_page
from service.audit.records import Action, Kind
from service.database.tables import hold, participant, session
from service.database.words import ErasureState, LawfulBasis, PermissionPurpose, SessionState
from service.erasure import store as erasures
from service.keybroker.ports import Actor
from service.parts import Parts
from service.permissions import store
from service.permissions.access import acting, administering
from service.permissions.records import Answer, Participant, Standing, agreed, standing_to

_COLUMNS = (
    session.c.id, session.c.worker_id, session.c.held_on, session.c.setting, session.c.state, session.c.lawful_basis,
    session.c.created_ms,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionLine:
    """A session in a list. ``lacking``: for how many of its ``present`` participants reflection is not agreed."""

    id: str
    worker_id: str
    held_on: str
    setting: Setting
    state: SessionState
    lawful_basis: LawfulBasis
    created_ms: int
    present: int = 0
    lacking: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionLines:
    """A page of sessions, newest first, and the cursor of the next one."""

    items: tuple[SessionLine, ...]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """A participant, how they stand to each purpose, and when they last said anything (ms since 1970, None: never)."""

    participant: Participant
    standing: Mapping[PermissionPurpose, Standing]
    said_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldLine:
    """A hold; times in ms since 1970. ``ended_ms``: it was ended before its time."""

    id: str
    reason: str
    from_ms: int
    until_ms: int
    ended_ms: int | None

    def holds(self, now_ms: int) -> bool:
        """Whether it keeps the session from being erased now."""
        return self.ended_ms is None and self.from_ms <= now_ms < self.until_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionFile:
    """All that administrators see of one session; ``erasure`` is its id and state where one was asked for."""

    line: SessionLine
    present: tuple[Present, ...]
    holds: tuple[HoldLine, ...]
    erasure: tuple[str, ErasureState] | None
    over: bool


def sessions_page(parts: Parts, actor: Actor, wanted: Wanted, state: SessionState | None = None) -> SessionLines:
    """Sessions, newest first; those in one state where named. Raises RefusedError, CursorError."""
    with administering(parts, actor, Action.VIEW) as rows:
        chosen = select(*_COLUMNS) if state is None else select(*_COLUMNS).where(session.c.state == state)
        found = read_page(rows, chosen, (session.c.created_ms, session.c.id), wanted)
        ids = [str(row["id"]) for row in found.rows]
        present, lacking = _present_in(rows, ids), _lacking_in(rows, ids, parts.clock())
    lines = (_line(row, present.get(row["id"], 0), lacking.get(row["id"], 0)) for row in found.rows)
    return SessionLines(items=tuple(lines), next=found.next)


def session_file(parts: Parts, actor: Actor, session_id: str) -> SessionFile:
    """One session. Raises RefusedError."""
    with acting(parts, actor, session_id, Action.VIEW, owner=False) as act:
        act.tell(Kind.PERMISSION, session_id)
        row = act.rows.execute(select(*_COLUMNS).where(session.c.id == session_id)).mappings().one()
        now, people = act.event.when_ms, store.participants(act.rows, session_id)
        answers, going = store.answers(act.rows, session_id), erasures.of_session(act.rows, session_id)
        present = tuple(_present(one, answers, now) for one in people)
        lacking = sum(one.standing[PermissionPurpose.REFLECTION] is not Standing.GIVEN for one in present)
        return SessionFile(
            line=_line(row, len(present), lacking), present=present, holds=_holds(act.rows, session_id),
            erasure=None if going is None else (going.id, going.state), over=act.state in store.OVER,
        )  # fmt: skip


def sessions_by_state(rows: Connection) -> Mapping[SessionState, int]:
    """How many sessions there are in each state."""
    counted = rows.execute(select(session.c.state, func.count()).group_by(session.c.state)).all()
    return {SessionState(state): number for state, number in counted}


def _present(one: Participant, answers: Sequence[Answer], now: int) -> Present:
    said = [answer.said_ms for answer in answers if answer.participant_id == one.id]
    standing = {purpose: standing_to(one.id, purpose, answers, now) for purpose in PermissionPurpose}
    return Present(participant=one, standing=standing, said_ms=max(said, default=None))


def _present_in(rows: Connection, ids: Sequence[str]) -> dict[str, int]:
    counted = select(participant.c.session_id, func.count().label("present"))
    asked = counted.where(participant.c.session_id.in_(ids)).group_by(participant.c.session_id)
    return {row.session_id: row.present for row in rows.execute(asked)}


def _lacking_in(rows: Connection, ids: Sequence[str], now: int) -> dict[str, int]:
    """For how many participants of each session reflection is not agreed at ``now``."""
    people = rows.execute(
        select(participant.c.id, participant.c.session_id).where(participant.c.session_id.in_(ids))
    ).all()
    answers = store.answers_of(rows, ids, PermissionPurpose.REFLECTION)
    lacking: dict[str, int] = {}
    for one in people:
        theirs = [answer for answer in answers if answer.participant_id == one.id]
        if not agreed(one.id, PermissionPurpose.REFLECTION, theirs, now):
            lacking[one.session_id] = lacking.get(one.session_id, 0) + 1
    return lacking


def _line(row: Mapping[Any, Any], present: int, lacking: int) -> SessionLine:
    return SessionLine(
        id=row["id"], worker_id=row["worker_id"], held_on=row["held_on"], setting=Setting(row["setting"]),
        state=SessionState(row["state"]), lawful_basis=LawfulBasis(row["lawful_basis"]),
        created_ms=row["created_ms"], present=present, lacking=lacking,
    )  # fmt: skip


def _holds(rows: Connection, session_id: str) -> tuple[HoldLine, ...]:
    asked = select(hold).where(hold.c.session_id == session_id).order_by(hold.c.from_ms.desc(), hold.c.id)
    return tuple(
        HoldLine(id=row.id, reason=row.reason, from_ms=row.from_ms, until_ms=row.until_ms, ended_ms=row.ended_ms)
        for row in rows.execute(asked)
    )
