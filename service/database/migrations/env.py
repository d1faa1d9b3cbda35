"""Runs migrations on the connection that `service.database.upgrade` hands over, inside its transaction.

Alembic loads this file by its place; nothing imports it.
"""

from __future__ import annotations

from alembic import context

_given = context.config.attributes
_connection = _given["connection"]
context.configure(
    connection=_connection,
    target_metadata=_given.get("metadata"),
    render_as_batch=_connection.dialect.name == "sqlite",
    compare_type=True,
    compare_server_default=True,
)
with context.begin_transaction():
    context.run_migrations()
