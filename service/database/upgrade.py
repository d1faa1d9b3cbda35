"""Brings a database to the tables of this version, in one transaction, after a backup of the file."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import Connection, String, column, inspect, select, table
from sqlalchemy.exc import IntegrityError

from pipelines.execution.artefacts import sync_folder
from service.barriers import barrier
from service.clock import now_ms
from service.database.engine import BUSY_MS, Database, begun_to_write, errors_as_ours
from service.database.errors import (
    DatabaseFullError,
    DatabaseUnavailableError,
    MissingMigrationError,
    NewerDatabaseError,
    StrangeDatabaseError,
    UpgradeFailedError,
)
from service.database.tables import METADATA

MIGRATIONS = Path(__file__).with_name("migrations")
_NUMBER = table("alembic_version", column("version_num", String))
_ONE_AT_A_TIME = threading.Lock()  # Alembic hands its context round in a module


def upgrade(database: Database, backup_folder: Path | None, *, migrations: Path = MIGRATIONS) -> Path | None:
    """Bring the database to the newest tables; two processes that start at once do it one after the other.

    Returns the backup that was made before: only of SQLite, where a folder is named and there was something to lose.
    PostgreSQL is backed up by its own means. All of it is done or nothing is. Raises NewerDatabaseError,
    StrangeDatabaseError, UpgradeFailedError, DatabaseUnavailableError, DatabaseFullError.
    """
    if database.is_sqlite:
        _keep_private(Path(str(database.engine.url.database)))
    if _is_newest(revision(database), migrations):
        return None
    backup = None
    with _ONE_AT_A_TIME, errors_as_ours(), _to_be_changed(database) as connection:
        found = _revision(connection)
        if _is_newest(found, migrations):  # another process was faster
            return None
        if found is None:
            _refuse_strange(connection)
        elif database.is_sqlite and backup_folder is not None:
            backup = _back_up(database, backup_folder, found)
        _migrate(connection, migrations)
        barrier("upgrade.not-committed")
    return backup


def revision(database: Database) -> str | None:
    """Which migration the database stands at; None where it has no tables yet."""
    with database.reading() as connection:
        return _revision(connection)


def require_current(database: Database, *, migrations: Path = MIGRATIONS) -> None:
    """Raise MissingMigrationError where the database is older than this program, NewerDatabaseError where newer."""
    if not _is_newest(revision(database), migrations):
        raise MissingMigrationError


def known_revisions(migrations: Path = MIGRATIONS) -> tuple[str, ...]:
    """Every migration, newest first: the numbers that their files begin with."""
    numbers = (path.name.partition("_")[0] for path in (migrations / "versions").glob("[0-9]*_*.py"))
    return tuple(sorted(numbers, reverse=True))


def _keep_private(file: Path) -> None:
    """Make a new file its owner's alone; SQLite gives what it puts beside it the same rights."""
    try:
        os.close(os.open(file, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
    except OSError:
        raise DatabaseUnavailableError("The database's file cannot be made or opened. Look at its folder.") from None


def _is_newest(found: str | None, migrations: Path) -> bool:
    known = known_revisions(migrations)
    if found is not None and found not in known:
        raise NewerDatabaseError
    return found == known[0]


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table(_NUMBER.name):
        return None
    return connection.scalar(select(_NUMBER.c.version_num))


@contextmanager
def _to_be_changed(database: Database) -> Iterator[Connection]:
    """A writer's transaction; on SQLite without foreign keys, because rebuilding a table would take along its rows'
    dependants. That setting can only be changed outside of a transaction, and the connection is not used again.
    """  # fmt: skip
    if not database.is_sqlite:
        with database.writing(patient=True) as connection:
            yield connection
        return
    with database.engine.connect() as connection:
        connection.detach()
        driver = connection.connection.dbapi_connection
        assert isinstance(driver, sqlite3.Connection)
        driver.execute("PRAGMA foreign_keys = OFF")
        driver.execute("PRAGMA legacy_alter_table = ON")  # a table is rebuilt under triggers of others that name it
        with begun_to_write(connection):
            yield connection


def _refuse_strange(connection: Connection) -> None:
    """Tables without a number of a migration are somebody else's."""
    if set(inspect(connection).get_table_names()) & set(METADATA.tables):
        raise StrangeDatabaseError


def _migrate(connection: Connection, migrations: Path) -> None:
    from service.database.migration_run import migrate  # here, so that a start without an upgrade does not wait for it

    before = _triggers(connection)
    try:
        migrate(connection, migrations)
    except IntegrityError:
        raise UpgradeFailedError from None
    if before - _triggers(connection):
        raise UpgradeFailedError("A migration lost triggers that guard rows; the database is as it was. Report this.")
    if connection.dialect.name == "sqlite" and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
        raise UpgradeFailedError


def _triggers(connection: Connection) -> set[str]:
    """The names of all triggers; a table that is rebuilt on SQLite loses its own."""
    if connection.dialect.name == "sqlite":
        named = "SELECT name FROM sqlite_schema WHERE type = 'trigger'"
    else:
        named = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    return set(connection.exec_driver_sql(named).scalars())


def _back_up(database: Database, folder: Path, found: str) -> Path:
    """A whole copy that only its owner can read, made while nobody can write. Raises DatabaseFullError."""
    path = folder / f"before-upgrade-from-{found}-{now_ms()}.sqlite3"
    part = path.with_suffix(".part")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW, 0o600))
        try:
            _copy(str(database.engine.url.database), part)
            part.rename(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        sync_folder(folder)
    except (OSError, sqlite3.Error) as refused:
        raise DatabaseFullError("No backup could be made before the upgrade. Look at the folder and the disk.") from (
            refused
        )
    barrier("upgrade.backed-up")
    return path


def _copy(source: str, part: Path) -> None:
    with closing(sqlite3.connect(source, timeout=BUSY_MS / 1000, isolation_level=None)) as connection:
        connection.execute("VACUUM INTO ?", (str(part),))
    handle = os.open(part, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
