"""Looking for what an erasure may have left never lets go of the locks that a database is held by."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from service.erasure.searching import searched

WANTED = b"a wrapped key of forty-eight bytes, or nearly so"


def held_locks(folder: Path) -> int:
    """How many locks this process holds on files of that folder, by the kernel's own list."""
    ours = {path.stat().st_ino for path in folder.iterdir()}
    lines = [line.split() for line in Path("/proc/locks").read_text("ascii").splitlines()]
    return sum(
        words[-4] == str(os.getpid()) and int(words[-3].rpartition(":")[2]) in ours
        for words in lines
        if "->" not in words
    )  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with closing(sqlite3.connect(tmp_path / "service.sqlite3", isolation_level=None)) as made:
        made.execute("PRAGMA journal_mode=WAL")
        made.execute("CREATE TABLE content (sealed BLOB)")
    return tmp_path


def test_a_database_that_is_open_stays_locked_while_its_files_are_looked_through(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "service.sqlite3", isolation_level=None)) as held:
        held.execute("INSERT INTO content VALUES (?)", (WANTED,))
        held.execute("BEGIN")
        held.execute("SELECT * FROM content").fetchone()
        before = held_locks(folder)
        assert before > 0
        found = searched([folder], WANTED)
        assert held_locks(folder) == before
        assert (found.found > 0, found.whole) == (True, True)


def test_reading_the_files_in_the_same_process_would_let_go_of_them(folder: Path) -> None:
    """The control: this is what it is done elsewhere for."""
    with closing(sqlite3.connect(folder / "service.sqlite3", isolation_level=None)) as held:
        held.execute("BEGIN")
        held.execute("SELECT * FROM content").fetchone()
        before = held_locks(folder)
        for path in folder.iterdir():
            path.read_bytes()
        assert held_locks(folder) < before


def test_what_is_not_there_is_not_found(folder: Path) -> None:
    found = searched([folder], WANTED)
    assert (found.found, found.whole) == (0, True)
    assert found.files == 1
    assert found.bytes > 0
