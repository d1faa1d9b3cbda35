"""The trail that the service really writes: each event becomes the next row of the installation's chain."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Connection

from service.audit.anchors import read_anchors
from service.audit.errors import AuditDatabaseError
from service.audit.keys import Keyring
from service.audit.log import AuditLog
from service.audit.records import AuditEvent
from service.audit.sql_rows import SqlRows
from service.database.engine import Database
from service.ids import new_id

Noticed = Callable[[int], None]
"""Told the number of each row that was written, before it is committed; returns at once and raises nothing."""


class ChainedTrail:
    """See Trail; safe to share between threads. ``noticed`` is how an AnchorKeeper learns that rows were written."""

    def __init__(self, keys: Keyring, noticed: Noticed = lambda sequence: None) -> None:
        self._keys = keys
        self._noticed = noticed

    def append(self, rows: Connection, event: AuditEvent) -> None:
        """Write the event in the caller's transaction, which `Database.writing` began.

        Raises AuditDatabaseError where no chain was begun, BrokenTailError where the last row is not as it was written,
        NoTransactionError where the transaction is a reader's or none.
        """
        self._noticed(AuditLog(SqlRows(rows), self._keys).append(event).sequence)


def begin_chain(database: Database, keys: Keyring, anchors: Path, now_ms: int) -> bool:
    """Begin the installation's chain where there is none, and say whether there was none.

    Processes that start at once begin one chain. Raises AuditDatabaseError where the anchor file knows of a chain that
    the database does not have: then rows were removed, or this is another installation's anchor file.
    """
    with database.writing() as connection:
        rows = SqlRows(connection)
        if rows.last() is not None:
            return False
        if anchors.exists() and read_anchors(anchors).found:
            raise AuditDatabaseError(
                "The anchor file knows of audit events that this database does not have. Restore the database, or "
                "name the anchor file of this installation."
            )
        AuditLog(rows, keys).begin(new_id(), now_ms)
    return True
