"""The SQL of erasures and holds."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, insert, select, union, update
from sqlalchemy.engine import Row

from service.database.tables import artefact, erasure, hold, recording, session, setting, upload, upload_part
from service.database.words import ErasureState, ErasureTrigger
from service.erasure.records import Erasure, Note

_LEDGER = "erasure.ledger-entries"


def add(rows: Connection, added: Erasure) -> None:
    """Keep a new erasure. Raises IntegrityError where the session has one."""
    rows.execute(insert(erasure).values(
        id=added.id, session_id=added.session_id, state=added.state, cause=added.cause,
        requested_by=added.requested_by, request_id=added.request_id, requested_ms=added.requested_ms,
        changed_ms=added.changed_ms, scans=added.scans, note=added.note.packed(), certificate=None,
    ))  # fmt: skip


def get(rows: Connection, erasure_id: str) -> Erasure | None:
    """An erasure by its id."""
    found = rows.execute(select(erasure).where(erasure.c.id == erasure_id)).one_or_none()
    return None if found is None else _erasure(found)


def of_session(rows: Connection, session_id: str) -> Erasure | None:
    """The erasure of a session."""
    found = rows.execute(select(erasure).where(erasure.c.session_id == session_id)).one_or_none()
    return None if found is None else _erasure(found)


def unfinished(rows: Connection) -> list[str]:
    """Ids of the erasures that are not certified, oldest first."""
    waiting = select(erasure.c.id).where(erasure.c.state != ErasureState.CERTIFIED)
    return list(rows.scalars(waiting.order_by(erasure.c.requested_ms, erasure.c.id)))


def move(rows: Connection, before: Erasure, state: ErasureState, note: Note, now: int, **more: Any) -> bool:
    """Store the next state, unless somebody else moved it meanwhile; says whether it was done."""
    moved = rows.execute(
        update(erasure)
        .where(erasure.c.id == before.id, erasure.c.state == before.state, erasure.c.scans == before.scans)
        .values(state=state, note=note.packed(), changed_ms=now, **more)
    )
    return moved.rowcount == 1


def keep_note(rows: Connection, erasure_id: str, note: Note) -> None:
    """Store what the erasure has to remember, within its state."""
    rows.execute(update(erasure).where(erasure.c.id == erasure_id).values(note=note.packed()))


def blob_ids(rows: Connection, session_id: str) -> list[str]:
    """Every blob that a row of this session names."""
    parts = select(upload_part.c.blob_id).join(upload, upload.c.id == upload_part.c.upload_id)
    return list(
        rows.scalars(
            union(
                select(recording.c.blob_id).where(recording.c.session_id == session_id),
                select(artefact.c.blob_id).where(artefact.c.session_id == session_id),
                parts.where(upload.c.session_id == session_id),
            )
        )
    )


def set_session(rows: Connection, session_id: str, **changed: Any) -> None:
    """Change the session's row."""
    rows.execute(update(session).where(session.c.id == session_id).values(**changed, version=session.c.version + 1))


def active_hold(rows: Connection, session_id: str, now: int) -> Row[*tuple[Any, ...]] | None:
    """The hold on a session that lasts longest from now; None where there is none."""
    found = select(hold.c.id, hold.c.reason, hold.c.until_ms).where(
        hold.c.session_id == session_id, hold.c.from_ms <= now, hold.c.until_ms > now, hold.c.ended_ms.is_(None)
    )
    return rows.execute(found.order_by(hold.c.until_ms.desc(), hold.c.id).limit(1)).one_or_none()


def ledger_entries(rows: Connection) -> int:
    """How many entries the ledger had when this database last looked; 0 where it never did."""
    return int(rows.scalar(select(setting.c.value).where(setting.c.name == _LEDGER)) or 0)


def remember_ledger(rows: Connection, entries: int) -> None:
    """The ledger has so many entries; never fewer than it had."""
    value = str(max(entries, ledger_entries(rows)))
    if not rows.execute(update(setting).where(setting.c.name == _LEDGER).values(value=value)).rowcount:
        rows.execute(insert(setting).values(name=_LEDGER, value=value))


def _erasure(found: Row[*tuple[Any, ...]]) -> Erasure:
    return Erasure(
        id=found.id, session_id=found.session_id, state=ErasureState(found.state), cause=ErasureTrigger(found.cause),
        requested_by=found.requested_by, request_id=found.request_id, requested_ms=found.requested_ms,
        changed_ms=found.changed_ms, scans=found.scans, note=Note.parse(found.note), certificate=found.certificate,
    )  # fmt: skip
