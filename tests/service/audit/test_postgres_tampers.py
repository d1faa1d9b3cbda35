"""Tampering with an anchored chain in PostgreSQL, as its superuser and without its triggers, is found as elsewhere.

The ways to tamper are those of the other audit tests; here each goes through the database and back.
"""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from sqlalchemy import text

from service.audit.errors import AuditDatabaseError
from service.audit.sql_rows import SqlRows
from service.audit.store import each_row
from service.audit.verification import Verification, verify
from service.database.engine import Database
from tests.service.audit.chains import Made, made
from tests.service.audit.tampering import TAMPERS, Tamper
from tests.service.audit.unguarded import put, take_guards_away, unguarded

EVENTS, TIMES, MANY_TIMES = 25, 3, 77


def verified(database: Database, whole: Made) -> Verification:
    with database.reading() as connection:
        rows = SqlRows(connection)
        return verify(each_row(rows, 7), whole.keys, whole.anchors, rows.head())


def missed(database: Database, tamper: Tamper, times: int) -> list[int]:
    """The seeds of those that were not found."""
    whole, unfound = made(EVENTS), []
    for seed in range(times):
        tampered = tamper(whole, Random(seed))
        put(database, tampered.rows, tampered.head)
        if verified(database, replace(whole, anchors=tampered.anchors)).whole:
            unfound.append(seed)
    return unfound


def test_an_untouched_chain_is_whole(postgres_database: Database) -> None:
    whole = made(EVENTS)
    put(postgres_database, whole.rows, whole.head)
    result = verified(postgres_database, whole)
    assert (result.whole, result.events) == (True, EVENTS + 1)


def test_every_way_to_tamper_is_found(postgres_database: Database) -> None:
    assert {tamper.__name__: missed(postgres_database, tamper, TIMES) for tamper in TAMPERS} == {
        tamper.__name__: [] for tamper in TAMPERS
    }


@pytest.mark.slow
def test_a_thousand_tampers_are_found(postgres_database: Database) -> None:
    assert len(TAMPERS) * MANY_TIMES >= 1000
    assert [name.__name__ for name in TAMPERS if missed(postgres_database, name, MANY_TIMES)] == []


DONE: tuple[tuple[tuple[str, ...], str], ...] = (
    (("UPDATE audit SET mac = decode(repeat('00', 32), 'hex') WHERE sequence = 3",), "changed"),
    (("UPDATE audit SET sequence = 99 WHERE sequence = 3",), "reordered"),
    (("DELETE FROM audit WHERE sequence = 3",), "missing"),
    (("DELETE FROM audit WHERE sequence > 17",), "truncated"),
    (("TRUNCATE audit",), "truncated"),
    (("DELETE FROM audit_head",), "head"),
    (("DROP TABLE audit_head",), "head"),
    (("ALTER TABLE audit_head RENAME COLUMN note TO other",), "head"),
    (("INSERT INTO audit SELECT * FROM audit WHERE sequence = 7",), "duplicated"),
    (("ALTER TABLE audit DROP CONSTRAINT ck_audit_mac_length", "ALTER TABLE audit ALTER mac TYPE text USING 'text'",
      "ALTER TABLE audit ALTER sequence TYPE text"), "changed"),
)  # fmt: skip


def test_what_was_done_to_the_tables_is_found(postgres_database: Database) -> None:
    """One after the other, each undone before the next."""
    whole = made(20)
    put(postgres_database, whole.rows, whole.head)
    assert verified(postgres_database, whole).whole
    with postgres_database.engine.connect() as connection:
        for statements, kind in DONE:
            with connection.begin() as transaction:
                take_guards_away(connection)
                for statement in statements:
                    connection.execute(text(statement))
                rows = SqlRows(connection)
                result = verify(each_row(rows, 7), whole.keys, whole.anchors, rows.head())
                assert kind in {found.kind.value for found in result.findings}, statements
                assert not result.whole
                transaction.rollback()
    assert verified(postgres_database, whole).whole


def test_a_database_without_the_table_holds_no_audit(postgres_database: Database) -> None:
    unguarded(postgres_database, "DROP TABLE audit")
    with postgres_database.reading() as connection, pytest.raises(AuditDatabaseError):
        SqlRows(connection).last()
