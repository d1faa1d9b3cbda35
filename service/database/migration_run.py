"""Runs Alembic, without a file of settings, on a connection that is given to it."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection


def configured(migrations: Path, connection: Connection) -> Config:
    """Alembic's configuration for migrations in that folder; `env.py` there takes the connection from it."""
    config = Config()
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def migrate(connection: Connection, migrations: Path) -> None:
    """Run every migration that the database lacks, in the transaction of the connection."""
    command.upgrade(configured(migrations, connection), "head")
