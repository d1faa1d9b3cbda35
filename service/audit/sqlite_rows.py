"""Audit rows in SQLite, by the standard library. All SQL of the audit is here and in audit.sql."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from service.audit.chain import Head, Row, read_head
from service.audit.errors import AuditDatabaseError, NoTransactionError
from service.audit.store import PAGE

BUSY_MS = 10_000
"""So long a writer waits for another one."""

_SETTINGS = {"journal_mode": "wal", "synchronous": 2, "secure_delete": 1, "foreign_keys": 1, "busy_timeout": BUSY_MS}
_APPEND = "INSERT INTO audit (sequence, link, mac) VALUES (?, ?, ?)"
_NOTE = (
    "INSERT INTO audit_head (one, note, seal) VALUES (1, ?, ?) "
    "ON CONFLICT (one) DO UPDATE SET note = excluded.note, seal = excluded.seal"
)
_LAST = "SELECT sequence, link, mac FROM audit ORDER BY sequence DESC LIMIT 1"
_HEAD = "SELECT note, seal FROM audit_head WHERE one = 1"
_ALL = "SELECT sequence, link, mac FROM audit ORDER BY sequence"


def open_for_writing(path: Path) -> sqlite3.Connection:
    """The database, made where there is none, with the audit's tables and triggers.

    It commits nothing by itself: use ``writing``. Raises AuditDatabaseError where a setting is refused.
    """
    try:
        connection = sqlite3.connect(path, timeout=BUSY_MS / 1000, isolation_level=None)
        try:
            for name, value in _SETTINGS.items():
                connection.execute(f"PRAGMA {name} = {value}")
                if connection.execute(f"PRAGMA {name}").fetchone() != (value,):
                    raise AuditDatabaseError(f"SQLite refuses the setting {name}, which the audit needs.")
            schema = Path(__file__).with_name("audit.sql").read_text("utf-8")
            connection.executescript(f"BEGIN IMMEDIATE;\n{schema}\nCOMMIT;")
        except BaseException:
            connection.close()
            raise
    except sqlite3.Error as refused:
        raise AuditDatabaseError from refused
    return connection


@contextmanager
def open_for_reading(path: Path) -> Iterator[SqliteRows]:
    """The rows of a database that is left as it is, all from one moment. Raises AuditDatabaseError."""
    if not path.is_file():
        raise AuditDatabaseError(f"There is no database {path.name}. Name the installation's own database.")
    try:
        connection = _snapshot(path, "mode=ro")
    except sqlite3.OperationalError as refused:
        connection = _lone_snapshot(path, refused)
    except sqlite3.Error as refused:
        raise AuditDatabaseError from refused
    with closing(connection):
        yield SqliteRows(connection)


def _lone_snapshot(path: Path, refused: sqlite3.Error) -> sqlite3.Connection:
    """A copy on a medium that cannot be written, where SQLite cannot put its side files; nobody else can write it."""
    if path.with_name(f"{path.name}-wal").exists():
        raise AuditDatabaseError from refused
    try:
        return _snapshot(path, "mode=ro&immutable=1")
    except sqlite3.Error as again:
        raise AuditDatabaseError from again


def _snapshot(path: Path, how: str) -> sqlite3.Connection:
    """A connection in a transaction that has read, so that all that follows is from this moment."""
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?{how}", uri=True, isolation_level=None)
    try:
        connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
        connection.execute("BEGIN")
        connection.execute(_LAST).fetchone()
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def writing(connection: sqlite3.Connection) -> Iterator[SqliteRows]:
    """A transaction that holds the write lock from its start, so that no two writers see the same last row.

    Commits at the end, or rolls back where anything was raised.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield SqliteRows(connection)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # a full disk makes SQLite roll back by itself
            connection.execute("ROLLBACK")
        raise


class SqliteRows:
    """Audit rows in a connection's transaction. See AuditRows."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def append(self, row: Row, head: Head) -> None:
        """Keep the row and the note. The number is the primary key, so a fork ends in an error at the latest here."""
        if not self._connection.in_transaction:
            raise NoTransactionError
        self._connection.execute(_APPEND, (row.sequence, row.link, row.mac))
        self._connection.execute(_NOTE, (head.packed(), head.seal))

    def last(self) -> Row | None:
        """The row with the highest number."""
        found = self._connection.execute(_LAST).fetchone()
        return None if found is None else _row(found)

    def head(self) -> Head | None:
        """The note of the last row."""
        try:
            found = self._connection.execute(_HEAD).fetchone()
            return None if found is None else read_head(_bytes(found[0]), _bytes(found[1]))
        except (ValueError, sqlite3.DatabaseError):
            return None

    def pages(self, size: int = PAGE) -> Iterator[tuple[Row, ...]]:
        """All rows by their numbers, by one cursor: rows that share a number are not skipped."""
        page: list[Row] = []
        try:
            for columns in self._connection.execute(_ALL):
                page.append(_row(columns))
                if len(page) == size:
                    yield tuple(page)
                    page.clear()
        except sqlite3.Error as damaged:
            yield tuple(page)
            raise AuditDatabaseError from damaged
        if page:
            yield tuple(page)


def _row(columns: tuple[object, object, object]) -> Row:
    """A row as it is stored; what is no bytes or no number any more becomes bytes or a number that fit nothing."""
    sequence, link, mac = columns
    return Row(sequence=sequence if type(sequence) is int else -1, link=_bytes(link), mac=_bytes(mac))


def _bytes(value: object) -> bytes:
    return value if type(value) is bytes else b""
