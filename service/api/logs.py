"""Logs in JSON, a line for each thing: times, ids, words and numbers of a known list, and never what was said."""

from __future__ import annotations

import json
import logging
import sys
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import PurePath
from typing import TextIO

FIELDS = frozenset({"request_id", "actor_id", "method", "route", "status", "ms", "bytes", "error", "places", "cut"})
"""What a line may say besides its time, level, logger and event."""
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_EXTRA = "practice_fields"
_ACCESS = logging.getLogger("practice.access")
_FAILURES = logging.getLogger("practice.failures")
_MOST_PLACES = 12


class JsonLines(logging.Formatter):
    """A record as one line of JSON.

    Of our own loggers it says the event and the fields that are on the list. Other libraries write what they like into
    their messages, so of theirs only the logger, the level and where an exception came from are told.
    """

    def format(self, record: logging.LogRecord) -> str:
        """One line; every character that could end it is escaped by JSON."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
        }
        if record.name.startswith("practice."):
            line["event"] = str(record.msg)
            given = getattr(record, _EXTRA, {})
            line.update({name: value for name, value in given.items() if name in FIELDS and value is not None})
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = type(record.exc_info[1]).__name__
            line["places"] = places_of(record.exc_info[1])
        return json.dumps(line, ensure_ascii=True)


def set_up_logs(stream: TextIO | None = None) -> None:
    """Send every log of this process to standard error, or to ``stream``, in this form alone."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("practice").setLevel(logging.INFO)
    logging.captureWarnings(True)


def log_request(
    *, request_id: str, actor_id: str | None, method: str, route: str, status: int, ms: int, size: int, cut: bool
) -> None:
    """One request that ended; ``route`` is the route's template, so that no id of anything is in the line."""
    fields = {
        "request_id": request_id,
        "actor_id": actor_id,
        "method": known_method(method),
        "route": route,
        "status": status,
        "ms": ms,
        "bytes": size,
        "cut": cut or None,
    }
    _ACCESS.info("request", extra={_EXTRA: fields})


def log_failure(error: BaseException, request_id: str) -> None:
    """An error, by its class and the places it came through; its own text may hold anything and is not written."""
    fields = {"request_id": request_id, "error": type(error).__name__, "places": places_of(error)}
    _FAILURES.error("failure", extra={_EXTRA: fields})


def known_method(method: str) -> str:
    """The method where it is one of HTTP's; what somebody made up is not repeated."""
    return method if method in METHODS else "OTHER"


def places_of(error: BaseException) -> list[str]:
    """Where an error came through, as ``file:line``, the last place last, and those of its causes before them."""
    found = [
        f"{type(part).__name__} {PurePath(frame.filename).name}:{frame.lineno}"
        for part in _with_causes(error)
        for frame in traceback.extract_tb(part.__traceback__)
    ]
    return found[-_MOST_PLACES:]


def _with_causes(error: BaseException) -> Iterator[BaseException]:
    """Causes first; a cause that comes round again is told once."""
    chain: list[BaseException] = []
    current: BaseException | None = error
    while current is not None and current not in chain:
        chain.append(current)
        current = current.__cause__ or current.__context__
    yield from reversed(chain)
