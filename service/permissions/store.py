"""The SQL of permissions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, and_, delete, exists, func, insert, or_, select, update
from sqlalchemy.engine import Row

from models.records.speech import Role
from service.database.tables import job, participant, permission, recording, session
from service.database.words import How, JobState, PermissionAnswer, PermissionPurpose, SessionState
from service.permissions.records import Answer, Participant

OVER = (SessionState.WITHDRAWN, SessionState.ERASED)
"""States in which nothing of a session changes any more but its erasure."""


def session_row(rows: Connection, session_id: str) -> Row[*tuple[Any, ...]] | None:
    """The session's worker, setting, state and epoch; None where there is no such session."""
    found = select(session.c.worker_id, session.c.setting, session.c.state, session.c.permission_epoch)
    return rows.execute(found.where(session.c.id == session_id)).one_or_none()


def participants(rows: Connection, session_id: str) -> list[Participant]:
    """Everybody who was there, in order of role and place."""
    found = rows.execute(
        select(participant)
        .where(participant.c.session_id == session_id)
        .order_by(participant.c.role, participant.c.place)
    )
    return [
        Participant(id=one.id, session_id=one.session_id, role=Role(one.role), place=one.place) for one in found
    ]  # fmt: skip


def answers(
    rows: Connection, session_id: str, purposes: Sequence[PermissionPurpose] = tuple(PermissionPurpose)
) -> list[Answer]:
    """Everything that was said in this session about these purposes, oldest first."""
    asked = select(permission).where(permission.c.session_id == session_id, permission.c.purpose.in_(purposes))
    return [_answer(one) for one in rows.execute(asked.order_by(permission.c.number))]


def answers_of(rows: Connection, session_ids: Sequence[str], purpose: PermissionPurpose) -> list[Answer]:
    """Everything that was said about one purpose in any of these sessions, oldest first."""
    asked = select(permission).where(permission.c.session_id.in_(session_ids), permission.c.purpose == purpose)
    return [_answer(one) for one in rows.execute(asked.order_by(permission.c.number))]


def add_answer(rows: Connection, session_id: str, answer: Answer) -> None:
    """Append it; its number is the database's."""
    rows.execute(insert(permission).values(
        session_id=session_id, participant_id=answer.participant_id, purpose=answer.purpose, answer=answer.answer,
        how=answer.how, statement=answer.statement, recorded_by=answer.recorded_by, said_ms=answer.said_ms,
        until_ms=answer.until_ms, recorded_ms=answer.recorded_ms,
    ))  # fmt: skip


def add_participant(rows: Connection, one: Participant) -> None:
    """Raises IntegrityError where this role and place are taken."""
    rows.execute(insert(participant).values(id=one.id, session_id=one.session_id, role=one.role, place=one.place))


def next_place(rows: Connection, session_id: str, role: Role) -> int:
    """The number of the next participant with this role, from 1."""
    highest = select(func.max(participant.c.place)).where(
        participant.c.session_id == session_id, participant.c.role == role
    )
    return (rows.execute(highest).scalar() or 0) + 1


def rename_participant(rows: Connection, participant_id: str, role: Role, place: int) -> None:
    """Say who an unknown voice was."""
    rows.execute(update(participant).where(participant.c.id == participant_id).values(role=role, place=place))


def remove_participant(rows: Connection, participant_id: str) -> None:
    """Remove one who never answered."""
    rows.execute(delete(participant).where(participant.c.id == participant_id))


def raise_epoch(rows: Connection, session_id: str, state: SessionState | None = None) -> None:
    """What was opened or begun before this is no longer good; ``state`` where that changes too."""
    changed: dict[str, Any] = {
        "permission_epoch": session.c.permission_epoch + 1,
        "version": session.c.version + 1,
    }
    rows.execute(
        update(session).where(session.c.id == session_id).values(**changed, **({"state": state} if state else {}))
    )


def stop_jobs(rows: Connection, session_id: str, now: int) -> None:
    """Ask whatever works on this session to stop."""
    at_work = job.c.state.in_((JobState.QUEUED, JobState.RUNNING))
    rows.execute(
        update(job)
        .where(job.c.session_id == session_id, at_work, job.c.asked_to_stop_ms.is_(None))
        .values(asked_to_stop_ms=now)
    )


def state_by_work(rows: Connection, session_id: str) -> SessionState:
    """Where a session stands by what there is of it: how one that was quarantined goes on."""
    if not rows.scalar(select(exists().where(recording.c.session_id == session_id))):
        return SessionState.DRAFT
    newest = rows.scalar(
        select(job.c.state).where(job.c.session_id == session_id).order_by(job.c.created_ms.desc(), job.c.id).limit(1)
    )
    ends = {JobState.DONE.value: SessionState.READY, JobState.FAILED.value: SessionState.FAILED}
    return ends.get(newest or "", SessionState.WAITING)


def with_lapsed_answers(rows: Connection, now: int, limit: int) -> list[str]:
    """Sessions at work whose latest yes of some voice was over at ``now`` and that are not quarantined yet."""
    later = permission.alias()
    by_parent, later_by_parent = permission.c.how == How.THROUGH_PARENT, later.c.how == How.THROUGH_PARENT
    replaced = exists().where(
        later.c.participant_id == permission.c.participant_id,
        later.c.purpose == permission.c.purpose,
        later.c.number > permission.c.number,
        or_(and_(by_parent, later_by_parent), and_(~by_parent, ~later_by_parent)),
    )
    lapsed = exists().where(
        permission.c.session_id == session.c.id,
        permission.c.purpose == PermissionPurpose.REFLECTION,
        permission.c.answer == PermissionAnswer.GIVEN,
        permission.c.until_ms <= now,
        ~replaced,
    )
    at_rest = session.c.state.in_((*OVER, SessionState.QUARANTINED, SessionState.DRAFT))
    return list(rows.scalars(select(session.c.id).where(lapsed, ~at_rest).order_by(session.c.id).limit(limit)))


def _answer(one: Row[*tuple[Any, ...]]) -> Answer:
    return Answer(
        number=one.number, participant_id=one.participant_id, purpose=PermissionPurpose(one.purpose),
        answer=PermissionAnswer(one.answer), how=How(one.how), statement=one.statement, recorded_by=one.recorded_by,
        said_ms=one.said_ms, until_ms=one.until_ms, recorded_ms=one.recorded_ms,
    )  # fmt: skip
