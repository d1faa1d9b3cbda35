"""The database's transactions: one writer, durable settings, errors of our own."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import IntegrityError

from service.database.engine import Database, open_database
from service.database.errors import DatabaseAddressError, DatabaseEncodingError, DatabaseUnavailableError
from service.database.tables import METADATA, team
from service.ids import new_id
from tests.service.postgres import Server


@pytest.fixture
def database(tmp_path: Path) -> Database:
    opened = open_database(f"sqlite:///{tmp_path / 'service.sqlite3'}")
    METADATA.create_all(opened.engine)
    return opened


def add(database: Database, name: str) -> None:
    with database.writing() as rows:
        rows.execute(insert(team).values(id=new_id(), name=name, created_ms=0))


def add_twice(database: Database, name: str) -> None:
    with database.writing() as rows:
        for _ in range(2):
            rows.execute(insert(team).values(id=new_id(), name=name, created_ms=0))


def names(database: Database) -> list[str]:
    with database.reading() as rows:
        return list(rows.scalars(select(team.c.name).order_by(team.c.name)))


def test_what_was_written_is_read(database: Database) -> None:
    add(database, "North")
    assert names(database) == ["North"]


def test_an_error_in_the_transaction_undoes_all_of_it(database: Database) -> None:
    with pytest.raises(IntegrityError):
        add_twice(database, "North")
    assert names(database) == []


def test_a_writer_waits_for_the_one_before(database: Database) -> None:
    begun, order = threading.Event(), []

    def second() -> None:
        begun.wait()
        with database.writing():
            order.append("second")

    other = threading.Thread(target=second)
    other.start()
    with database.writing():
        begun.set()
        other.join(0.2)
        order.append("first")
    other.join()
    assert order == ["first", "second"]


def test_a_reader_sees_one_moment(database: Database) -> None:
    with database.reading() as rows:
        before = rows.scalar(text("SELECT count(*) FROM team"))
        add(database, "North")
        assert rows.scalar(text("SELECT count(*) FROM team")) == before


def test_deleted_rows_are_overwritten(database: Database) -> None:
    with database.reading() as rows:
        assert rows.scalar(text("PRAGMA secure_delete")) == 1
        assert rows.scalar(text("PRAGMA synchronous")) == 2


def test_a_broken_rule_is_told_to_the_caller(database: Database) -> None:
    add(database, "North")
    with pytest.raises(IntegrityError):
        add(database, "North")


def test_an_error_quotes_neither_statement_nor_value(database: Database) -> None:
    with pytest.raises(DatabaseUnavailableError) as refused, database.reading() as rows:
        rows.execute(text("SELECT * FROM nothing WHERE name = 'Amira'"))
    assert "Amira" not in str(refused.value)
    assert refused.value.__cause__ is None


@pytest.mark.parametrize("url", ["mysql://x/y", "sqlite://", "sqlite:///:memory:", "nonsense"])
def test_other_databases_are_refused(url: str) -> None:
    with pytest.raises(DatabaseAddressError):
        open_database(url)


def test_a_database_that_was_not_made_for_utf_8_is_refused_in_words(postgres: Server) -> None:
    with postgres.fresh("template0 ENCODING 'SQL_ASCII' LOCALE 'C'") as name:
        opened = open_database(postgres.url(name))
        with pytest.raises(DatabaseEncodingError), opened.reading() as rows:
            rows.execute(text("SELECT 1"))
        opened.close()
