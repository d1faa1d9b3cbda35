"""The kinds of column that the tables are made of, and the names that constraints get."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Integer, LargeBinary, MetaData, String

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

SEALED = "sealed"
"""In a column's ``info``: it holds ciphertext, and may become NULL even in a table that is only appended to."""

Long = BigInteger().with_variant(Integer(), "sqlite")
"""Whole numbers of 64 bits; the variant is what SQLite numbers rows by itself with."""


def id_key() -> Column[str]:
    """The row's own id (see service/ids.py)."""
    return Column("id", String(32), primary_key=True)


def number_key() -> Column[int]:
    """A number that grows with each row; for rows that are only ever appended."""
    return Column("number", Long, primary_key=True, autoincrement=True)


def refers(name: str, table: str, *, optional: bool = False, index: bool = True) -> Column[str]:
    """The id of a row in another table, which cannot be deleted while this row is there."""
    return Column(name, String(32), ForeignKey(f"{table}.id"), nullable=optional, index=index)


def when(name: str, *, optional: bool = False) -> Column[int]:
    """Milliseconds since 1970 in UTC. The name ends with ``_ms``."""
    return Column(name, Long, nullable=optional)


def count(name: str, default: int = 0) -> Column[int]:
    """A whole number."""
    return Column(name, Long, nullable=False, default=default)


def word(name: str, *, optional: bool = False) -> Column[str]:
    """A word of a closed list; pair it with `among`."""
    return Column(name, String(40), nullable=optional)


def among(name: str, words: type[StrEnum] | Iterable[str]) -> CheckConstraint:
    """The database refuses any other word in this column."""
    listed = ", ".join(f"'{word}'" for word in words)
    return CheckConstraint(f"{name} IN ({listed})", name=f"{name}_word")


def sealed(name: str) -> Column[bytes]:
    """Content: always ciphertext under the session's own key, or nothing."""
    return Column(name, LargeBinary, nullable=True, info={SEALED: True})
