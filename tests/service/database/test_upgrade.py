"""Upgrading: the tables are those of METADATA, nothing is lost on the way, and what does not fit is refused."""

from __future__ import annotations

import os
import re
import shutil
import signal
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, insert, select, text

from service import barriers
from service.database.draft import DIALECTS, guards_sql
from service.database.engine import Database, open_database
from service.database.errors import (
    DatabaseFullError,
    MissingMigrationError,
    NewerDatabaseError,
    NoWayBackError,
    StrangeDatabaseError,
    UpgradeFailedError,
)
from service.database.migration_run import configured
from service.database.tables import METADATA, passkey, person
from service.database.upgrade import MIGRATIONS, known_revisions, require_current, revision, upgrade
from tests.service.database.populated import populate

NOW = known_revisions()[0]
LATER = f"{int(NOW) + 1:04}"
NEXT = """
import sqlalchemy as sa
from alembic import op

revision = "{next}"
down_revision = "{now}"


def upgrade():
    {change}
"""
REBUILD = """with op.batch_alter_table("session", recreate="auto") as session:
        session.drop_column("legal_status")
        session.add_column(sa.Column("place", sa.String(40), nullable=True))"""


@pytest.fixture
def empty(empty_url: str) -> Iterator[Database]:
    opened = open_database(empty_url)
    yield opened
    opened.close()


@pytest.fixture
def created(each_database: Database, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Another database of the same kind, made from the tables without a migration."""
    if each_database.is_sqlite:
        made = open_database(f"sqlite:///{tmp_path / 'created.sqlite3'}")
        METADATA.create_all(made.engine)
        yield made
        made.close()
        return
    server = request.getfixturevalue("postgres")
    with server.fresh() as name:
        made = open_database(server.url(name))
        METADATA.create_all(made.engine)
        yield made
        made.close()


def followed_by(folder: Path, change: str) -> Path:
    """The migrations, and one more that makes this change."""
    scripts = folder / "migrations"
    shutil.copytree(MIGRATIONS, scripts)
    (scripts / "versions" / f"{LATER}_change.py").write_text(NEXT.format(next=LATER, now=NOW, change=change))
    return scripts


def counts(database: Database) -> dict[str, int]:
    with database.reading() as rows:
        return {name: rows.scalar(text(f"SELECT count(*) FROM {name}")) or 0 for name in METADATA.tables}


def columns(database: Database) -> list[str]:
    with database.reading() as rows:
        return list(rows.execute(text("SELECT * FROM session")).keys())


def schema(connection: Connection) -> set[str]:
    """Every table, column, default, constraint and index, as the database itself tells of them."""
    if connection.dialect.name == "sqlite":
        found = connection.execute(text("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND type <> 'trigger'"))
        return {re.sub(r"\s+", "", sql) for sql in found.scalars() if "alembic_version" not in sql}
    told = """
        SELECT format('%s %s %s %s %s %s', table_name, ordinal_position, column_name, udt_name,
                      character_maximum_length, is_nullable || coalesce(column_default, ''))
        FROM information_schema.columns WHERE table_schema = 'public'
        UNION ALL SELECT format('%s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace
        UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'"""
    return {line for line in connection.exec_driver_sql(told.replace("%", "%%")).scalars() if "alembic" not in line}


def begun(url: str, folder: Path, migrations: Path = MIGRATIONS, barrier: str = "") -> int:
    """Another process that upgrades; its number."""
    process = os.fork()
    if process:
        return process
    try:
        barriers.arm({"PRACTICE_BARRIER": barrier})
        upgrade(open_database(url), folder, migrations=migrations)
        os._exit(0)
    except BaseException:
        os._exit(1)


def ended(process: int) -> int:
    """Its exit code; negative where a signal ended it."""
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def test_the_upgraded_database_is_what_the_tables_say(each_database: Database) -> None:
    """By Alembic's own comparison, which knows nothing of CHECK constraints."""
    with each_database.reading() as connection:
        found = compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), METADATA)
    assert found == []


