"""The keystore's database, by the standard library. All SQL of the keystore is here."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipelines.execution.artefacts import sync_folder
from service.keybroker.errors import (
    KeystoreDamagedError,
    KeystoreFullError,
    KeystoreUnavailableError,
    MissingKeystoreError,
    PublicKeysError,
    refused_by_the_system,
)
from service.keybroker.wrapping import Wrapped

BUSY_MS = 5_000
"""So long a writer waits for another one."""

_SETTINGS = {
    "journal_mode": "wal",
    "synchronous": 2,
    "secure_delete": 1,
    "temp_store": 2,
    "cell_size_check": 1,
    "trusted_schema": 0,
}
"""For each connection. ``temp_store`` keeps what VACUUM writes aside in memory, never in a folder for such files."""

_SCHEMA = (
    "CREATE TABLE wrapped_key (session_id TEXT PRIMARY KEY, kek_id TEXT NOT NULL, epoch INTEGER NOT NULL, "
    "nonce BLOB NOT NULL, sealed BLOB NOT NULL) WITHOUT ROWID",
    "CREATE TABLE destroyed (session_id TEXT PRIMARY KEY) WITHOUT ROWID",
    "CREATE TABLE state (one INTEGER PRIMARY KEY CHECK (one = 1), epoch INTEGER NOT NULL, kek_id TEXT NOT NULL, "
    "removals INTEGER NOT NULL, compacted INTEGER NOT NULL)",
)
_HAS_SCHEMA = "SELECT count(*) FROM sqlite_schema WHERE name IN ('wrapped_key', 'destroyed', 'state')"
_STATE = "SELECT epoch, kek_id, removals, compacted FROM state"
_ADOPT = "INSERT INTO state (one, epoch, kek_id, removals, compacted) VALUES (1, ?, ?, 0, 0)"
_MOVE = "UPDATE state SET epoch = ?, kek_id = ?, removals = removals + 1"
_REMOVED = "UPDATE state SET removals = removals + 1"
_COMPACTED = "UPDATE state SET compacted = max(compacted, ?)"
_ONE = "SELECT kek_id, epoch, nonce, sealed FROM wrapped_key WHERE session_id = ?"
_ALL = "SELECT session_id, kek_id, epoch, nonce, sealed FROM wrapped_key ORDER BY session_id"
_INSERT = "INSERT INTO wrapped_key (session_id, kek_id, epoch, nonce, sealed) VALUES (?, ?, ?, ?, ?)"
_REPLACE = "UPDATE wrapped_key SET kek_id = ?, epoch = ?, nonce = ?, sealed = ? WHERE session_id = ?"
_DELETE = "DELETE FROM wrapped_key WHERE session_id = ?"
_BURY = "INSERT OR IGNORE INTO destroyed (session_id) VALUES (?)"
_BURIED = "SELECT 1 FROM destroyed WHERE session_id = ?"
_GRAVES = "SELECT count(*) FROM destroyed"


_KINDS = {
    sqlite3.SQLITE_ERROR: KeystoreDamagedError,  # a table that is not there
    sqlite3.SQLITE_CORRUPT: KeystoreDamagedError,
    sqlite3.SQLITE_FULL: KeystoreFullError,
    sqlite3.SQLITE_IOERR: KeystoreFullError,  # what a disk without room gives where a file of SQLite's is mapped
}
"""What SQLite's numbers mean; with any other it did not do as asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """The epoch that rows are wrapped in, its key's id, and how many removals there were and were compacted."""

    epoch: int
    kek_id: str
    removals: int
    compacted: int


class Rows:
    """What a transaction sees and does."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._run = connection.execute

    def state(self) -> State | None:
        """None until the first epoch is adopted."""
        found = self._run(_STATE).fetchone()
        return None if found is None else _state(found)

    def adopt(self, epoch: int, kek_id: str) -> None:
        """Begin with this epoch."""
        self._run(_ADOPT, (epoch, kek_id))

    def move(self, epoch: int, kek_id: str) -> None:
        """Go on to this epoch; what was wrapped before counts as a removal."""
        self._run(_MOVE, (epoch, kek_id))

    def get(self, session_id: str) -> Wrapped | None:
        """The wrapped key of a session."""
        found = self._run(_ONE, (session_id,)).fetchone()
        return None if found is None else _wrapped(*found)

    def all(self) -> list[tuple[str, Wrapped]]:
        """Every session's id and wrapped key."""
        return [(str(found[0]), _wrapped(*found[1:])) for found in self._run(_ALL)]

    def insert(self, session_id: str, wrapped: Wrapped) -> None:
        """Keep a new session's wrapped key."""
        self._run(_INSERT, (session_id, wrapped.kek_id, wrapped.epoch, wrapped.nonce, wrapped.sealed))

    def replace(self, session_id: str, wrapped: Wrapped) -> None:
        """Keep the same key, wrapped anew."""
        self._run(_REPLACE, (wrapped.kek_id, wrapped.epoch, wrapped.nonce, wrapped.sealed, session_id))

    def destroy(self, session_id: str) -> None:
        """Delete a session's row and remember that it had one; where there is none, only remember."""
        if self._run(_DELETE, (session_id,)).rowcount:
            self._run(_REMOVED)
        self._run(_BURY, (session_id,))

    def is_destroyed(self, session_id: str) -> bool:
        """Whether this session's key was destroyed."""
        return self._run(_BURIED, (session_id,)).fetchone() is not None

    def destroyed(self) -> int:
        """How many were destroyed."""
        return int(self._run(_GRAVES).fetchone()[0])

    def note_compacted(self, removals: int) -> None:
        """So many removals have left nothing in the file."""
        self._run(_COMPACTED, (removals,))


