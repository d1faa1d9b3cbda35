"""What the database itself refuses, on SQLite and on PostgreSQL, whoever asks."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import CheckConstraint, Table, delete, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from service.database.columns import SEALED
from service.database.engine import Database
from service.database.tables import APPEND_ONLY, METADATA, audit, audit_head, decision, feedback
from tests.service.database.populated import MAC, populate, row_of

WORDS = [
    (table, listed[1])
    for table in METADATA.sorted_tables
    for constraint in table.constraints
    if isinstance(constraint, CheckConstraint)
    for listed in [re.search(r"(\w+) IN \('", str(constraint.sqltext))]
    if listed and "NOT IN" not in str(constraint.sqltext)
]
KEPT = [(table, column.name) for table in APPEND_ONLY for column in table.columns if not column.info.get(SEALED)]


@pytest.fixture
def full(each_database: Database) -> Database:
    """A row in every table."""
    populate(each_database)
    return each_database


def changed(database: Database, table: Table, **values: Any) -> None:
    with database.writing() as rows:
        rows.execute(update(table).values(**values))


def only(database: Database, table: Table) -> dict[str, Any]:
    with database.reading() as rows:
        return dict(rows.execute(select(table)).mappings().one())


def other(value: Any) -> Any:
    """Something else of the same kind."""
    match value:
        case int():
            return value + 1
        case bytes():
            return b"other"
        case None:
            return 7
        case _:
            return value[:-1] + "?"


def is_refused(database: Database, table: Table, **values: Any) -> bool:
    try:
        changed(database, table, **values)
    except IntegrityError:
        return True
    return False


def test_a_word_that_is_not_in_the_list_is_refused(full: Database) -> None:
    assert [(table.name, word) for table, word in WORDS if not is_refused(full, table, **{word: "other"})] == []
    assert len(WORDS) > 20


def test_no_column_of_an_appended_row_can_be_changed(full: Database) -> None:
    before = {table: only(full, table) for table in APPEND_ONLY}
    new = [(table, name, other(before[table][name])) for table, name in KEPT]
    taken = [(table.name, name) for table, name, value in new if not is_refused(full, table, **{name: value})]
    assert taken == []
    assert {table: only(full, table) for table in APPEND_ONLY} == before


@pytest.mark.parametrize("table", APPEND_ONLY, ids=lambda table: table.name)
def test_an_appended_row_cannot_be_deleted(full: Database, table: Table) -> None:
    with pytest.raises(IntegrityError, match="never deleted"), full.writing() as rows:
        rows.execute(delete(table))
    assert only(full, table)


@pytest.mark.parametrize("table", APPEND_ONLY, ids=lambda table: table.name)
def test_an_appended_row_cannot_be_replaced(full: Database, table: Table) -> None:
    """SQLite's INSERT OR REPLACE deletes without firing a delete trigger."""
    before = only(full, table)
    replacing = (
        insert(table).prefix_with("OR REPLACE", dialect="sqlite").values({**before, table.columns.keys()[-1]: 2})
    )
    with pytest.raises(IntegrityError), full.writing() as rows:
        rows.execute(replacing)
    assert only(full, table) == before


@pytest.mark.parametrize("table", APPEND_ONLY, ids=lambda table: table.name)
def test_a_row_that_is_appended_gets_a_number_by_itself(each_database: Database, table: Table) -> None:
    """From an empty table: on PostgreSQL the number comes from a sequence, on SQLite from the row."""
    made: dict[str, dict[str, Any]] = {}
    with each_database.writing() as rows:
        for one in METADATA.sorted_tables:
            made[one.name] = row_of(one, made)
            if one is not table:
                rows.execute(insert(one).values(made[one.name]))
        values = {name: value for name, value in made[table.name].items() if name != "number"}
        for _ in range(2):
            rows.execute(insert(table).values(values))
    with each_database.reading() as rows:
        assert list(rows.scalars(select(table.c.number).order_by(table.c.number))) == [1, 2]


