"""Where audit rows are kept: the port, and a store in memory that behaves like the real one."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Protocol

from service.audit.chain import Head, Row

PAGE = 1000


class AuditRows(Protocol):
    """Rows that are only ever appended, and one sealed note of the last. All of it in the caller's transaction."""

    def append(self, row: Row, head: Head) -> None:
        """Keep the row as the last one, and the note in place of the old one.

        Raises NoTransactionError unless the caller holds the write lock of an open transaction.
        """

    def last(self) -> Row | None:
        """The row with the highest number; None where there is none."""

    def head(self) -> Head | None:
        """The note of the last row; None where there is none or it cannot be read."""

    def pages(self, size: int = PAGE) -> Iterator[tuple[Row, ...]]:
        """All rows in the order of their numbers, at most ``size`` at a time. Raises AuditDatabaseError."""


class MemoryRows:
    """Rows in a list, for tests and trials; what is in it is gone with the process."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.note: Head | None = None

    def append(self, row: Row, head: Head) -> None:
        """Keep the row and the note."""
        self.rows.append(row)
        self.note = head

    def last(self) -> Row | None:
        """The row that was kept last."""
        return self.rows[-1] if self.rows else None

    def head(self) -> Head | None:
        """The note that was kept last."""
        return self.note

    def pages(self, size: int = PAGE) -> Iterator[tuple[Row, ...]]:
        """All rows by their numbers."""
        rows = iter(sorted(self.rows, key=lambda row: row.sequence))
        while page := tuple(islice(rows, size)):
            yield page


def each_row(rows: AuditRows, size: int = PAGE) -> Iterator[Row]:
    """All rows in the order of their numbers, one at a time."""
    for page in rows.pages(size):
        yield from page
