"""Audit rows in the service's database, SQLite or PostgreSQL. All SQL of the audit is here and in the migrations."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from sqlalchemy import Connection, column, desc, insert, select, table, update
from sqlalchemy.exc import DBAPIError

from service.audit.chain import Head, Row, read_head
from service.audit.errors import AuditDatabaseError, NoTransactionError
from service.audit.store import PAGE
from service.database.audit_tables import audit, audit_head
from service.database.engine import is_writing

DAMAGED = (DBAPIError, UnicodeDecodeError)
"""What reading can raise; the second where SQLite quotes a damaged schema."""
_READ = table("audit", column("sequence"), column("link"), column("mac"))
"""Without types: what somebody else put into the columns is read as it stands there."""
_READ_HEAD = table("audit_head", column("one"), column("note"), column("seal"))
_ALL = select(_READ.c.sequence, _READ.c.link, _READ.c.mac).order_by(_READ.c.sequence)
_LAST = select(_READ.c.sequence, _READ.c.link, _READ.c.mac).order_by(desc(_READ.c.sequence)).limit(1)
_HEAD = select(_READ_HEAD.c.note, _READ_HEAD.c.seal).where(_READ_HEAD.c.one == 1)


class SqlRows:
    """Audit rows in a connection's transaction. See AuditRows."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def append(self, row: Row, head: Head) -> None:
        """Keep the row and the note. The number is the primary key, so a fork ends in an error at the latest here."""
        if not is_writing(self._connection):
            raise NoTransactionError
        self._connection.execute(insert(audit).values(sequence=row.sequence, link=row.link, mac=row.mac))
        note = {"note": head.packed(), "seal": head.seal}
        if self._connection.execute(update(audit_head).where(audit_head.c.one == 1).values(note)).rowcount == 0:
            self._connection.execute(insert(audit_head).values(one=1, **note))

    def last(self) -> Row | None:
        """The row with the highest number. Raises AuditDatabaseError where the table cannot be read."""
        with _damage_told():
            found = self._connection.execute(_LAST).first()
        return None if found is None else _row(tuple(found))

    def before(self, sequence: int | None, most: int) -> tuple[Row, ...]:
        """At most so many rows, newest first, with lower numbers than this; from the newest on for None."""
        newest = _ALL.order_by(None).order_by(desc(_READ.c.sequence)).limit(most)
        chosen = newest if sequence is None else newest.where(_READ.c.sequence < sequence)
        with _damage_told():
            return tuple(_row(tuple(found)) for found in self._connection.execute(chosen))

    def head(self) -> Head | None:
        """The note of the last row. Where it cannot be read, a reader can still read the rows after this."""
        connection = self._connection
        try:
            with nullcontext() if is_writing(connection) else connection.begin_nested():
                found = connection.execute(_HEAD).first()
            return None if found is None else read_head(_bytes(found[0]), _bytes(found[1]))
        except (ValueError, *DAMAGED) as refused:
            if _is_cut(refused):
                raise
            return None

    def pages(self, size: int = PAGE) -> Iterator[tuple[Row, ...]]:
        """All rows by their numbers, by one cursor: rows that share a number are not skipped."""
        page: list[Row] = []
        options = {} if self._connection.dialect.name == "sqlite" else {"stream_results": True, "max_row_buffer": size}
        try:
            for found in self._connection.execute(_ALL, execution_options=options):
                page.append(_row(tuple(found)))
                if len(page) == size:
                    yield tuple(page)
                    page.clear()
        except DAMAGED as damaged:
            if _is_cut(damaged):
                raise
            yield tuple(page)
            raise AuditDatabaseError from damaged
        if page:
            yield tuple(page)


def _is_cut(refused: Exception) -> bool:
    """Whether the connection broke, which says nothing of what is stored."""
    return isinstance(refused, DBAPIError) and refused.connection_invalidated


@contextmanager
def _damage_told() -> Iterator[None]:
    try:
        yield
    except DAMAGED as refused:
        if _is_cut(refused):
            raise
        raise AuditDatabaseError from refused


def _row(columns: tuple[object, ...]) -> Row:
    """A row as it is stored; what is no bytes or no number any more becomes bytes or a number that fit nothing."""
    sequence, link, mac = columns
    return Row(sequence=sequence if type(sequence) is int else -1, link=_bytes(link), mac=_bytes(mac))


def _bytes(value: object) -> bytes:
    return value if type(value) is bytes else b""
