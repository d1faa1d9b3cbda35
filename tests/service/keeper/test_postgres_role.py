"""What the database lets workers on machines without the keystore see and change."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from service.database.audit_tables import audit, audit_head
from service.database.engine import Database, open_database
from service.database.errors import DatabaseUnavailableError
from service.database.tables import METADATA
from tests.service.keeper.machines import ROLE, as_worker
from tests.service.postgres import Server

READ = {
    "amendment", "artefact", "audit", "audit_head", "coaching", "erasure", "feedback", "job", "membership", "pace",
    "participant", "permission", "recording", "session", "setting", "worker",
}  # fmt: skip


@pytest.fixture
def elsewhere(postgres: Server, migrated_template: str) -> Iterator[Database]:
    """By the role of workers elsewhere, which was made twice, as after an upgrade."""
    with postgres.fresh(migrated_template) as name:
        with postgres.connected(name) as administrator:
            for _ in range(2):
                administrator.execute(ROLE.read_text())
            administrator.execute("INSERT INTO setting VALUES ('engines', '{}'), ('another', '1')")
        opened = open_database(as_worker(postgres.url(name)))
        yield opened
        opened.close()


def may(database: Database, statement: str) -> bool:
    try:
        with database.writing() as rows:
            rows.execute(text(statement))
    except DatabaseUnavailableError:
        return False
    return True


def test_nothing_of_people_sign_ins_and_reviews_can_be_read(elsewhere: Database) -> None:
    tables = {*METADATA.tables, audit.name, audit_head.name}
    assert len(tables) > 25
    assert {name for name in tables if may(elsewhere, f'SELECT 1 FROM "{name}"')} == READ


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE session SET permission_epoch = 1", "UPDATE session SET details = NULL", "DELETE FROM session",
        "UPDATE permission SET until_ms = 1", "DELETE FROM permission", "UPDATE participant SET place = 1",
        "DELETE FROM erasure", "UPDATE erasure SET state = 'requested'", "DELETE FROM audit", "DELETE FROM artefact",
        "UPDATE audit SET mac = ''", "DELETE FROM job", "UPDATE recording SET size_bytes = 1",
        "INSERT INTO setting VALUES ('mine', '1')", "TRUNCATE worker", "CREATE TABLE public.mine (one int)",
    ],
)  # fmt: skip
def test_what_decides_over_sessions_cannot_be_changed(elsewhere: Database, statement: str) -> None:
    assert not may(elsewhere, statement)


def test_of_the_settings_only_the_engines_are_a_workers(elsewhere: Database) -> None:
    with elsewhere.writing() as rows:
        assert list(rows.scalars(text("DELETE FROM setting RETURNING name"))) == ["engines"]
    with elsewhere.reading() as rows:
        assert rows.execute(text("SELECT name FROM setting")).all() == []