def test_every_constraint_and_index_is_what_the_tables_say(each_database: Database, created: Database) -> None:
    with each_database.reading() as upgraded, created.reading() as made:
        assert schema(upgraded) == schema(made)
        assert len(schema(made)) > len(METADATA.tables)


@pytest.mark.parametrize("name", ["sqlite", "postgresql"])
def test_the_guards_of_the_first_migration_are_what_the_tables_ask_for(name: str) -> None:
    (dialect,) = [one for one in DIALECTS if one.name == name]
    assert (MIGRATIONS / "versions" / f"0001_guards.{name}.sql").read_text() == guards_sql(dialect)


def test_a_database_of_the_first_migration_is_upgraded_with_its_people_in_it(empty: Database, tmp_path: Path) -> None:
    first = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, first, ignore=shutil.ignore_patterns("000[2-9]*"))
    upgrade(empty, None, migrations=first)
    assert revision(empty) == "0001"
    somebody = {"id": "a" * 32, "sign_in_name": "o@north", "shown_name": "O", "state": "active"}
    with empty.writing() as rows:
        rows.execute(insert(person).values(**somebody, created_ms=1, changed_ms=1))
    upgrade(empty, tmp_path / "kept")
    require_current(empty)
    with empty.reading() as rows:
        assert rows.execute(select(person.c.id, passkey.c.id).outerjoin(passkey)).all() == [("a" * 32, None)]


def test_there_is_one_line_of_migrations_numbered_by_their_files(database: Database) -> None:
    with database.writing() as connection:
        scripts = ScriptDirectory.from_config(configured(MIGRATIONS, connection))
    assert known_revisions() == tuple(script.revision for script in scripts.walk_revisions())
    assert len(scripts.get_heads()) == 1


def test_an_upgraded_database_is_current_and_one_without_tables_is_not(empty: Database) -> None:
    assert revision(empty) is None
    with pytest.raises(MissingMigrationError):
        require_current(empty)
    upgrade(empty, None)
    require_current(empty)
    assert revision(empty) == known_revisions()[0]
    assert upgrade(empty, None) is None


def test_a_newer_database_is_refused_and_left_alone(each_database: Database) -> None:
    with each_database.writing() as rows:
        rows.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(NewerDatabaseError):
        require_current(each_database)
    with pytest.raises(NewerDatabaseError):
        upgrade(each_database, None)
    assert revision(each_database) == "9999"


def test_tables_of_another_program_are_not_taken_over(empty: Database) -> None:
    with empty.writing() as rows:
        rows.execute(text("CREATE TABLE person (name VARCHAR(20))"))
    with pytest.raises(StrangeDatabaseError):
        upgrade(empty, None)
    assert revision(empty) is None


def test_nothing_is_lost_when_a_table_with_dependants_is_rebuilt(each_database: Database, tmp_path: Path) -> None:
    populate(each_database)
    before = counts(each_database)
    assert min(before.values()) > 0
    upgrade(each_database, None, migrations=followed_by(tmp_path, REBUILD))
    assert counts(each_database) == before
    assert "place" in columns(each_database)
    assert "legal_status" not in columns(each_database)
    with each_database.reading() as rows:
        assert not each_database.is_sqlite or rows.scalar(text("PRAGMA foreign_keys")) == 1


@pytest.mark.parametrize("change", [
    'op.execute("DELETE FROM team"); raise RuntimeError("in the middle")',
    """op.execute("UPDATE team SET name = NULL")""",
    """on = "" if op.get_bind().dialect.name == "sqlite" else " ON decision"
    op.execute("DROP TRIGGER decision_never_deleted" + on)""",
    """op.drop_column("session", "legal_status"); op.execute("UPDATE participant SET session_id = 'nobody'")""",
])  # fmt: skip
def test_a_migration_that_fails_leaves_everything_as_it_was(
    each_database: Database, tmp_path: Path, change: str
) -> None:
    populate(each_database)
    before, names = counts(each_database), columns(each_database)
    with pytest.raises((RuntimeError, UpgradeFailedError)):
        upgrade(each_database, None, migrations=followed_by(tmp_path, change))
    assert (counts(each_database), columns(each_database), revision(each_database)) == (before, names, NOW)
    upgrade(each_database, None, migrations=MIGRATIONS)
    require_current(each_database)


