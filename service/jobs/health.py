"""Whether a worker says that it lives; for whoever watches its container."""

from __future__ import annotations

from sqlalchemy import select

from service.database.engine import Database
from service.database.tables import worker
from service.jobs.beats import database_ms

LOST_AFTER_MS = 60_000
"""What `WorkerSettings` says too; asking a worker's health must not load what a worker loads."""


def is_alive(database: Database, worker_id: str, within_ms: int) -> bool:
    """Whether the worker's last heartbeat is no older. Raises DatabaseUnavailableError."""
    with database.reading() as rows:
        seen_ms = rows.scalar(select(worker.c.seen_ms).where(worker.c.id == worker_id))
        return seen_ms is not None and database_ms(rows) - int(seen_ms) <= within_ms
