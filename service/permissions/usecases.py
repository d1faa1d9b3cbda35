"""Participants of a session and what they agree to. Every change raises the session's permission epoch."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, update
from sqlalchemy.exc import IntegrityError

from models.records.speech import Role
from service.api.repeat import Answer as Given
from service.api.repeat import Once
from service.audit.records import NOBODY, Action, AuditEvent, Kind, Outcome, Purpose
from service.database.tables import session
from service.database.words import How, LawfulBasis, PermissionAnswer, PermissionPurpose, SessionState
from service.ids import new_id
from service.keybroker.ports import Actor
from service.parts import Parts
from service.permissions import store
from service.permissions.access import acting
from service.permissions.coverage import covered, settle
from service.permissions.errors import (
    AnswerError,
    NoSuchParticipantError,
    ParticipantExistsError,
)
from service.permissions.records import Answer, Participant
from service.permissions.wording import statement_for

CLOCKS_DIFFER_MS = 300_000
"""What was said may lie so far ahead of this machine's clock."""


def add_participant(
    parts: Parts, actor: Actor, session_id: str, role: Role, place: int | None = None, *, once: Once | None = None
) -> Participant:
    """Somebody was there; until they agree, the session is quarantined. ``place`` is the next one unless named.

    Raises RefusedError, SessionOverError, ParticipantExistsError, RepeatConflictError.
    """
    with acting(parts, actor, session_id, Action.PERMISSION) as act:
        act.refuse_over()
        if once and (before := once.earlier(act.rows)):
            return find_participant(act.rows, session_id, str(before.body["id"]))
        added = join_participant(act.rows, session_id, role, place)
        settle(act.rows, session_id, act.event.when_ms)
        act.tell(Kind.PARTICIPANT, added.id)
        if once:
            once.keep(act.rows, Given(status=201, body={"id": added.id}), act.event.when_ms)
    return added


def record(
    parts: Parts,
    actor: Actor,
    session_id: str,
    participant_id: str,
    purpose: PermissionPurpose,
    answer: PermissionAnswer,
    *,
    how: How,
    statement: str,
    said_ms: int,
    until_ms: int | None = None,
    once: Once | None = None,
) -> SessionState:
    """Append what a participant said; returns the session's state after it.

    ``statement`` is the name of what was read out; times are ms since 1970 in UTC. Taking back is `withdraw`.
    Raises RefusedError, SessionOverError, NoSuchParticipantError, StatementError, AnswerError, RepeatConflictError.
    """
    with acting(parts, actor, session_id, Action.PERMISSION) as act:
        act.refuse_over()
        if once and once.earlier(act.rows):
            return act.state
        now = act.event.when_ms
        said = find_participant(act.rows, session_id, participant_id)
        _check_answer(answer, how, said.role, said_ms=said_ms, until_ms=until_ms, now=now)
        kept = statement_for(statement, said.role, how).kept_as
        added = Answer(
            number=0, participant_id=participant_id, purpose=purpose, answer=answer, how=how, statement=kept,
            recorded_by=actor.person_id, said_ms=said_ms, until_ms=until_ms, recorded_ms=now,
        )  # fmt: skip
        store.add_answer(act.rows, session_id, added)
        state = settle(act.rows, session_id, now)
        act.tell(Kind.PARTICIPANT, participant_id)
        if once:
            once.keep(act.rows, Given(status=201, body={"state": state}), now)
    return state


def history(parts: Parts, actor: Actor, session_id: str) -> tuple[Sequence[Participant], Sequence[Answer]]:
    """Everybody who was there and everything that they said, oldest first; audited. Raises RefusedError."""
    with acting(parts, actor, session_id, Action.VIEW) as act:
        act.tell(Kind.PERMISSION, session_id)
        return store.participants(act.rows, session_id), store.answers(act.rows, session_id)


def set_lawful_basis(parts: Parts, actor: Actor, session_id: str, basis: LawfulBasis) -> int:
    """What the council relies on; no permission, and it opens nothing. The session's version from now on.

    Raises RefusedError, SessionOverError.
    """
    with acting(parts, actor, session_id, Action.ADMINISTRATION) as act:
        act.refuse_over()
        version: int = act.rows.execute(
            update(session)
            .where(session.c.id == session_id)
            .values(lawful_basis=basis, version=session.c.version + 1)
            .returning(session.c.version)
        ).scalar_one()
        act.tell(Kind.SESSION, session_id)
    return version


def settle_lapsed(parts: Parts, request_id: str, *, limit: int = 200) -> int:
    """Quarantine sessions in which a permission has run out by now; returns how many.

    Reads are refused from that moment anyhow; this stops jobs and says it in the session's state. Run it every minute.
    """
    settled = 0
    with parts.database.writing() as rows:
        now = parts.clock()
        for session_id in store.with_lapsed_answers(rows, now, limit):
            if covered(rows, session_id, PermissionPurpose.REFLECTION, now):
                continue
            found = store.session_row(rows, session_id)
            if found is None or settle(rows, session_id, now) == found.state:
                continue
            parts.trail.append(rows, _lapse(session_id, request_id, now))
            settled += 1
    return settled


def join_participant(rows: Connection, session_id: str, role: Role, place: int | None = None) -> Participant:
    """One more who was there, in a transaction of somebody else's. Raises ParticipantExistsError."""
    chosen = store.next_place(rows, session_id, role) if place is None else place
    added = Participant(id=new_id(), session_id=session_id, role=role, place=chosen)
    try:
        store.add_participant(rows, added)
    except IntegrityError:
        raise ParticipantExistsError from None
    return added


def find_participant(rows: Connection, session_id: str, participant_id: str) -> Participant:
    """One of this session's participants. Raises NoSuchParticipantError."""
    for one in store.participants(rows, session_id):
        if one.id == participant_id:
            return one
    raise NoSuchParticipantError


def _check_answer(
    answer: PermissionAnswer, how: How, role: Role, *, said_ms: int, until_ms: int | None, now: int
) -> None:
    if answer is PermissionAnswer.WITHDRAWN or (how is How.THROUGH_PARENT and role is not Role.CHILD):
        raise AnswerError
    if not 0 <= said_ms <= now + CLOCKS_DIFFER_MS or (until_ms is not None and until_ms <= max(said_ms, 0)):
        raise AnswerError


def _lapse(session_id: str, request_id: str, now: int) -> AuditEvent:
    return AuditEvent(
        when_ms=now, actor_id=NOBODY, role=Actor.worker(request_id).role_in_audit(), action=Action.PERMISSION,
        kind=Kind.SESSION, object_id=session_id, purpose=Purpose.OPERATION, outcome=Outcome.DONE,
        request_id=request_id, session_id=session_id,
    )  # fmt: skip
