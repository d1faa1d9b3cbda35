"""Audit rows in SQLite: what the database refuses, and what a verification of its file finds."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from random import Random

import pytest

from service.audit.chain import Head, head_of
from service.audit.errors import AuditDatabaseError, NoTransactionError
from service.audit.keys import Keyring
from service.audit.log import AuditLog
from service.audit.sqlite_rows import SqliteRows, open_for_reading, open_for_writing, writing
from service.audit.store import AuditRows, MemoryRows, each_row
from service.audit.verification import Verification, verify
from tests.service.audit.chains import BEGUN, CHAIN, KEY, anchors, event, rows

ROOT = Path(__file__).parents[3]
ROWS = rows(20)
KEYS = Keyring(keys=(KEY,))
WRITER = """
import sys
import tempfile
from pathlib import Path
from service.audit.keys import Keyring
from service.audit.log import AuditLog
from service.audit.sqlite_rows import open_for_writing, writing
from tests.service.audit.chains import KEY, event
connection = open_for_writing(Path(sys.argv[1]))
for at in range(int(sys.argv[2])):
    with writing(connection) as rows:
        AuditLog(rows, Keyring(keys=(KEY,))).append(event(1_790_000_000_000 + at))
"""


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "practice.db"
    with closing(open_for_writing(path)) as connection, writing(connection) as kept:
        for row in ROWS:
            kept.append(row, head_of(row, KEY))
    return path


@pytest.fixture(params=["memory", "sqlite"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[AuditRows]:
    """Every store behind the port, with the write lock held."""
    if request.param == "memory":
        yield MemoryRows()
        return
    with closing(open_for_writing(tmp_path / "kept.db")) as connection, writing(connection) as found:
        yield found


def verified(path: Path, places: tuple[int, ...] = (0, 20)) -> Verification:
    with open_for_reading(path) as found:
        return verify(each_row(found), KEYS, anchors(ROWS, places), found.head())


def _append_and_fail(connection: sqlite3.Connection, statement: str) -> None:
    with writing(connection) as found:
        AuditLog(found, KEYS).append(event())
        connection.execute(statement)
        raise RuntimeError("the read failed")


@contextmanager
def without_rights(folder: Path) -> Iterator[None]:
    """As somebody who may read the folder's files and write nothing, whoever runs the tests."""
    for path in (folder, *folder.iterdir()):
        path.chmod(0o555 if path.is_dir() else 0o444)
    me = os.geteuid()
    if me == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(me)
        folder.chmod(0o755)


