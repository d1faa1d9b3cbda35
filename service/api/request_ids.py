"""The id that a request has in its answer, in the log and in the audit. It is made here, never taken from outside."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from service.ids import new_id

HEADER = b"x-request-id"
_STATE = "request_id"


def give_id(scope: MutableMapping[str, Any]) -> str:
    """Give a request its id, 32 hexadecimal digits, and return it."""
    given = new_id()
    scope.setdefault("state", {})[_STATE] = given
    return given


def request_id_of(scope: MutableMapping[str, Any]) -> str:
    """The id of the request that this is the scope of; it gets one where it has none yet."""
    known = scope.get("state", {}).get(_STATE)
    return known if isinstance(known, str) else give_id(scope)
