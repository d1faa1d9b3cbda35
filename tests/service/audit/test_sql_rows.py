"""Audit rows in a database: what it refuses, and what a verification of its file finds."""

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
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError, OperationalError

from service.audit.chain import Head, head_of
from service.audit.errors import AuditDatabaseError, NoTransactionError
from service.audit.keys import Keyring
from service.audit.log import AuditLog
from service.audit.opening import open_file
from service.audit.sql_rows import SqlRows
from service.audit.store import AuditRows, MemoryRows, each_row
from service.audit.verification import Verification, verify
from service.database.audit_tables import audit
from service.database.engine import Database
from tests.service.audit.chains import BEGUN, CHAIN, KEY, anchors, event, rows
from tests.service.audit.files import empty, opened, writing

ROOT = Path(__file__).parents[3]
ROWS = rows(20)
EACH = 150
KEYS = Keyring(keys=(KEY,))
WRITER = """
import sys
from pathlib import Path
from service.audit.chained_trail import ChainedTrail
from service.audit.keys import Keyring
from service.database.engine import open_database
from tests.service.audit.chains import KEY, event
database, trail = open_database(sys.argv[1]), ChainedTrail(Keyring(keys=(KEY,)))
for at in range(int(sys.argv[2])):
    with database.writing() as rows:
        trail.append(rows, event(1_790_000_000_000 + at))
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "practice.db"
    with closing(opened(path)) as made, writing(made) as kept:
        for row in ROWS:
            kept.append(row, head_of(row, KEY))
    return path


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[AuditRows]:
    """Every store behind the port, with the write lock held."""
    if request.param == "memory":
        yield MemoryRows()
        return
    if request.param == "postgresql":
        with writing(request.getfixturevalue("postgres_database")) as found:
            yield found
        return
    with closing(opened(tmp_path / "kept.db")) as made, writing(made) as found:
        yield found


def verified(path: Path, places: tuple[int, ...] = (0, 20)) -> Verification:
    with open_file(path) as found:
        return verify(each_row(found), KEYS, anchors(ROWS, places), found.head())


def _append_and_fail(database: Database, statement: str) -> None:
    with database.writing() as connection:
        AuditLog(SqlRows(connection), KEYS).append(event())
        connection.exec_driver_sql(statement)
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
def test_rows_are_never_changed_replaced_or_deleted(file: Path, statement: str) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="audit row"):
        tamper(file, statement, guards=True)
    assert verified(file).whole


@pytest.mark.parametrize("values", ["21, 'text', zeroblob(32)", "21, x'00', x'00'", "21, NULL, zeroblob(32)"])
def test_a_row_of_another_shape_is_refused(file: Path, values: str) -> None:
    with pytest.raises(IntegrityError), closing(opened(file)) as made, made.writing() as connection:
        connection.exec_driver_sql(f"INSERT INTO audit VALUES ({values})")


def test_without_a_writers_transaction_nothing_is_appended(each_database: Database) -> None:
    with each_database.reading() as connection:
        with pytest.raises(NoTransactionError):
            SqlRows(connection).append(ROWS[0], head_of(ROWS[0], KEY))
        assert SqlRows(connection).last() is None
    with each_database.engine.connect() as connection, pytest.raises(NoTransactionError):
        SqlRows(connection).append(ROWS[0], head_of(ROWS[0], KEY))


def test_an_event_goes_with_the_transaction_that_it_belongs_to(file: Path) -> None:
    """What was rolled back was not recorded, and the chain goes on."""
    with closing(opened(file)) as made:
        with pytest.raises(RuntimeError, match="the read failed"):
            _append_and_fail(made, "SELECT 1")
        with writing(made) as found:
            AuditLog(found, KEYS).append(event(BEGUN + 60_000))
    assert (verified(file).whole, verified(file).last) == (True, 21)


def test_a_transaction_that_sqlite_ended_by_itself_is_not_ended_twice(file: Path) -> None:
    """As it does where the disk is full: what went wrong is told, not that there was nothing to roll back."""
    with closing(opened(file)) as made, pytest.raises(RuntimeError, match="the read failed"):
        _append_and_fail(made, "ROLLBACK")
    assert verified(file).last == 20


def test_two_processes_write_one_unbroken_chain(file: Path) -> None:
    """Each opens the database itself and appends EACH events, one in each transaction."""
    command = [sys.executable, "-c", WRITER, f"sqlite:///{file}", str(EACH)]
    writers = [subprocess.Popen(command, cwd=ROOT) for _ in range(2)]
    assert [writer.wait(timeout=240) for writer in writers] == [0, 0]
    result = verified(file)
    assert (result.findings, result.last) == ((), 20 + 2 * EACH)


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
def test_what_was_done_to_the_file_is_found(file: Path, statements: tuple[str, ...], kind: str) -> None:
    assert verified(file).whole
    tamper(file, *statements)
    assert kind in {found.kind.value for found in verified(file).findings}


def test_an_older_copy_of_the_file_is_found(file: Path, tmp_path: Path) -> None:
    older = tmp_path / "older.db"
    with closing(opened(older)) as made, writing(made) as found:
        for row in ROWS[:12]:
            found.append(row, head_of(row, KEY))
    shutil.copy(older, file)
    assert [(one.kind.value, one.first, one.last) for one in verified(file).findings] == [("truncated", 12, 20)]


def test_a_damaged_file_is_found(tmp_path: Path) -> None:
    """Pages in the middle are overwritten; the rows before them are still checked."""
    path, long = tmp_path / "practice.db", rows(400)
    with closing(opened(path)) as made, writing(made) as found:
        for row in long:
            found.append(row, head_of(row, KEY))
    data = bytearray(path.read_bytes())
    late = len(data) * 7 // 8 // 4096 * 4096
    data[late : late + 3 * 4096] = b"\xff" * 3 * 4096
    path.write_bytes(data)
    with open_file(path) as found:
        result = verify(each_row(found), KEYS, anchors(long, (0, 400)), found.head())
    assert {one.kind.value for one in result.findings} == {"unreadable"}
    assert result.events > 50


def test_a_changed_byte_of_the_file_is_found_wherever_it_changes_a_row(file: Path) -> None:
    """Bytes that hold no row, such as free space and the triggers' text, may be changed without harm to the chain."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    data, other, random, found_out = file.read_bytes(), empty(), Random(7), 0
    of_rows = [at for at, byte in enumerate(data) if at >= len(other) or byte != other[at]]
    for turn in range(150):
        changed = bytearray(data)
        at = random.choice(of_rows) if turn % 2 else random.randrange(len(data))
        changed[at] ^= 1 << random.randrange(8)
        file.write_bytes(changed)
        try:
            with open_file(file) as found:
                result = verify(each_row(found), KEYS, anchors(ROWS, (0, 20)), found.head())
                same = result.whole and tuple(each_row(found)) == ROWS and found.head() == head_of(ROWS[-1], KEY)
        except AuditDatabaseError:
            found_out += 1
            continue
        assert result.whole == same
        found_out += not result.whole
    assert found_out > 20


