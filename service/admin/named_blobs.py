"""Which blobs the rows of a database name, and whose they are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, select

from service.database.tables import artefact, recording, upload, upload_part
from service.database.words import UploadPartState


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedBlob:
    """A blob that a row names. ``expected``: it has to be there; parts of uploads may only have been intended."""

    session_id: str
    blob_id: str
    expected: bool


def named_blobs(rows: Connection) -> Iterator[NamedBlob]:
    """Every blob that a row names; none that retention has deleted."""
    recordings = select(recording.c.session_id, recording.c.blob_id).where(recording.c.deleted_ms.is_(None))
    parts = select(upload.c.session_id, upload_part.c.blob_id, upload_part.c.state).join(
        upload, upload.c.id == upload_part.c.upload_id
    )
    for query in (recordings, select(artefact.c.session_id, artefact.c.blob_id)):
        for session_id, blob_id in rows.execute(query):
            yield NamedBlob(session_id=session_id, blob_id=blob_id, expected=True)
    for session_id, blob_id, state in rows.execute(parts):
        yield NamedBlob(session_id=session_id, blob_id=blob_id, expected=state == UploadPartState.STORED)
