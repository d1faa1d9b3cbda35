"""A keystore in a folder, what lies in its files, and a look at its rows from outside."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from service.keybroker.keystore import Keystore, open_keystore
from service.keybroker.steps import Reached, unnoticed

COLUMNS = ("session_id", "kek_id", "epoch", "nonce", "sealed")


def session(number: int) -> str:
    """An id."""
    return f"{number:032x}"


class Place:
    """A keystore's database and epochs under one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.database = folder / "keystore.sqlite3"
        self.epochs = folder / "keys"

    def open(
        self, *, first_start: bool = False, reached: Reached = unnoticed, waits_s: Sequence[float] = (0.01, 0.01)
    ) -> Keystore:
        return open_keystore(self.database, self.epochs, first_start=first_start, reached=reached, waits_s=waits_s)

    def made(self, sessions: int = 3) -> Keystore:
        """A new keystore with so many keys."""
        keystore = self.open(first_start=True)
        for number in range(sessions):
            keystore.create(session(number))
        return keystore

    @contextmanager
    def outside(self) -> Iterator[sqlite3.Connection]:
        """A connection that is not the keystore's, and keeps no rule of its tables."""
        with closing(sqlite3.connect(self.database, isolation_level=None)) as connection:
            connection.execute("PRAGMA ignore_check_constraints = 1")
            yield connection

    def row(self, session_id: str) -> tuple[str, str, int, bytes, bytes]:
        with self.outside() as connection:
            return connection.execute(
                f"SELECT {', '.join(COLUMNS)} FROM wrapped_key WHERE session_id = ?", (session_id,)
            ).fetchone()

    def put(self, row: Sequence[object]) -> None:
        """Put a row in, in the place of one with the same session."""
        with self.outside() as connection:
            connection.execute(f"INSERT OR REPLACE INTO wrapped_key ({', '.join(COLUMNS)}) VALUES (?, ?, ?, ?, ?)", row)

    def epoch_files(self) -> list[Path]:
        return sorted(self.epochs.iterdir())

    def secret(self) -> bytes:
        """The newest key-encryption key."""
        return bytes.fromhex(self.epoch_files()[-1].read_text("ascii").split()[3])

    def hits(self, *needles: bytes) -> int:
        """In how many files any needle is, as bytes or as hexadecimal digits."""
        spelled = [
            form for needle in needles for form in (needle, needle.hex().encode(), needle.hex().upper().encode())
        ]
        files = [path.read_bytes() for path in self.folder.rglob("*") if path.is_file()]
        return sum(any(form in content for form in spelled) for content in files)