def test_reading_changes_nothing(file: Path) -> None:
    with open_file(file) as found, pytest.raises(NoTransactionError):
        found.append(ROWS[0], head_of(ROWS[0], KEY))
    with open_file(file) as found, pytest.raises(OperationalError, match="readonly"):
        found._connection.execute(insert(audit).values(sequence=21, link=b"", mac=bytes(32)))


def test_a_copy_in_a_folder_that_cannot_be_written_can_be_read(file: Path) -> None:
    with tempfile.TemporaryDirectory() as made:
        shutil.copy(file, Path(made) / "copy.db")
        with without_rights(Path(made)):
            assert verified(Path(made) / "copy.db").whole


def test_what_is_read_is_all_from_one_moment(file: Path) -> None:
    """A service at work is not taken for one that was tampered with."""
    with open_file(file) as found, closing(opened(file)) as made:
        with writing(made) as newer:
            AuditLog(newer, KEYS).append(event(BEGUN + 60_000))
        head: Head | None = found.head()
        assert verify(each_row(found), KEYS, anchors(ROWS, (0, 20)), head).whole
        assert found.last() == ROWS[-1]


@pytest.mark.parametrize("content", [None, b"", b"no database at all" * 100])
def test_a_file_that_holds_no_audit_is_refused(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "other.db"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(AuditDatabaseError), open_file(path):
        pass
    assert path.exists() == (content is not None)


@pytest.mark.parametrize("name", ["a b.db", "what?mode=rw.db", "50%23.db", "#.db"])
def test_any_file_name_can_be_read(tmp_path: Path, name: str) -> None:
    with closing(opened(tmp_path / "made.db")) as made, writing(made) as found:
        AuditLog(found, KEYS).begin(CHAIN, BEGUN)
    (tmp_path / "made.db").rename(tmp_path / name)
    with open_file(tmp_path / name) as found:
        last = found.last()
    assert last is not None
    assert last.sequence == 0
