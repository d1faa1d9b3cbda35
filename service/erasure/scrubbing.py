"""What erasing a session does to the rows of every table: a table that is not named here fails a test."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, Table, delete, select, update

from service.database.sealed_rows import WITH_FEEDBACK, WITH_TRANSCRIPT, empty, holding
from service.database.tables import artefact, job, recording, session, upload, upload_part


class Treatment(StrEnum):
    """What happens to a table's rows. ``kept``: they hold ids, times and words of lists, and no content."""

    DELETED = "deleted"
    EMPTIED = "emptied"
    KEPT = "kept"


TREATMENT: dict[str, Treatment] = {
    "amendment": Treatment.EMPTIED,
    "artefact": Treatment.DELETED,
    "confirmation": Treatment.KEPT,
    "decision": Treatment.EMPTIED,
    "erasure": Treatment.KEPT,
    "feedback": Treatment.EMPTIED,
    "hold": Treatment.KEPT,
    "job": Treatment.DELETED,
    "participant": Treatment.KEPT,
    "permission": Treatment.KEPT,
    "recording": Treatment.DELETED,
    "reflection": Treatment.EMPTIED,
    "reply": Treatment.EMPTIED,
    "review": Treatment.KEPT,
    "session": Treatment.EMPTIED,
    "upload": Treatment.DELETED,
    "upload_part": Treatment.DELETED,
}
"""Every table whose rows belong to a session, directly or through another row."""

_DELETED = (upload_part, upload, job, artefact, recording)
"""In an order that no foreign key forbids."""
_WRITTEN = (*WITH_TRANSCRIPT, *WITH_FEEDBACK)


def scrub(rows: Connection, session_id: str) -> int:
    """Delete and empty what this session has in the database; returns how many rows were touched. Harmless again."""
    touched = 0
    for table in _DELETED:
        touched += rows.execute(delete(table).where(_of(table, session_id))).rowcount
    touched += rows.execute(update(session).where(session.c.id == session_id).values(details=None)).rowcount
    return touched + sum(empty(rows, table, session_id) for table in _WRITTEN)


def left_over(rows: Connection, session_id: str) -> int:
    """How many rows still hold something of the session's content, or should be gone."""
    looks = [
        *(select(table.c[_key(table)]).where(_of(table, session_id)) for table in _DELETED),
        *(select(table.c[_key(table)]).where(holding(table, session_id)) for table in _WRITTEN),
        select(session.c.id).where(session.c.id == session_id, session.c.details.is_not(None)),
    ]
    return sum(len(rows.execute(look).all()) for look in looks)


def _of(table: Table, session_id: str) -> ColumnElement[bool]:
    if table is upload_part:
        return upload_part.c.upload_id.in_(select(upload.c.id).where(upload.c.session_id == session_id))
    return table.c.session_id == session_id


def _key(table: Table) -> str:
    return next(iter(table.primary_key)).name
