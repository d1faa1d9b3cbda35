"""The SQL of copies. A copy is one or two artefacts of its session: what is read, and what is handed out.

Their content key holds two ids, of the participant and of the copy: artefacts have no other column for them.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, delete, insert, select

from service.audit.reading import Filter, readings
from service.audit.records import AuditEvent
from service.audit.sql_rows import SqlRows
from service.database.tables import artefact
from service.database.words import Content, CopyStage
from service.retention.schedule import Kind
from service.retention.store import schedules
from service.subject_access.records import Copy

_ID = 32


def add(rows: Connection, copy: Copy, stage: CopyStage, blob_id: str, *, size: int, epoch: int) -> None:
    """Keep a durable blob as one of a copy's two."""
    rows.execute(insert(artefact).values(
        blob_id=blob_id, session_id=copy.session_id, stage=stage, content=Content.TRANSCRIPT,
        content_key=copy.participant_id + copy.id, size_bytes=size, permission_epoch=epoch, made_ms=copy.made_ms,
    ))  # fmt: skip


def copies(rows: Connection, session_id: str) -> tuple[Copy, ...]:
    """The copies of a session, newest first."""
    found = rows.execute(
        select(artefact.c.content_key, artefact.c.stage, artefact.c.made_ms)
        .where(artefact.c.session_id == session_id, artefact.c.stage.in_(tuple(CopyStage)))
        .order_by(artefact.c.made_ms.desc(), artefact.c.content_key)
    ).all()
    done = {one.content_key for one in found if one.stage == CopyStage.READY}
    kept = schedules(rows)[Kind.COPIES]
    return tuple(
        Copy(
            id=one.content_key[_ID:], session_id=session_id, participant_id=one.content_key[:_ID],
            made_ms=one.made_ms, until_ms=kept.due_ms(one.made_ms), ready=one.content_key in done,
        )
        for one in found
        if one.stage == CopyStage.DRAFT
    )  # fmt: skip


def until(rows: Connection, made_ms: int) -> int:
    """When a copy that was made then is deleted."""
    return schedules(rows)[Kind.COPIES].due_ms(made_ms)


def blob_of(rows: Connection, copy: Copy, stage: CopyStage) -> str | None:
    """One of a copy's blobs; None where there is none yet."""
    mine = (artefact.c.session_id == copy.session_id, artefact.c.content_key == copy.participant_id + copy.id)
    return rows.scalar(select(artefact.c.blob_id).where(*mine, artefact.c.stage == stage))


def remove(rows: Connection, copy: Copy, *stages: CopyStage) -> list[str]:
    """Delete a copy's rows of these stages; returns the blobs that they named."""
    there = [blob_id for stage in stages if (blob_id := blob_of(rows, copy, stage)) is not None]
    rows.execute(delete(artefact).where(artefact.c.blob_id.in_(there)))
    return there


def events(rows: Connection, session_id: str) -> Iterator[AuditEvent]:
    """Everything that the audit says of a session, oldest first. It reads the whole chain."""
    chosen = Filter(session_id=session_id)
    for page in SqlRows(rows).pages():
        yield from (one.event for one in readings(page, chosen) if one.event is not None)
