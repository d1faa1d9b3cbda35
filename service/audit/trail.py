"""Where the service writes its audit: in the transaction of what it tells of, never apart from it."""

from __future__ import annotations

from typing import Protocol

from sqlalchemy import Connection

from service.audit.records import AuditEvent


class Trail(Protocol):
    """Appends events to the installation's chain."""

    def append(self, rows: Connection, event: AuditEvent) -> None:
        """Write the event in the caller's transaction, which `Database.writing` began. Raises AuditDatabaseError."""
