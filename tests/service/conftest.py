"""A database with every table in it, for each test its own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from service.blobs.local_store import LocalBlobStore
from service.database.engine import Database, open_database
from service.database.upgrade import upgrade
from service.parts import Parts
from tests.service.postgres import Server, programs, running
from tests.service.stand_ins import OpenHandedBroker, RememberingTrail, ToldClock

if TYPE_CHECKING:
    from tests.service.council import Council
    from tests.service.house import House


@pytest.fixture
def clock() -> ToldClock:
    return ToldClock()


@pytest.fixture
def trail() -> RememberingTrail:
    return RememberingTrail()


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database with every table and no rows; copy it."""
    path = tmp_path_factory.mktemp("migrated") / "service.sqlite3"
    made = open_database(f"sqlite:///{path}")
    upgrade(made, None)
    made.close()
    return path


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A PostgreSQL server of the tests' own."""
    if programs() is None:
        pytest.skip("PostgreSQL is not installed here (initdb), so nothing is tested on it")
    with running() as started:
        yield started


@pytest.fixture(scope="session")
def council(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Council]:
    """A whole installation; every test adds sessions of its own and leaves the clock alone."""
    from tests.service.council import standing_council

    with standing_council(tmp_path_factory.mktemp("council")) as made:
        yield made


@pytest.fixture(scope="session")
def migrated_template(postgres: Server) -> Iterator[str]:
    """The name of a PostgreSQL database with every table and no rows; new ones are made like it."""
    with postgres.fresh() as name:
        made = open_database(postgres.url(name))
        upgrade(made, None)
        made.close()
        yield name


@pytest.fixture
def database(tmp_path: Path, migrated_file: Path) -> Iterator[Database]:
    opened = _copied(migrated_file, tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def postgres_database(postgres: Server, migrated_template: str) -> Iterator[Database]:
    with postgres.fresh(migrated_template) as name:
        opened = open_database(postgres.url(name))
        yield opened
        opened.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def each_database(request: pytest.FixtureRequest) -> Database:
    """The same test on SQLite and on PostgreSQL."""
    opened = request.getfixturevalue("database" if request.param == "sqlite" else "postgres_database")
    assert isinstance(opened, Database)
    return opened


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Where there is a database without any table, on each of both."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.sqlite3'}"
        return
    server = request.getfixturevalue("postgres")
    assert isinstance(server, Server)
    with server.fresh() as name:
        yield server.url(name)


@pytest.fixture
def open_handed(tmp_path: Path) -> OpenHandedBroker:
    return OpenHandedBroker(blobs=LocalBlobStore(tmp_path / "blobs"))


@pytest.fixture
def parts(database: Database, open_handed: OpenHandedBroker, trail: RememberingTrail, clock: ToldClock) -> Parts:
    return Parts(database=database, blobs=open_handed.blobs, broker=open_handed, trail=trail, clock=clock)


@pytest.fixture
def new_house(tmp_path: Path, clock: ToldClock) -> Iterator[House]:
    """A whole installation with its web application and a first administrator."""
    from tests.service.house import opened_house  # the whole service, for tests that ask for it alone

    with opened_house(tmp_path / "house", clock) as opened:
        yield opened


@pytest.fixture(scope="module")
def lasting_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One for the tests of a file; ask for `house`."""
    from tests.service.house import opened_house

    with opened_house(tmp_path_factory.mktemp("house")) as opened:
        yield opened


@pytest.fixture
def house(lasting_house: House) -> House:
    """The file's house, a day after the test before: its sign-ins and attempts are over, its people are still there."""
    lasting_house.clock.pass_ms(24 * 3_600_000)
    return lasting_house


def _copied(migrated: Path, folder: Path) -> Database:
    path = folder / "service.sqlite3"
    shutil.copy(migrated, path)
    return open_database(f"sqlite:///{path}")