def tamper(path: Path, *statements: str, guards: bool = False) -> None:
    """Change the file with SQL of one's own, without the triggers."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        if not guards:
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                connection.execute(f"DROP TRIGGER {name}")
        connection.execute("PRAGMA ignore_check_constraints = ON")
        for statement in statements:
            connection.execute(statement)


def test_a_store_gives_back_what_was_appended(kept: AuditRows) -> None:
    assert (kept.last(), kept.head(), list(kept.pages())) == (None, None, [])
    for row in ROWS:
        kept.append(row, head_of(row, KEY))
    assert kept.last() == ROWS[-1]
    assert kept.head() == head_of(ROWS[-1], KEY)
    assert [len(page) for page in kept.pages(8)] == [8, 8, 5]
    assert tuple(each_row(kept, 8)) == ROWS


@pytest.mark.parametrize("statement", [
    "UPDATE audit SET mac = zeroblob(32) WHERE sequence = 3", "DELETE FROM audit WHERE sequence = 20",
    "DELETE FROM audit", "DELETE FROM audit_head",
    "INSERT OR REPLACE INTO audit VALUES (20, x'00', zeroblob(32))",
    "REPLACE INTO audit VALUES (3, x'00', zeroblob(32))", "INSERT INTO audit VALUES (22, x'00', zeroblob(32))",
    "INSERT INTO audit VALUES (NULL, x'00', zeroblob(32))", "INSERT INTO audit VALUES (-1, x'00', zeroblob(32))",
    "INSERT INTO audit VALUES (20, x'00', zeroblob(32)) ON CONFLICT DO UPDATE SET link = x'00'",
])  # fmt: skip
def test_rows_are_never_changed_replaced_or_deleted(database: Path, statement: str) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="audit row"):
        tamper(database, statement, guards=True)
    assert verified(database).whole


@pytest.mark.parametrize("values", ["21, 'text', zeroblob(32)", "21, x'00', x'00'", "21, NULL, zeroblob(32)"])
def test_a_row_of_another_shape_is_refused(database: Path, values: str) -> None:
    with pytest.raises(sqlite3.IntegrityError), closing(open_for_writing(database)) as connection:
        connection.execute(f"INSERT INTO audit VALUES ({values})")


def test_the_database_is_durable_and_wipes_what_it_frees(tmp_path: Path) -> None:
    with closing(open_for_writing(tmp_path / "practice.db")) as connection:
        settings = [
            connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "secure_delete", "foreign_keys")
        ]
    assert settings == ["wal", 2, 1, 1]


def test_without_a_transaction_nothing_is_appended(tmp_path: Path) -> None:
    with closing(open_for_writing(tmp_path / "practice.db")) as connection:
        with pytest.raises(NoTransactionError):
            SqliteRows(connection).append(ROWS[0], head_of(ROWS[0], KEY))
        assert SqliteRows(connection).last() is None


def test_an_event_goes_with_the_transaction_that_it_belongs_to(database: Path) -> None:
    """What was rolled back was not recorded, and the chain goes on."""
    with closing(open_for_writing(database)) as connection:
        with pytest.raises(RuntimeError, match="the read failed"):
            _append_and_fail(connection, "SELECT 1")
        with writing(connection) as found:
            AuditLog(found, KEYS).append(event(BEGUN + 60_000))
    assert (verified(database).whole, verified(database).last) == (True, 21)


def test_a_transaction_that_sqlite_ended_by_itself_is_not_ended_twice(database: Path) -> None:
    """As it does where the disk is full: what went wrong is told, not that there was nothing to roll back."""
    with closing(open_for_writing(database)) as connection, pytest.raises(RuntimeError, match="the read failed"):
        _append_and_fail(connection, "ROLLBACK")
    assert verified(database).last == 20


def test_a_second_writer_waits_for_the_first(database: Path) -> None:
    with closing(open_for_writing(database)) as one, closing(open_for_writing(database)) as two:
        two.execute("PRAGMA busy_timeout = 0")
        with writing(one), pytest.raises(sqlite3.OperationalError, match="locked"), writing(two):
            pass


def test_two_processes_write_one_unbroken_chain(database: Path) -> None:
    """Each opens the database itself and appends 500 events, one in each transaction."""
    command = [sys.executable, "-c", WRITER, str(database), "500"]
    writers = [subprocess.Popen(command, cwd=ROOT) for _ in range(2)]
    assert [writer.wait(timeout=240) for writer in writers] == [0, 0]
    result = verified(database)
    assert (result.findings, result.last) == ((), 20 + 2 * 500)


@pytest.mark.parametrize(("statements", "kind"), [
    (("UPDATE audit SET mac = zeroblob(32) WHERE sequence = 3",), "changed"),
    (("UPDATE audit SET link = x'00' WHERE sequence = 3",), "changed"),
    (("UPDATE audit SET sequence = 99 WHERE sequence = 3",), "reordered"),
    (("DELETE FROM audit WHERE sequence = 3",), "missing"),
    (("DELETE FROM audit WHERE sequence > 17",), "truncated"),
    (("DELETE FROM audit",), "truncated"),
    (("DELETE FROM audit_head",), "head"),
    (("DROP TABLE audit_head",), "head"),
    (("UPDATE audit_head SET note = x'00'",), "head"),
    (("UPDATE audit_head SET seal = zeroblob(32)",), "head"),
    (("INSERT INTO audit VALUES (21, x'00', zeroblob(32))",), "inserted"),
    (("CREATE TABLE other AS SELECT * FROM audit", "DROP TABLE audit", "ALTER TABLE other RENAME TO audit",
      "INSERT INTO audit SELECT * FROM audit WHERE sequence = 7"), "duplicated"),
    (("CREATE TABLE other (sequence, link, mac)", "INSERT INTO other SELECT * FROM audit", "DROP TABLE audit",
      "ALTER TABLE other RENAME TO audit", "UPDATE audit SET link = 'text', mac = 7 WHERE sequence = 7"), "changed"),
])  # fmt: skip
def test_what_was_done_to_the_file_is_found(database: Path, statements: tuple[str, ...], kind: str) -> None:
    assert verified(database).whole
    tamper(database, *statements)
    assert kind in {found.kind.value for found in verified(database).findings}


def test_an_older_copy_of_the_file_is_found(database: Path, tmp_path: Path) -> None:
    older = tmp_path / "older.db"
    with closing(open_for_writing(older)) as connection, writing(connection) as found:
        for row in ROWS[:12]:
            found.append(row, head_of(row, KEY))
    shutil.copy(older, database)
    assert [(one.kind.value, one.first, one.last) for one in verified(database).findings] == [("truncated", 12, 20)]


def test_a_damaged_file_is_found(tmp_path: Path) -> None:
    """Pages in the middle are overwritten; the rows before them are still checked."""
    path, long = tmp_path / "practice.db", rows(400)
    with closing(open_for_writing(path)) as connection, writing(connection) as found:
        for row in long:
            found.append(row, head_of(row, KEY))
    data = bytearray(path.read_bytes())
    half = len(data) // 2 // 4096 * 4096
    data[half : half + 3 * 4096] = b"\xff" * 3 * 4096
    path.write_bytes(data)
    with open_for_reading(path) as found:
        result = verify(each_row(found), KEYS, anchors(long, (0, 400)), found.head())
    assert {one.kind.value for one in result.findings} == {"unreadable"}
    assert result.events > 50


def test_a_changed_byte_of_the_file_is_found_wherever_it_changes_a_row(database: Path) -> None:
    """Bytes that hold no row, such as free space and the triggers' text, may be changed without harm to the chain."""
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    data, random, found_out = database.read_bytes(), Random(7), 0
    for _ in range(150):
        changed = bytearray(data)
        changed[random.randrange(len(data))] ^= 1 << random.randrange(8)
        database.write_bytes(changed)
        try:
            with open_for_reading(database) as found:
                result = verify(each_row(found), KEYS, anchors(ROWS, (0, 20)), found.head())
                same = result.whole and tuple(each_row(found)) == ROWS and found.head() == head_of(ROWS[-1], KEY)
        except AuditDatabaseError:
            found_out += 1
            continue
        assert result.whole == same
        found_out += not result.whole
    assert found_out > 20


