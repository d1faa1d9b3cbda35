"""How much is kept, as the database counts it."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from service.database.tables import artefact, recording


def kept_bytes(rows: Connection) -> tuple[int, int]:
    """Bytes of recordings that are kept, and of what was made of them."""
    recorded = select(func.coalesce(func.sum(recording.c.size_bytes), 0)).where(recording.c.deleted_ms.is_(None))
    made = select(func.coalesce(func.sum(artefact.c.size_bytes), 0))
    return int(rows.execute(recorded).scalar_one()), int(rows.execute(made).scalar_one())
