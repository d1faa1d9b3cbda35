"""What somebody does who owns the database: its triggers do not stop them."""

from __future__ import annotations

from sqlalchemy import Connection, insert, text

from service.audit.chain import Head, Row
from service.database.engine import Database
from service.database.tables import audit, audit_head


def unguarded(database: Database, *statements: str) -> None:
    """Run SQL without the triggers."""
    with database.writing() as rows:
        take_guards_away(rows)
        for statement in statements:
            rows.execute(text(statement))


def put(database: Database, rows: tuple[Row, ...], head: Head | None) -> None:
    """Exactly these rows, and this note, in place of all that is there."""
    with database.writing() as connection:
        take_guards_away(connection)
        connection.execute(text("DELETE FROM audit"))
        connection.execute(text("DELETE FROM audit_head"))
        for row in rows:
            connection.execute(insert(audit).values(sequence=row.sequence, link=row.link, mac=row.mac))
        if head is not None:
            connection.execute(insert(audit_head).values(one=1, note=head.packed(), seal=head.seal))


def take_guards_away(rows: Connection) -> None:
    """SQLite: drop the triggers; PostgreSQL: as its superuser, act as a replica, for which they do not fire."""
    if rows.dialect.name == "postgresql":
        rows.execute(text("SET LOCAL session_replication_role = replica"))
        rows.execute(text("ALTER TABLE audit DROP CONSTRAINT IF EXISTS pk_audit"))
        return
    for name in rows.scalars(text("SELECT name FROM sqlite_schema WHERE type = 'trigger'")).all():
        rows.execute(text(f"DROP TRIGGER {name}"))
