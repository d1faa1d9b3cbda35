"""Databases for the audit's tests: with every table, at a path of the test's own, written as the service writes."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path

from service.audit.sql_rows import SqlRows
from service.database.engine import Database, open_database
from service.database.upgrade import upgrade


@cache
def empty() -> bytes:
    """A migrated file's bytes; made once."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "empty.db"
        with closing(open_database(f"sqlite:///{path}")) as made:
            upgrade(made, None)
        return path.read_bytes()


def opened(path: Path) -> Database:
    """The database at a path, made where there is none."""
    if not path.exists():
        path.write_bytes(empty())
    return open_database(f"sqlite:///{path}")


@contextmanager
def writing(database: Database) -> Iterator[SqlRows]:
    """The rows in a writer's transaction."""
    with database.writing() as connection:
        yield SqlRows(connection)