def test_content_of_a_decision_can_be_taken_away_and_not_put_back(full: Database) -> None:
    changed(full, decision, body=None)
    assert only(full, decision)["body"] is None
    with pytest.raises(IntegrityError, match="never changed"):
        changed(full, decision, body=b"other")


def test_content_of_a_decision_cannot_be_exchanged(full: Database) -> None:
    with pytest.raises(IntegrityError, match="never changed"):
        changed(full, decision, body=b"other")


def test_content_cannot_be_taken_away_together_with_another_change(full: Database) -> None:
    with pytest.raises(IntegrityError, match="never changed"):
        changed(full, decision, body=None, about="another")


@pytest.mark.parametrize("table", [*APPEND_ONLY, audit, audit_head], ids=lambda table: table.name)
def test_a_guarded_table_cannot_be_emptied_at_once(postgres_database: Database, table: Table) -> None:
    """Only PostgreSQL has TRUNCATE, which fires no trigger for rows."""
    populate(postgres_database)
    with pytest.raises(IntegrityError, match="never deleted"), postgres_database.writing() as rows:
        rows.execute(text(f"TRUNCATE {table.name} CASCADE"))
    assert only(postgres_database, table)


def test_feedback_is_not_confirmed_unless_it_is_what_somebody_read(full: Database) -> None:
    with pytest.raises(IntegrityError):
        changed(full, feedback, state="confirmed", confirmed_hash="a", body_hash="b")
    with pytest.raises(IntegrityError):
        changed(full, feedback, state="confirmed", confirmed_by=None, confirmed_hash="a", body_hash="a")
    changed(full, feedback, state="confirmed", confirmed_hash="a", body_hash="a")


@pytest.mark.parametrize("missing", ["released_by", "released_ms", "heard"])
def test_feedback_is_not_released_by_nobody(full: Database, missing: str) -> None:
    changed(full, feedback, confirmed_hash="a", body_hash="a")
    with pytest.raises(IntegrityError):
        changed(full, feedback, state="released", **{missing: None})
    changed(full, feedback, state="released")


@pytest.mark.parametrize("referred", ["person", "session", "participant", "review", "recording"])
def test_a_row_that_others_refer_to_stays(full: Database, referred: str) -> None:
    with pytest.raises(IntegrityError), full.writing() as rows:
        rows.execute(delete(METADATA.tables[referred]))


def audit_row(sequence: int) -> dict[str, Any]:
    return {"sequence": sequence, "link": b"link", "mac": MAC}


@pytest.mark.parametrize("sequence", [0, 2, -1])
def test_only_the_next_audit_row_can_be_written(full: Database, sequence: int) -> None:
    with pytest.raises(IntegrityError, match="only appended"), full.writing() as rows:
        rows.execute(insert(audit).values(audit_row(sequence)))
    with full.writing() as rows:
        rows.execute(insert(audit).values(audit_row(1)))


@pytest.mark.parametrize("column", ["link", "mac", "sequence"])
def test_an_audit_row_cannot_be_changed(full: Database, column: str) -> None:
    with pytest.raises(IntegrityError, match="never changed"):
        changed(full, audit, **{column: 5 if column == "sequence" else MAC[::-1]})


@pytest.mark.parametrize("table", [audit, audit_head], ids=lambda table: table.name)
def test_an_audit_row_and_the_note_cannot_be_deleted(full: Database, table: Table) -> None:
    with pytest.raises(IntegrityError, match="never deleted"), full.writing() as rows:
        rows.execute(delete(table))


def test_a_mac_has_its_length(full: Database) -> None:
    with pytest.raises(IntegrityError), full.writing() as rows:
        rows.execute(insert(audit).values({**audit_row(1), "mac": MAC[1:]}))
    with pytest.raises(IntegrityError):
        changed(full, audit_head, seal=MAC + MAC)
