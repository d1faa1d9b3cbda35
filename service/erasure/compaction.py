"""Getting what was deleted out of the database's own files."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing
from typing import Any

from sqlalchemy import text

from service.database.engine import Database, errors_as_ours, unhurried
from service.erasure.errors import StoreBusyError
from service.erasure.scrubbing import TREATMENT, Treatment

WAITS_S = (0.2, 0.5, 1.0, 2.0)
"""Seconds before each further try, while a reader holds the write-ahead log."""
_TRY_MS = 500


def method(database: Database) -> str:
    """What `compact` does here, in words for a certificate."""
    if database.is_sqlite:
        return "SQLite: secure_delete, then wal_checkpoint(TRUNCATE)."
    return "PostgreSQL: VACUUM. Pages and WAL may keep ciphertext, whose key is destroyed."


def compact(database: Database, waits_s: Sequence[float] = WAITS_S) -> None:
    """Leave nothing of deleted rows in SQLite's file and log; tidy PostgreSQL's tables.

    Raises StoreBusyError where a reader of SQLite's log does not go away.
    """
    if not database.is_sqlite:
        _vacuum(database)
        return
    for wait_s in (*waits_s, None):
        if _truncated(database):
            return
        if wait_s is not None:
            time.sleep(wait_s)
    raise StoreBusyError


def _truncated(database: Database) -> bool:
    with closing(database.engine.raw_connection()) as pooled:
        connection: Any = pooled.driver_connection
        before = connection.execute("PRAGMA busy_timeout").fetchone()[0]
        connection.execute(f"PRAGMA busy_timeout = {_TRY_MS}")
        try:
            if connection.execute("PRAGMA secure_delete").fetchone() != (1,):
                raise StoreBusyError("SQLite does not overwrite deleted rows here. Use this program's own connection.")
            return bool(connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone() == (0, 0, 0))
        except sqlite3.OperationalError:
            return False
        finally:
            connection.execute(f"PRAGMA busy_timeout = {before}")


def _vacuum(database: Database) -> None:
    tables = sorted(name for name, treatment in TREATMENT.items() if treatment is not Treatment.KEPT)
    with errors_as_ours(), database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        unhurried(connection)
        for name in tables:
            connection.execute(text(f'VACUUM "{name}"'))