def test_reading_changes_nothing(database: Path) -> None:
    with open_for_reading(database) as found, pytest.raises(sqlite3.OperationalError, match="readonly"):
        found.append(ROWS[0], head_of(ROWS[0], KEY))


def test_a_copy_in_a_folder_that_cannot_be_written_can_be_read(database: Path) -> None:
    with tempfile.TemporaryDirectory() as made:
        shutil.copy(database, Path(made) / "copy.db")
        with without_rights(Path(made)):
            assert verified(Path(made) / "copy.db").whole


def test_what_is_read_is_all_from_one_moment(database: Path) -> None:
    """A service at work is not taken for one that was tampered with."""
    with open_for_reading(database) as found, closing(open_for_writing(database)) as connection:
        with writing(connection) as newer:
            AuditLog(newer, KEYS).append(event(BEGUN + 60_000))
        head: Head | None = found.head()
        assert verify(each_row(found), KEYS, anchors(ROWS, (0, 20)), head).whole
        assert found.last() == ROWS[-1]


@pytest.mark.parametrize("content", [None, b"", b"no database at all" * 100])
def test_a_file_that_holds_no_audit_is_refused(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "other.db"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(AuditDatabaseError), open_for_reading(path):
        pass
    assert path.exists() == (content is not None)


def test_a_file_that_is_no_database_is_not_written_to(tmp_path: Path) -> None:
    (tmp_path / "other.db").write_bytes(b"no database at all" * 100)
    with pytest.raises(AuditDatabaseError):
        open_for_writing(tmp_path / "other.db")
    assert (tmp_path / "other.db").read_bytes() == b"no database at all" * 100


@pytest.mark.parametrize("name", ["a b.db", "what?mode=rw.db", "50%23.db", "#.db"])
def test_any_file_name_can_be_read(tmp_path: Path, name: str) -> None:
    with closing(open_for_writing(tmp_path / name)) as connection, writing(connection) as found:
        AuditLog(found, KEYS).begin(CHAIN, BEGUN)
    with open_for_reading(tmp_path / name) as found:
        last = found.last()
    assert last is not None
    assert last.sequence == 0
