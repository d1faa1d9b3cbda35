"""${message}

CHECK constraints are not found by comparison, and a batch change of a table on SQLite takes its triggers along:
write both by hand.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.database.errors import NoWayBackError
${imports if imports else ""}
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the tables."""
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    """There is no way back but the backup that was made before. Raises NoWayBackError."""
    raise NoWayBackError
