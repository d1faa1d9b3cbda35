"""For developers: ``python -m service.database.draft next "what changes"`` drafts the migration that the tables lack.

`guards_sql` writes the triggers of rows that are only appended, for a migration that makes such a table.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator

from alembic import command
from sqlalchemy import Column, Table
from sqlalchemy.engine import Dialect, make_url

from service.database.columns import SEALED
from service.database.engine import open_database
from service.database.feedback_guards import feedback_guards
from service.database.migration_run import configured
from service.database.tables import APPEND_ONLY, METADATA
from service.database.upgrade import MIGRATIONS, known_revisions, upgrade

DIALECTS: tuple[Dialect, ...] = tuple(make_url(url).get_dialect()() for url in ("sqlite://", "postgresql+psycopg://"))
_REFUSE = """\
CREATE FUNCTION practice_refuse() RETURNS trigger LANGUAGE plpgsql AS $refuse$
BEGIN
    RAISE EXCEPTION USING MESSAGE = TG_ARGV[0], ERRCODE = 'integrity_constraint_violation';
END
$refuse$;
"""


def guards_sql(dialect: Dialect) -> str:
    """Triggers that refuse every change to tables of APPEND_ONLY but taking content away, and those of feedback."""
    triggers = _sqlite_guards if dialect.name == "sqlite" else _postgresql_guards
    parts = [] if dialect.name == "sqlite" else [_REFUSE]
    appended = (trigger for table in APPEND_ONLY for trigger in triggers(table))
    return "\n".join([*parts, *appended, *feedback_guards(dialect.name)])


def draft_next(message: str) -> None:
    """Write the next migration: what METADATA has and the migrations so far do not make."""
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(f"sqlite:///{folder}/draft.sqlite3")
        upgrade(database, None)
        with database.writing() as connection:
            config = configured(MIGRATIONS, connection)
            config.attributes["metadata"] = METADATA
            number = len(known_revisions(MIGRATIONS)) + 1
            command.revision(config, message, autogenerate=True, rev_id=f"{number:04}")
        database.close()


def _sqlite_guards(table: Table) -> Iterator[str]:
    name, key = table.name, _key(table).name
    changed = _changed(table, "{new} IS {old}")
    yield (
        f"CREATE TRIGGER {name}_never_replaced BEFORE INSERT ON {name}\n"  # noqa: S608 - our own names
        f"WHEN NEW.{key} IN (SELECT {key} FROM {name})\n"
        f"BEGIN SELECT RAISE(ABORT, 'rows of {name} are only appended'); END;\n"
    )
    yield (
        f"CREATE TRIGGER {name}_never_changed BEFORE UPDATE ON {name}\n"
        f"WHEN {changed}\n"
        f"BEGIN SELECT RAISE(ABORT, 'rows of {name} are never changed'); END;\n"
    )
    yield (
        f"CREATE TRIGGER {name}_never_deleted BEFORE DELETE ON {name}\n"
        f"BEGIN SELECT RAISE(ABORT, 'rows of {name} are never deleted'); END;\n"
    )


def _postgresql_guards(table: Table) -> Iterator[str]:
    name = table.name
    changed = _changed(table, "{new} IS NOT DISTINCT FROM {old}")
    yield (
        f"CREATE TRIGGER {name}_never_changed BEFORE UPDATE ON {name}\n"
        f"FOR EACH ROW WHEN ({changed})\n"
        f"EXECUTE FUNCTION practice_refuse('rows of {name} are never changed');\n"
    )
    yield (
        f"CREATE TRIGGER {name}_never_deleted BEFORE DELETE ON {name}\n"
        f"FOR EACH ROW EXECUTE FUNCTION practice_refuse('rows of {name} are never deleted');\n"
    )
    yield (
        f"CREATE TRIGGER {name}_never_emptied BEFORE TRUNCATE ON {name}\n"
        f"FOR EACH STATEMENT EXECUTE FUNCTION practice_refuse('rows of {name} are never deleted');\n"
    )


def _changed(table: Table, same: str) -> str:
    """The condition that something changed which may not; content may go, and only go."""
    lines = []
    for column in table.columns:
        line = same.format(new=f"NEW.{column.name}", old=f"OLD.{column.name}")
        lines.append(f"({line} OR NEW.{column.name} IS NULL)" if column.info.get(SEALED) else line)
    return "NOT (\n    " + "\n    AND ".join(lines) + "\n)"


def _key(table: Table) -> Column[object]:
    (key,) = table.primary_key.columns
    return key


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["next", message]:
            draft_next(message)
        case _:
            sys.exit(__doc__)
