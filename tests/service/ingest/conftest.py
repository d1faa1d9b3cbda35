"""A session to send recordings to."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.database.engine import Database, open_database
from service.database.tables import METADATA
from service.ingest.records import Limits
from service.ingest.usecases import Ingest
from service.parts import Parts
from tests.service.ingest.material import NEXT_SESSION, SESSION, queue, settle
from tests.service.stand_ins import OpenHandedBroker


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with tables, people and sessions, for others to copy: making one takes a while."""
    path = tmp_path_factory.mktemp("made") / "service.sqlite3"
    opened = open_database(f"sqlite:///{path}")
    METADATA.create_all(opened.engine)
    settle(opened)
    opened.close()
    return path


@pytest.fixture(scope="module")
def memory_folder() -> Iterator[Path]:
    """A folder in memory where there is one: kill -9 loses as much there as on a disk, and syncing takes no time."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        yield Path(folder)


@pytest.fixture
def database(tmp_path: Path, made: Path) -> Iterator[Database]:
    opened = open_database(f"sqlite:///{shutil.copy(made, tmp_path / 'service.sqlite3')}")
    yield opened
    opened.close()


@pytest.fixture
def ingest(parts: Parts, open_handed: OpenHandedBroker) -> Ingest:
    open_handed.known |= {SESSION, NEXT_SESSION}
    return Ingest(parts=parts, queue=queue, limits=Limits(part_bytes=100_000, spare_bytes=0))
