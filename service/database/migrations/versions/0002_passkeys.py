"""Passkeys, their challenges, and sign-ins that wait for their second proof."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.database.errors import NoWayBackError

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the three tables; nothing that is there already changes."""
    op.create_table(
        "passkey",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("person_id", sa.String(32), nullable=False),
        sa.Column("credential_id", sa.String(1400), nullable=False),
        sa.Column("public_key", sa.String(4000), nullable=False),
        sa.Column("sign_count", _LONG, nullable=False),
        sa.Column("label", sa.String(80), nullable=False),
        sa.Column("transports", sa.String(100), nullable=False),
        sa.Column("created_ms", _LONG, nullable=False),
        sa.Column("used_ms", _LONG, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_passkey"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_passkey_person_id_person"),
        sa.UniqueConstraint("credential_id", name="uq_passkey_credential_id"),
    )
    op.create_index("ix_passkey_person_id", "passkey", ["person_id"])
    op.create_table(
        "challenge",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("use", sa.String(40), nullable=False),
        sa.Column("bound", sa.String(64), nullable=False),
        sa.Column("created_ms", _LONG, nullable=False),
        sa.Column("until_ms", _LONG, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_challenge"),
        sa.CheckConstraint("use IN ('sign-in', 'second', 'again', 'add')", name="ck_challenge_use_word"),
    )
    op.create_table(
        "waiting_sign_in",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("person_id", sa.String(32), nullable=False),
        sa.Column("created_ms", _LONG, nullable=False),
        sa.Column("until_ms", _LONG, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_waiting_sign_in"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_waiting_sign_in_person_id_person"),
    )
    op.create_index("ix_waiting_sign_in_person_id", "waiting_sign_in", ["person_id"])


def downgrade() -> None:
    """There is no way back but the backup that was made before. Raises NoWayBackError."""
    raise NoWayBackError
