"""The SQL of retention."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, delete, exists, func, insert, not_, or_, select, update
from sqlalchemy.engine import Row

from service.database.sealed_rows import WITH_FEEDBACK, WITH_TRANSCRIPT, empty, holding
from service.database.tables import artefact, erasure, feedback, hold, recording, session, setting
from service.database.words import CopyStage, FeedbackState
from service.permissions.store import OVER
from service.retention.schedule import CONTENT, Kept, Kind, Schedule

PAGE = 500
_RECORDED = {Kind.SOUND: "sound", Kind.TRANSCRIPT: "transcript"}
_IS_COPY = artefact.c.stage.in_(tuple(CopyStage))
"""Copies have a time of their own, whatever is in them."""
_WRITTEN = {Kind.TRANSCRIPT: WITH_TRANSCRIPT, Kind.FEEDBACK: WITH_FEEDBACK}


def read_setting(rows: Connection, name: str) -> str | None:
    """A setting's value; None where it was never set."""
    return rows.scalar(select(setting.c.value).where(setting.c.name == name))


def write_setting(rows: Connection, name: str, value: str) -> None:
    """Set it, in the place of what it was."""
    if not rows.execute(update(setting).where(setting.c.name == name).values(value=value)).rowcount:
        rows.execute(insert(setting).values(name=name, value=value))


def schedules(rows: Connection) -> Mapping[Kind, Schedule]:
    """How long each kind is kept here."""
    return {kind: Schedule.parse(read_setting(rows, f"retention.{kind}"), kind) for kind in Kind}


def kept(rows: Connection, *, worker_id: str | None = None) -> Iterator[Kept]:
    """Every session that is not on its way out; of one worker where named."""
    last = ""
    while page := rows.execute(_page(last, worker_id)).all():
        yield from (_kept(one) for one in page)
        last = page[-1].id


def kept_one(rows: Connection, session_id: str) -> Kept | None:
    """One session, if it is not on its way out."""
    found = rows.execute(_query().where(session.c.id == session_id)).one_or_none()
    return None if found is None else _kept(found)


def held_sessions(rows: Connection, now: int) -> frozenset[str]:
    """Sessions under a hold now."""
    active = and_(hold.c.from_ms <= now, hold.c.until_ms > now, hold.c.ended_ms.is_(None))
    return frozenset(rows.scalars(select(hold.c.session_id).where(active)))


def blobs_of(rows: Connection, session_id: str, kind: Kind) -> list[str]:
    """Blobs of one kind."""
    found = list(rows.scalars(select(artefact.c.blob_id).where(_made(session_id, kind))))
    if kind in _RECORDED:
        found += rows.scalars(select(recording.c.blob_id).where(_recorded(session_id, kind)))
    return found


def delete_kind(rows: Connection, session_id: str, kind: Kind, now: int) -> None:
    """The rows of one kind; a recording's row stays, without its name, and says that it was deleted."""
    rows.execute(delete(artefact).where(_made(session_id, kind)))
    if kind in _RECORDED:
        rows.execute(update(recording).where(_recorded(session_id, kind)).values(deleted_ms=now, file_name=None))
    for table in _WRITTEN.get(kind, ()):
        empty(rows, table, session_id)
    rows.execute(update(session).where(session.c.id == session_id).values(version=session.c.version + 1))


def copies_over(rows: Connection, session_id: str, schedule: Schedule, now: int) -> list[str]:
    """Blobs of the copies of a session whose time is over."""
    made = select(artefact.c.blob_id, artefact.c.made_ms).where(artefact.c.session_id == session_id, _IS_COPY)
    return [str(one.blob_id) for one in rows.execute(made) if schedule.due_ms(one.made_ms) <= now]


def delete_copies(rows: Connection, blob_ids: list[str]) -> None:
    """The rows of these copies."""
    rows.execute(delete(artefact).where(artefact.c.blob_id.in_(blob_ids)))


def _made(session_id: str | ColumnElement[str], kind: Kind) -> ColumnElement[bool]:
    return and_(artefact.c.session_id == session_id, artefact.c.content.in_(CONTENT[kind]), not_(_IS_COPY))


def _recorded(session_id: str, kind: Kind) -> Any:
    return and_(
        recording.c.session_id == session_id, recording.c.kind == _RECORDED[kind], recording.c.deleted_ms.is_(None)
    )


def _page(last: str, worker_id: str | None) -> Select[*tuple[Any, ...]]:
    asked = _query().where(session.c.id > last)
    return (asked.where(session.c.worker_id == worker_id) if worker_id else asked).order_by(session.c.id).limit(PAGE)


def _query() -> Select[*tuple[Any, ...]]:
    released = select(func.max(feedback.c.released_ms)).where(
        feedback.c.session_id == session.c.id, feedback.c.state == FeedbackState.RELEASED
    )
    return select(
        session.c.id, session.c.created_ms, session.c.confirmed_ms, released.scalar_subquery().label("released_ms"),
        select(func.min(artefact.c.made_ms)).where(artefact.c.session_id == session.c.id, _IS_COPY)
        .scalar_subquery().label("copied_ms"),
        *(_there(kind).label(kind.value) for kind in CONTENT),
    ).where(session.c.state.not_in(OVER), ~exists().where(erasure.c.session_id == session.c.id))  # fmt: skip


def _there(kind: Kind) -> Any:
    anything = [exists().where(_made(session.c.id, kind))]
    if kind in _RECORDED:
        there = and_(recording.c.kind == _RECORDED[kind], recording.c.deleted_ms.is_(None))
        anything.append(exists().where(recording.c.session_id == session.c.id, there))
    anything += [exists().where(holding(table, session.c.id)) for table in _WRITTEN.get(kind, ())]
    return or_(*anything)


def _kept(one: Row[*tuple[Any, ...]]) -> Kept:
    there = frozenset(kind for kind in CONTENT if getattr(one, kind.value))
    return Kept(
        session_id=one.id, created_ms=one.created_ms, confirmed_ms=one.confirmed_ms, released_ms=one.released_ms,
        there=there, copied_ms=one.copied_ms,
    )  # fmt: skip