def test_a_rebuild_that_loses_guards_is_refused(database: Database, tmp_path: Path) -> None:
    """SQLite drops a table's triggers with it, without a word."""
    change = REBUILD.replace("session", "decision", 1).replace("auto", "always").replace("legal_status", "undoes")
    with pytest.raises(UpgradeFailedError, match="triggers"):
        upgrade(database, None, migrations=followed_by(tmp_path, change))
    assert revision(database) == NOW


@pytest.mark.parametrize("barrier", ["upgrade.not-committed", "upgrade.backed-up"])
def test_a_kill_in_the_middle_leaves_the_older_database(database: Database, tmp_path: Path, barrier: str) -> None:
    populate(database)
    before, url, scripts = counts(database), str(database.engine.url), followed_by(tmp_path, REBUILD)
    assert ended(begun(url, tmp_path / "kept", scripts, barrier)) == -signal.SIGKILL
    assert (counts(database), revision(database)) == (before, NOW)
    upgrade(database, tmp_path / "kept", migrations=scripts)
    assert (counts(database), revision(database)) == (before, LATER)
    with database.reading() as rows:
        assert rows.scalar(text("PRAGMA integrity_check")) == "ok"


def test_a_kill_in_the_middle_of_postgresql_leaves_the_older_database(
    postgres_database: Database, tmp_path: Path
) -> None:
    populate(postgres_database)
    url = postgres_database.engine.url.render_as_string(hide_password=False)
    before, scripts = counts(postgres_database), followed_by(tmp_path, REBUILD)
    assert ended(begun(url, tmp_path, scripts, "upgrade.not-committed")) == -signal.SIGKILL
    assert (counts(postgres_database), revision(postgres_database)) == (before, NOW)
    upgrade(postgres_database, None, migrations=scripts)
    assert (counts(postgres_database), revision(postgres_database)) == (before, LATER)


def test_processes_that_start_at_once_upgrade_once(empty_url: str, tmp_path: Path) -> None:
    """Four first starts beside each other; each one's failure would be its exit code."""
    started = [begun(empty_url, tmp_path) for _ in range(4)]
    assert [ended(process) for process in started] == [0] * 4
    opened = open_database(empty_url)
    require_current(opened)
    with opened.reading() as rows:
        assert rows.scalar(text("SELECT count(*) FROM alembic_version")) == 1
    opened.close()


def test_the_backup_is_the_older_database_for_its_owner_alone(database: Database, tmp_path: Path) -> None:
    populate(database)
    before = counts(database)
    backup = upgrade(database, tmp_path / "kept", migrations=followed_by(tmp_path, REBUILD))
    assert backup is not None
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    assert list((tmp_path / "kept").iterdir()) == [backup]
    restored = open_database(f"sqlite:///{backup}")
    assert (counts(restored), revision(restored)) == (before, NOW)
    assert "legal_status" in columns(restored)
    restored.close()


def test_without_a_backup_nothing_is_upgraded(database: Database, tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("a file where the folder should be")
    with pytest.raises(DatabaseFullError, match="No backup"):
        upgrade(database, tmp_path / "kept", migrations=followed_by(tmp_path, REBUILD))
    assert revision(database) == NOW


def test_a_new_database_needs_no_backup_and_is_its_owners_alone(tmp_path: Path) -> None:
    opened = open_database(f"sqlite:///{tmp_path / 'new.sqlite3'}")
    assert upgrade(opened, tmp_path / "kept") is None
    assert not (tmp_path / "kept").exists()
    modes = {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.glob("new.sqlite3*")}
    opened.close()
    assert modes == {0o600}


def test_there_is_no_way_back(each_database: Database) -> None:
    with each_database.writing() as connection, pytest.raises(NoWayBackError, match="backup"):
        command.downgrade(configured(MIGRATIONS, connection), "base")
    require_current(each_database)
