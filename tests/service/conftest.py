"""A database with every table in it, for each test its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from service.blobs.local_store import LocalBlobStore
from service.database.engine import Database, open_database
from service.database.tables import METADATA
from service.parts import Parts
from tests.service.stand_ins import OpenHandedBroker, RememberingTrail, ToldClock


@pytest.fixture
def clock() -> ToldClock:
    return ToldClock()


@pytest.fixture
def trail() -> RememberingTrail:
    return RememberingTrail()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(f"sqlite:///{tmp_path / 'service.sqlite3'}")
    METADATA.create_all(opened.engine)
    yield opened
    opened.close()


@pytest.fixture
def open_handed(tmp_path: Path) -> OpenHandedBroker:
    return OpenHandedBroker(blobs=LocalBlobStore(tmp_path / "blobs"))


@pytest.fixture
def parts(database: Database, open_handed: OpenHandedBroker, trail: RememberingTrail, clock: ToldClock) -> Parts:
    return Parts(database=database, blobs=open_handed.blobs, broker=open_handed, trail=trail, clock=clock)
