"""One council whose PostgreSQL is reached over a network that can be cut."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from service.database import bounded_connection
from tests.service.council import standing_council
from tests.service.cut_database.far import HURRIED, Far
from tests.service.cut_database.link import linked
from tests.service.postgres import Server


@pytest.fixture(scope="package")
def standing(postgres: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Far]:
    with postgres.fresh() as name, linked(postgres.socket_folder / ".s.PGSQL.5432") as link:
        url = f"postgresql+psycopg://practice@127.0.0.1:{link.port}/{name}?sslmode=disable&gssencmode=disable"
        with standing_council(tmp_path_factory.mktemp("far"), url, PRACTICE_OPEN_UPLOADS="100") as council:
            council.ready()  # before there are jobs of other tests to be worked on with it
            yield Far(council, link, lambda: _terminate(postgres, name))


@pytest.fixture
def far(standing: Far) -> Far:
    """With everybody signed in anew: time passes in these tests."""
    for name in list(standing.council.callers):
        standing.council.again(name)
    return standing


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers are waited for a moment instead of seconds."""
    for name, value in HURRIED.items():
        monkeypatch.setattr(bounded_connection, name, value)


def _terminate(server: Server, name: str) -> None:
    with server.connected() as admin:
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
