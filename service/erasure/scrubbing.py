"""What erasing a session does to the rows of every table: a table that is not named here fails a test."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, Table, delete, select, update

from service.database.tables import (
    METADATA,
    artefact,
    decision,
    feedback,
    job,
    recording,
    review,
    session,
    upload,
    upload_part,
)


class Treatment(StrEnum):
    """What happens to a table's rows. ``kept``: they hold ids, times and words of lists, and no content."""

    DELETED = "deleted"
    EMPTIED = "emptied"
    KEPT = "kept"


TREATMENT: dict[str, Treatment] = {
    "artefact": Treatment.DELETED,
    "decision": Treatment.EMPTIED,
    "erasure": Treatment.KEPT,
    "feedback": Treatment.EMPTIED,
    "hold": Treatment.KEPT,
    "job": Treatment.DELETED,
    "participant": Treatment.KEPT,
    "permission": Treatment.KEPT,
    "recording": Treatment.DELETED,
    "review": Treatment.KEPT,
    "session": Treatment.EMPTIED,
    "upload": Treatment.DELETED,
    "upload_part": Treatment.DELETED,
}
"""Every table whose rows belong to a session, directly or through another row."""

_DELETED = (upload_part, upload, job, artefact, recording)
"""In an order that no foreign key forbids."""


def scrub(rows: Connection, session_id: str) -> int:
    """Delete and empty what this session has in the database; returns how many rows were touched. Harmless again."""
    touched = 0
    for table in _DELETED:
        touched += rows.execute(delete(table).where(_of(table, session_id))).rowcount
    reviews = select(review.c.id).where(review.c.session_id == session_id)
    emptied = (
        update(session).where(session.c.id == session_id).values(details=None),
        update(decision)
        .where(decision.c.review_id.in_(reviews), decision.c.body.is_not(None))
        .values(body=None),
        update(feedback)
        .where(feedback.c.session_id == session_id, feedback.c.body.is_not(None))
        .values(body=None, body_hash=None, confirmed_hash=None),
    )  # fmt: skip
    return touched + sum(rows.execute(one).rowcount for one in emptied)


def left_over(rows: Connection, session_id: str) -> int:
    """How many rows still hold something of the session's content, or should be gone."""
    reviews = select(review.c.id).where(review.c.session_id == session_id)
    looks = [
        *(select(table.c[next(iter(table.primary_key)).name]).where(_of(table, session_id)) for table in _DELETED),
        select(session.c.id).where(session.c.id == session_id, session.c.details.is_not(None)),
        select(decision.c.number).where(decision.c.review_id.in_(reviews), decision.c.body.is_not(None)),
        select(feedback.c.id).where(feedback.c.session_id == session_id, feedback.c.body.is_not(None)),
    ]
    return sum(len(rows.execute(look).all()) for look in looks)


def of_sessions() -> set[str]:
    """Names of all tables whose rows belong to a session, found by their columns."""
    found = {table.name for table in METADATA.tables.values() if "session_id" in table.c} | {"session"}
    while True:
        more = {
            table.name
            for table in METADATA.tables.values()
            for key in table.foreign_keys
            if key.column.table.name in found - {"session"}
        }
        if more <= found:
            return found
        found |= more


def _of(table: Table, session_id: str) -> ColumnElement[bool]:
    if table is upload_part:
        return upload_part.c.upload_id.in_(select(upload.c.id).where(upload.c.session_id == session_id))
    return table.c.session_id == session_id
