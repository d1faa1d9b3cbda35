"""What the database itself refuses, on SQLite and on PostgreSQL, whoever asks. What a test does is undone after it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import (
    CheckConstraint,
    Connection,
    Executable,
    Table,
    delete,
    func,
    insert,
    null,
    select,
    text,
    update,
)
from sqlalchemy.exc import IntegrityError

from service.database.columns import SEALED
from service.database.engine import Database, begun_to_write, open_database
from service.database.tables import APPEND_ONLY, METADATA, audit, audit_head, decision
from tests.service.database.populated import MAC, populate

WORDS = [
    (table, listed[1])
    for table in METADATA.sorted_tables
    for constraint in table.constraints
    if isinstance(constraint, CheckConstraint)
    for listed in [re.search(r"(\w+) IN \('", str(constraint.sqltext))]
    if listed and "NOT IN" not in str(constraint.sqltext)
]
KEPT = [(table, column.name) for table in APPEND_ONLY for column in table.columns if not column.info.get(SEALED)]
each_appended = pytest.mark.parametrize("table", APPEND_ONLY, ids=lambda table: table.name)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def full(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A database with a row in every table."""
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("guards") / "service.sqlite3"
        shutil.copy(request.getfixturevalue("migrated_file"), path)
        yield from _populated(f"sqlite:///{path}")
        return
    server = request.getfixturevalue("postgres")
    with server.fresh(request.getfixturevalue("migrated_template")) as name:
        yield from _populated(server.url(name))


def _populated(url: str) -> Iterator[Database]:
    database = open_database(url)
    populate(database)
    yield database
    database.close()


@pytest.fixture
def rows(full: Database) -> Iterator[Connection]:
    with full.engine.connect() as connection, begun_to_write(connection) as transaction:
        yield connection
        transaction.rollback()


def why_refused(rows: Connection, statement: Executable) -> str:
    """What the database says; nothing where it does it."""
    try:
        with rows.begin_nested():
            rows.execute(statement)
    except IntegrityError as refused:
        return str(refused.orig)
    return ""


def only(rows: Connection, table: Table) -> dict[str, Any]:
    return dict(rows.execute(select(table)).mappings().one())


def other(value: Any) -> Any:
    """Something else of the same kind."""
    match value:
        case int():
            return value + 1
        case bytes():
            return b"other"
        case _:
            return value[:-1] + "?"


def test_a_word_that_is_not_in_the_list_is_refused(rows: Connection) -> None:
    taken = [
        (table.name, word) for table, word in WORDS if not why_refused(rows, update(table).values({word: "other"}))
    ]
    assert taken == []
    assert len(WORDS) > 20


def test_no_column_of_an_appended_row_can_be_changed(rows: Connection) -> None:
    before = {table: only(rows, table) for table in APPEND_ONLY}
    for table, name in KEPT:
        changed = update(table).values({name: other(before[table][name])})
        assert "never changed" in why_refused(rows, changed), name
    assert {table: only(rows, table) for table in APPEND_ONLY} == before


@each_appended
def test_an_appended_row_cannot_be_deleted(rows: Connection, table: Table) -> None:
    assert "never deleted" in why_refused(rows, delete(table))


@each_appended
def test_an_appended_row_cannot_be_replaced(rows: Connection, table: Table) -> None:
    """SQLite's INSERT OR REPLACE deletes without firing a delete trigger."""
    before = only(rows, table)
    replacing = insert(table).prefix_with("OR REPLACE", dialect="sqlite")
    assert why_refused(rows, replacing.values({**before, table.columns.keys()[-1]: 2}))
    assert only(rows, table) == before


@each_appended
def test_a_row_that_is_appended_gets_a_number_by_itself(rows: Connection, table: Table) -> None:
    """On PostgreSQL it comes from a sequence, which does not know of numbers that were given."""
    values = {name: value for name, value in only(rows, table).items() if name != "number"}
    if rows.dialect.name == "postgresql":
        rows.execute(text(f"SELECT setval('{table.name}_number_seq', 1)"))
    once = {"act_id", "body_hash"} & values.keys()
    for time in ("second", "third"):
        rows.execute(insert(table).values({**values, **dict.fromkeys(once, time)}))
    assert list(rows.scalars(select(table.c.number).order_by(table.c.number))) == [1, 2, 3]


def test_content_of_a_decision_can_be_taken_away_and_not_put_back(rows: Connection) -> None:
    assert why_refused(rows, update(decision).values(body=null())) == ""
    assert only(rows, decision)["body"] is None
    assert "never changed" in why_refused(rows, update(decision).values(body=b"other"))


def test_content_of_a_decision_cannot_be_exchanged(rows: Connection) -> None:
    assert "never changed" in why_refused(rows, update(decision).values(body=b"other"))


def test_content_cannot_be_taken_away_together_with_another_change(rows: Connection) -> None:
    assert "never changed" in why_refused(rows, update(decision).values(body=null(), about="another"))


@pytest.mark.parametrize("table", [*APPEND_ONLY, audit, audit_head], ids=lambda table: table.name)
def test_a_guarded_table_cannot_be_emptied_at_once(rows: Connection, table: Table) -> None:
    """PostgreSQL's TRUNCATE fires no trigger for rows; SQLite empties a table so where a DELETE has no condition."""
    emptied = text(f"TRUNCATE {table.name} CASCADE") if rows.dialect.name == "postgresql" else delete(table)
    assert "never deleted" in why_refused(rows, emptied)


@pytest.mark.parametrize("referred", ["person", "session", "participant", "review", "recording"])
def test_a_row_that_others_refer_to_stays(rows: Connection, referred: str) -> None:
    with pytest.raises(IntegrityError):
        rows.execute(delete(METADATA.tables[referred]))


def next_audit(sequence: int, mac: bytes = MAC) -> Executable:
    return insert(audit).values(sequence=sequence, link=b"link", mac=mac)


@pytest.mark.parametrize("sequence", [0, 2, -1])
def test_only_the_next_audit_row_can_be_written(rows: Connection, sequence: int) -> None:
    assert "only appended" in why_refused(rows, next_audit(sequence))
    assert why_refused(rows, next_audit(1)) == ""
    assert rows.scalar(select(func.max(audit.c.sequence))) == 1


@pytest.mark.parametrize(("column", "value"), [("link", b"other"), ("mac", b"m" * 32), ("sequence", 5)])
def test_an_audit_row_cannot_be_changed(rows: Connection, column: str, value: Any) -> None:
    assert "never changed" in why_refused(rows, update(audit).values({column: value}))


@pytest.mark.parametrize("table", [audit, audit_head], ids=lambda table: table.name)
def test_an_audit_row_and_the_note_cannot_be_deleted(rows: Connection, table: Table) -> None:
    assert "never deleted" in why_refused(rows, delete(table))


def test_a_mac_has_its_length(rows: Connection) -> None:
    assert "mac_length" in why_refused(rows, next_audit(1, MAC[1:]))
    assert "seal_length" in why_refused(rows, update(audit_head).values(seal=MAC + MAC))


def test_there_is_one_note(rows: Connection) -> None:
    assert "only_one" in why_refused(rows, insert(audit_head).values(one=2, note=b"note", seal=MAC))
