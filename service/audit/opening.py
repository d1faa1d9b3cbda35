"""Opens an audit for reading: a database's file that is left as it is, or the installation's database by its URL."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, OperationalError
from sqlalchemy.pool import NullPool

from service.audit.errors import AuditDatabaseError
from service.audit.sql_rows import DAMAGED, SqlRows
from service.database.engine import BUSY_MS, open_database
from service.database.errors import DatabaseAddressError

_LAST = "SELECT sequence FROM audit ORDER BY sequence DESC LIMIT 1"


@contextmanager
def open_url(url: str) -> Iterator[SqlRows]:
    """The rows of the database at a URL, all from one moment; a file of SQLite is only read.

    Raises DatabaseAddressError, DatabaseUnavailableError, AuditDatabaseError.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise DatabaseAddressError from None
    if parsed.drivername == "sqlite" and parsed.database:
        with open_file(Path(parsed.database)) as rows:
            yield rows
        return
    with closing(open_database(url)) as database, database.reading() as connection:
        rows = SqlRows(connection)
        rows.last()
        yield rows


@contextmanager
def open_file(path: Path) -> Iterator[SqlRows]:
    """The rows of a database that is left as it is, all from one moment. Raises AuditDatabaseError."""
    if not path.is_file():
        raise AuditDatabaseError(f"There is no database {path.name}. Name the installation's own database.")
    try:
        connection = _snapshot(path, "mode=ro")
    except OperationalError as refused:
        connection = _lone_snapshot(path, refused)
    except DAMAGED as refused:
        raise AuditDatabaseError from refused
    with connection:
        yield SqlRows(connection)


def _lone_snapshot(path: Path, refused: OperationalError) -> Connection:
    """A copy on a medium that cannot be written, where SQLite cannot put its side files; nobody else can write it."""
    if path.with_name(f"{path.name}-wal").exists():
        raise AuditDatabaseError from refused
    try:
        return _snapshot(path, "mode=ro&immutable=1")
    except DAMAGED as again:
        raise AuditDatabaseError from again


def _snapshot(path: Path, how: str) -> Connection:
    """A connection in a transaction that has read, so that all that follows is from this moment."""
    uri = f"{path.absolute().as_uri()}?{how}"
    engine = create_engine(
        "sqlite://",
        creator=lambda: sqlite3.connect(uri, uri=True, isolation_level=None, timeout=BUSY_MS / 1000),
        poolclass=NullPool,
    )
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    connection = engine.connect()
    try:
        connection.exec_driver_sql(_LAST).first()
    except BaseException:
        connection.close()
        raise
    return connection
