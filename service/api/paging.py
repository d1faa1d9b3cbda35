"""Long lists, a page at a time: a cursor says after which row to go on, so that nothing is left out or comes twice."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Query
from sqlalchemy import Column, ColumnElement, Connection, RowMapping, Select, and_, or_

from service.api.errors import CursorError

MOST = 100
USUAL = 25
_LONGEST_CURSOR = 300
_MOST_NUMBER = 1 << 63

Key = int | str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which page: at most ``limit`` rows, after the row that the cursor names."""

    limit: int = USUAL
    cursor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Rows in their order, and the cursor of the next page, None on the last."""

    rows: Sequence[RowMapping]
    next: str | None


def wanted_page(
    limit: Annotated[int, Query(ge=1, le=MOST, description="How many at most")] = USUAL,
    cursor: Annotated[str | None, Query(max_length=_LONGEST_CURSOR, description="`next` of the page before")] = None,
) -> Wanted:
    """A dependency of every route that answers with a list."""
    return Wanted(limit=limit, cursor=cursor)


def read_page(
    rows: Connection, chosen: Select[Any], keys: Sequence[Column[Any]], wanted: Wanted, *, newest_first: bool = True
) -> Page:
    """The page of what ``chosen`` selects, by ``keys``, which it selects too; no two rows have all of them the same.

    Raises CursorError for a cursor that names no row of this list.
    """
    after = _read_cursor(wanted.cursor, keys) if wanted.cursor is not None else None
    if after is not None:
        chosen = chosen.where(_beyond(keys, after, newest_first))
    ordered = chosen.order_by(*(key.desc() if newest_first else key.asc() for key in keys))
    found = rows.execute(ordered.limit(wanted.limit + 1)).mappings().all()
    shown = found[: wanted.limit]
    more = len(found) > wanted.limit
    return Page(rows=shown, next=_cursor([shown[-1][key.name] for key in keys]) if more else None)


def _beyond(keys: Sequence[Column[Any]], after: Sequence[Key], newest_first: bool) -> ColumnElement[bool]:
    """Written out instead of comparing tuples, which not every database can use an index for."""
    ways = []
    for number, (key, value) in enumerate(zip(keys, after, strict=True)):
        same = [earlier == there for earlier, there in zip(keys[:number], after[:number], strict=True)]
        ways.append(and_(*same, key < value if newest_first else key > value))
    return or_(*ways)


def _cursor(values: Sequence[Key]) -> str:
    packed = json.dumps(values, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(packed).rstrip(b"=").decode()


def _read_cursor(cursor: str, keys: Sequence[Column[Any]]) -> list[Key]:
    """What a cursor says: values of the kinds that the keys have. It holds what its reader saw, so it needs no seal."""
    try:
        packed = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        values = json.loads(packed)
    except (binascii.Error, ValueError, RecursionError):
        raise CursorError from None
    kinds = [key.type.python_type for key in keys]
    if not isinstance(values, list) or [type(value) for value in values] != kinds:
        raise CursorError
    if any(isinstance(value, int) and abs(value) >= _MOST_NUMBER for value in values):
        raise CursorError
    if any(isinstance(value, str) and not (value.isascii() and value.isprintable()) for value in values):
        raise CursorError
    return values
