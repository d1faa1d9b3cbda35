"""Reaches the database: SQLite in a file or PostgreSQL, with the settings that erasing and durability depend on."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import URL, Connection, Engine, RootTransaction, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, SQLAlchemyError

from service.database.errors import DatabaseAddressError, DatabaseFullError, DatabaseUnavailableError

BUSY_MS = 10_000
"""So long a writer waits for another one."""
_SQLITE = {
    "busy_timeout": BUSY_MS,
    "journal_mode": "wal",
    "synchronous": 2,
    "foreign_keys": 1,
    "secure_delete": 1,
    "temp_store": 2,
    "trusted_schema": 0,
}
"""For each connection. Full synchronous: what was acknowledged outlasts a loss of power."""
_LOCK = 0x70726163
"""PostgreSQL: the advisory lock that writers of the audit chain take one after the other."""
_ALONE = "SELECT set_config('idle_in_transaction_session_timeout', :idle, true), pg_advisory_xact_lock(:lock)"
_IDLE_MS = 15_000
"""PostgreSQL: a writer of whom nothing is heard for so long is ended, so that the others need not wait for it."""
_POOL_S = 10
"""PostgreSQL: so long a connection is waited for while all are in use."""
_COMMITTED = "READ COMMITTED"
"""PostgreSQL: a writer that waited for the lock sees what the one before wrote, whatever the server's default is."""
_BEGIN = "practice_begin"
_IMMEDIATE = "BEGIN IMMEDIATE"


class Database:
    """Transactions on one database; safe to use from several threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a file of SQLite."""
        return self._engine.dialect.name == "sqlite"

    @property
    def engine(self) -> Engine:
        """SQLAlchemy's engine, for migrations."""
        return self._engine

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """What the database says at one moment. Raises DatabaseUnavailableError."""
        with errors_as_ours(), self._engine.connect() as connection, connection.begin():
            if not self.is_sqlite:
                connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
            yield connection

    @contextmanager
    def writing(self, *, patient: bool = False) -> Iterator[Connection]:
        """A transaction that nobody else writes beside; on the disk when this ends, or not done at all.

        A connection that breaks as it is committed leaves open which. With ``patient`` PostgreSQL may take as long for
        a statement as it needs.

        SQLite has one writer at a time anyhow; on PostgreSQL an advisory lock makes it so, because every one of these
        transactions appends to the audit chain. Raises DatabaseUnavailableError, DatabaseFullError, and lets
        SQLAlchemy's IntegrityError through: what it means is the caller's to say.
        """
        with errors_as_ours(), self._engine.connect() as connection, begun_to_write(connection):
            if not self.is_sqlite:
                if patient:
                    unhurried(connection)
                connection.execute(text(_ALONE), {"idle": str(_IDLE_MS), "lock": _LOCK})
            yield connection

    def close(self) -> None:
        """Let go of every connection."""
        self._engine.dispose()


def begun_to_write(connection: Connection) -> RootTransaction:
    """A transaction on the connection that, on SQLite, has the write lock from its first moment."""
    return connection.execution_options(**{_BEGIN: _IMMEDIATE}).begin()


def unhurried(connection: Connection) -> None:
    """Let PostgreSQL take as long for this connection's statements as they need, until it goes back to the pool."""
    from service.database.bounded_connection import BoundedConnection

    driver = connection.connection.dbapi_connection
    assert isinstance(driver, BoundedConnection)
    driver.limit_s = None


def is_writing(connection: Connection) -> bool:
    """Whether this is the open transaction of a writer, and not one that only reads."""
    return connection.in_transaction() and connection.get_execution_options().get(_BEGIN) == _IMMEDIATE


def open_database(url: str) -> Database:
    """The database at a URL, ``sqlite:///file`` or ``postgresql+psycopg://…``. Raises DatabaseAddressError."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise DatabaseAddressError from None
    if parsed.drivername == "sqlite" and parsed.database and parsed.database != ":memory:":
        engine = create_engine(parsed, pool_size=8, max_overflow=24)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    elif parsed.drivername == "postgresql+psycopg":
        engine = _postgresql(parsed)
    else:
        raise DatabaseAddressError
    return Database(engine)


def _postgresql(url: URL) -> Engine:
    from service.database.bounded_connection import bound  # its library is for this alone

    engine = create_engine(
        url, pool_size=8, max_overflow=24, pool_timeout=_POOL_S, pool_pre_ping=True, isolation_level=_COMMITTED
    )
    bound(engine)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _: object) -> None:
    connection.isolation_level = None  # transactions begin where `_begin_sqlite` says, not where Python guesses
    for name, value in _SQLITE.items():
        connection.execute(f"PRAGMA {name} = {value}").fetchone()
        if connection.execute(f"PRAGMA {name}").fetchone() != (value,):
            raise DatabaseUnavailableError(f"SQLite refuses the setting {name}, which this program needs.")


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get(_BEGIN, "BEGIN"))


@contextmanager
def errors_as_ours() -> Iterator[None]:
    """The library's errors as this program's own; theirs can quote statements and values."""
    try:
        yield
    except IntegrityError:
        raise
    except DBAPIError as refused:
        raise (DatabaseFullError if _is_full(refused.orig) else DatabaseUnavailableError) from None
    except SQLAlchemyError:
        raise DatabaseUnavailableError from None


def _is_full(refused: BaseException | None) -> bool:
    """Whether there is no room left: SQLite's number for that, or PostgreSQL's class of lacking resources."""
    if isinstance(refused, sqlite3.Error):
        return getattr(refused, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)
    return str(getattr(refused, "sqlstate", None)) == "53100"
