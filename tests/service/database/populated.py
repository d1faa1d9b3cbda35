"""A row in every table, made from the tables themselves."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import Boolean, CheckConstraint, Column, Float, LargeBinary, String, Table, insert

from service.database.engine import Database
from service.database.tables import METADATA

MAC = bytes(32)
_NOT_YET = {
    "feedback": ("confirmed_hash", "confirmed_by", "released_by", "released_ms", "heard", "heard_by", "heard_ms")
}
"""Columns that stay empty: feedback begins as a draft, and nobody confirms what they receive."""


def populate(database: Database) -> None:
    """One row in each table; rows that refer to others refer to those."""
    made: dict[str, dict[str, Any]] = {}
    with database.writing() as rows:
        for table in METADATA.sorted_tables:
            made[table.name] = row_of(table, made)
            rows.execute(insert(table).values(made[table.name]))


def row_of(table: Table, made: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Values that the table takes, referring to the rows that are ``made``."""
    return {column.name: _value(table, column, made) for column in table.columns}


def _value(table: Table, column: Column[Any], made: dict[str, dict[str, Any]]) -> Any:
    if column.name in _NOT_YET.get(table.name, ()):
        return None
    for key in column.foreign_keys:
        return made[key.column.table.name][key.column.name]
    words = _words(table, column.name)
    if words:
        return words[0]
    if isinstance(column.type, String):
        return f"{table.name}-{column.name}"[: column.type.length]
    if isinstance(column.type, LargeBinary):
        return MAC
    if isinstance(column.type, Boolean):
        return False
    if isinstance(column.type, Float):
        return 0.5
    return 0 if table.name == "audit" else 1


def _words(table: Table, name: str) -> list[str]:
    for constraint in table.constraints:
        if isinstance(constraint, CheckConstraint):
            listed = re.search(rf"\b{name} IN \((.*)\)", str(constraint.sqltext))
            if listed:
                return re.findall(r"'([^']*)'", listed[1])
    return []
