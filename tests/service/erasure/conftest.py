"""A data folder with everything in it. The database is a fixture of its own, so that another one can take its place."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from service.database.engine import Database, open_database
from service.database.tables import METADATA
from tests.service.erasure.house import House


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    (tmp_path / "data").mkdir()
    opened = open_database(f"sqlite:///{tmp_path / 'data' / 'service.sqlite3'}")
    METADATA.create_all(opened.engine)
    yield opened
    opened.close()


@pytest.fixture
def house(tmp_path: Path, database: Database) -> House:
    return House(tmp_path, database)
