"""Tables of the audit chain. Triggers keep their rows as they are; what the rows prove is in docs/audit-chain.md."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, LargeBinary, Table

from service.database.columns import METADATA, Long

audit = Table(
    "audit",
    METADATA,
    Column("sequence", Long, primary_key=True, autoincrement=False),  # repeats what the link says
    Column("link", LargeBinary, nullable=False),
    Column("mac", LargeBinary, nullable=False),
    CheckConstraint("length(mac) = 32", name="mac_length"),
    sqlite_strict=True,
)

audit_head = Table(
    "audit_head",
    METADATA,
    Column("one", Long, primary_key=True, autoincrement=False),
    Column("note", LargeBinary, nullable=False),
    Column("seal", LargeBinary, nullable=False),
    CheckConstraint("one = 1", name="only_one"),
    CheckConstraint("length(seal) = 32", name="seal_length"),
    sqlite_strict=True,
)
