"""The first tables, and the triggers that keep rows as they are. The SQL lies beside this file, for each database."""

from __future__ import annotations

from pathlib import Path

from alembic import op

from service.database.errors import NoWayBackError

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_PARTS = ("tables", "guards", "audit")


def upgrade() -> None:
    """Make every table; statements are parted by an empty line."""
    connection = op.get_bind()
    for part in _PARTS:
        written = Path(__file__).with_name(f"0001_{part}.{connection.dialect.name}.sql").read_text("utf-8")
        for statement in filter(str.strip, written.split("\n\n")):
            connection.exec_driver_sql(statement)


def downgrade() -> None:
    """There is no way back but the backup that was made before. Raises NoWayBackError."""
    raise NoWayBackError