class KeystoreDatabase:
    """A file of mode 0600, opened for each transaction anew, so that threads and processes may share it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def exists(self) -> bool:
        """Whether there is a file."""
        return self._path.exists()

    def make(self) -> None:
        """Make the file and its tables; finish where that was interrupted."""
        with _as_ours():
            os.close(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600))
            sync_folder(self._path.parent)
        with self._connected() as connection, _transaction(connection, "IMMEDIATE"):
            if not connection.execute(_HAS_SCHEMA).fetchone()[0]:
                for statement in _SCHEMA:
                    connection.execute(statement)

    @contextmanager
    def reading(self) -> Iterator[Rows]:
        """Rows of one moment."""
        with self._connected() as connection, _transaction(connection, "DEFERRED"):
            yield Rows(connection)

    @contextmanager
    def writing(self) -> Iterator[Rows]:
        """A transaction that nobody else writes beside; on the disk when this ends, or not done at all."""
        with self._connected() as connection, _transaction(connection, "IMMEDIATE"):
            yield Rows(connection)

    def rewrite(self) -> bool:
        """Write every page anew, so that none holds what SQLite left behind when it moved rows. False: blocked."""
        return self._unless_blocked("VACUUM") is not None

    def empty_log(self) -> bool:
        """Bring the write-ahead log into the file and cut it to nothing. False: a reader holds it."""
        return self._unless_blocked("PRAGMA wal_checkpoint(TRUNCATE)") == (0, 0, 0)

    def copy_to(self, path: Path) -> None:
        """A copy of one moment in a new file of mode 0600, on the disk when this returns."""
        with self._connected() as connection:
            opened = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            try:
                connection.execute("VACUUM INTO ?", (str(path),))
                os.fsync(opened)
            finally:
                os.close(opened)

    def check(self) -> None:
        """Raises KeystoreDamagedError unless SQLite finds its file whole."""
        with self._connected() as connection:
            if connection.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                raise KeystoreDamagedError

    def _unless_blocked(self, statement: str) -> tuple[object, ...] | None:
        with self._connected() as connection:
            connection.execute("PRAGMA busy_timeout = 100")
            try:
                return tuple(connection.execute(statement).fetchone() or ())
            except sqlite3.OperationalError as refused:
                if _code(refused) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                    return None
                raise

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        with _as_ours():
            if not self.exists():
                raise MissingKeystoreError
            if self._path.stat().st_mode & 0o077:
                raise PublicKeysError
            where = f"{self._path.absolute().as_uri()}?mode=rw"
            connection = sqlite3.connect(where, uri=True, timeout=BUSY_MS / 1000, isolation_level=None)
            with closing(connection):
                for name, value in _SETTINGS.items():
                    connection.execute(f"PRAGMA {name} = {value}").fetchone()
                    if connection.execute(f"PRAGMA {name}").fetchone() != (value,):
                        raise KeystoreUnavailableError(f"SQLite refuses the setting {name}, which the keystore needs.")
                yield connection


@contextmanager
def _transaction(connection: sqlite3.Connection, kind: str) -> Iterator[None]:
    connection.execute(f"BEGIN {kind}")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # a full disk makes SQLite roll back by itself
            connection.execute("ROLLBACK")
        raise


@contextmanager
def _as_ours() -> Iterator[None]:
    """SQLite's errors, and the system's, as the keystore's own; theirs can quote paths and values."""
    try:
        yield
    except sqlite3.OperationalError as refused:
        raise _KINDS.get(_code(refused), KeystoreUnavailableError) from None
    except (sqlite3.DatabaseError, UnicodeError):  # a damaged schema can hold text that is no UTF-8
        raise KeystoreDamagedError from None
    except OSError as refused:
        raise refused_by_the_system(refused) from None


def _code(refused: sqlite3.Error) -> int:
    """SQLite's own number of the error; none comes with text that is no UTF-8, which is damage."""
    return int(getattr(refused, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT)) & 0xFF


def _state(found: tuple[object, ...]) -> State:
    epoch, kek_id, removals, compacted = found
    if not (isinstance(epoch, int) and isinstance(removals, int) and isinstance(compacted, int)):
        raise KeystoreDamagedError
    return State(epoch=epoch, kek_id=str(kek_id), removals=removals, compacted=compacted)


def _wrapped(kek_id: object, epoch: object, nonce: object, sealed: object) -> Wrapped:
    """A row as it is stored; what has another type by now becomes what fits no key."""
    return Wrapped(
        kek_id=kek_id if isinstance(kek_id, str) else "",
        epoch=epoch if isinstance(epoch, int) else 0,
        nonce=nonce if isinstance(nonce, bytes) else b"",
        sealed=sealed if isinstance(sealed, bytes) else b"",
    )
