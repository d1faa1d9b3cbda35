"""Holds: for a reason and for a time, a session's key is not destroyed. Nobody can read through one."""

from __future__ import annotations

from sqlalchemy import insert, update

from service.api.repeat import Answer, Once
from service.audit.records import Action, Kind
from service.database.tables import hold
from service.database.words import ErasureState
from service.erasure import store as erasures
from service.ids import new_id
from service.keybroker.ports import Actor
from service.parts import Parts
from service.permissions.access import acting
from service.permissions.errors import HoldError, HoldTooLateError

LONGEST_MS = 366 * 86_400_000
REASONS = ("court", "complaint", "safeguarding", "regulator")


def place_hold(
    parts: Parts, actor: Actor, session_id: str, reason: str, until_ms: int, *, once: Once | None = None
) -> str:
    """Keep a session from being erased until a time, in ms since 1970, UTC; returns the hold's id. Administrators only.

    Raises RefusedError, HoldError, HoldTooLateError, RepeatConflictError.
    """
    with acting(parts, actor, session_id, Action.ADMINISTRATION, owner=False) as act:
        if once and (before := once.earlier(act.rows)):
            return str(before.body["id"])
        now = act.event.when_ms
        if reason not in REASONS or not now < until_ms <= now + LONGEST_MS:
            raise HoldError
        going = erasures.of_session(act.rows, session_id)
        if going is not None and going.state not in (ErasureState.REQUESTED, ErasureState.FENCED):
            raise HoldTooLateError
        hold_id = new_id()
        act.rows.execute(insert(hold).values(
            id=hold_id, session_id=session_id, owner_id=actor.person_id, reason=reason, from_ms=now, until_ms=until_ms,
        ))  # fmt: skip
        act.tell(Kind.SESSION, session_id)
        if once:
            once.keep(act.rows, Answer(status=201, body={"id": hold_id}), now)
    return hold_id


def end_hold(parts: Parts, actor: Actor, session_id: str, hold_id: str) -> None:
    """End a hold before its time; ending it again does nothing. Administrators only. Raises RefusedError."""
    with acting(parts, actor, session_id, Action.ADMINISTRATION, owner=False) as act:
        act.rows.execute(
            update(hold)
            .where(hold.c.id == hold_id, hold.c.session_id == session_id, hold.c.ended_ms.is_(None))
            .values(ended_ms=act.event.when_ms)
        )
        act.tell(Kind.SESSION, session_id)
