"""What the connection itself promises: it gives up, the server gives up too, and a long upgrade is let be."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from service.audit.chain import Row
from service.audit.sql_rows import SqlRows
from service.database import bounded_connection
from service.database.engine import Database, open_database
from service.database.errors import DatabaseUnavailableError
from service.erasure.compaction import compact
from tests.service.acts import ACTS
from tests.service.cut_database.far import Far, can_be_tried_again
from tests.service.postgres import Server


@pytest.fixture
def url(postgres: Server, migrated_template: str) -> Iterator[str]:
    """A database of its own: statements that were given up may go on in it, and nothing else can be made from it."""
    with postgres.fresh(migrated_template) as name:
        yield postgres.url(name)


@pytest.mark.usefixtures("impatient")
def test_a_statement_that_is_not_answered_in_time_is_given_up(url: str) -> None:
    database = open_database(url)
    begun = time.monotonic()
    with pytest.raises(DatabaseUnavailableError), database.reading() as rows:
        rows.execute(text("SELECT pg_sleep(60)"))
    assert time.monotonic() - begun < 5
    with database.reading() as rows:
        assert rows.execute(text("SELECT 1")).scalar_one() == 1
    database.close()


@pytest.mark.usefixtures("impatient")
def test_a_patient_writer_waits_as_long_as_it_takes(url: str) -> None:
    database = open_database(url)
    with database.writing(patient=True) as rows:
        rows.execute(text("SELECT pg_sleep(:s)"), {"s": bounded_connection.ANSWER_S * 2})
    with pytest.raises(DatabaseUnavailableError), database.writing() as rows:
        rows.execute(text("SELECT pg_sleep(:s)"), {"s": bounded_connection.ANSWER_S * 2})
    database.close()


def write_after_silence(database: Database) -> None:
    """Hold the writers' lock, say nothing for a second, and write then."""
    locks = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")
    with database.writing() as rows:
        with database.engine.connect() as other:
            assert other.execute(locks).scalar_one() == 1
            time.sleep(1)
            assert other.execute(locks).scalar_one() == 0
        rows.execute(text("SELECT 1"))


def test_a_writer_of_whom_nothing_is_heard_is_ended_by_the_server(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.database.engine._IDLE_MS", 200)
    database = open_database(url)
    with pytest.raises(DatabaseUnavailableError):
        write_after_silence(database)
    database.close()


@pytest.mark.usefixtures("impatient")
def test_tidying_up_after_an_erasure_may_take_long(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    database = open_database(url)
    monkeypatch.setattr(bounded_connection, "ANSWER_S", 0.001)
    compact(database)
    database.close()


def test_a_server_that_only_reads_is_told_and_written_to_again_afterwards(far: Far, postgres: Server) -> None:
    """As in a failover, while the server that answers is not yet the one that is written to."""
    name, act = far.council.parts.database.engine.url.database, ACTS[0]
    trying = act.ready(far.council)
    with postgres.connected() as admin:
        admin.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        try:
            far.terminate()
            assert can_be_tried_again(act.do(trying))
        finally:
            admin.execute(f"ALTER DATABASE {name} RESET default_transaction_read_only")
            far.terminate()
    assert act.do(trying).status_code == 201
    assert act.done(trying) == 1


def test_a_connection_cut_between_two_looks_at_the_audit_is_no_damage(
    far: Far, monkeypatch: pytest.MonkeyPatch
) -> None:
    trying, looked = ACTS[0].ready(far.council), SqlRows.last

    def cut_after_the_first(rows: SqlRows) -> Row | None:
        found = looked(rows)
        far.terminate()
        return found

    with monkeypatch.context() as patch:
        patch.setattr(SqlRows, "last", cut_after_the_first)
        assert can_be_tried_again(ACTS[0].do(trying))
    assert ACTS[0].do(trying).status_code == 201
    assert ACTS[0].done(trying) == 1
