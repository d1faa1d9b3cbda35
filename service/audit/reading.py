"""Reading the audit: rows as events, filtered, as lines for people and as comma-separated values."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from service.audit.chain import Row, read_link
from service.audit.errors import AuditRefusedError
from service.audit.records import Action, AuditEvent

COLUMNS = (
    "sequence", "time", "action", "outcome", "kind", "object", "session", "actor", "role", "purpose", "request",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which events are wanted; None and no actions mean all. Times are ms since 1970 in UTC, half open."""

    actor_id: str | None = None
    actions: frozenset[Action] = frozenset()
    session_id: str | None = None
    since_ms: int | None = None
    until_ms: int | None = None

    def wants(self, event: AuditEvent) -> bool:
        """Whether the event is one of them. An event is about a session that it names, or is done to."""
        return (
            (self.actor_id is None or event.actor_id == self.actor_id)
            and (not self.actions or event.action in self.actions)
            and (self.session_id is None or self.session_id in (event.session_id, event.object_id))
            and (self.since_ms is None or event.when_ms >= self.since_ms)
            and (self.until_ms is None or event.when_ms < self.until_ms)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A row's number and its event; None where the row holds none that can be read."""

    sequence: int
    event: AuditEvent | None


def readings(rows: Iterable[Row], chosen: Filter) -> Iterator[Reading]:
    """The events that are wanted, and every row that cannot be read; the beginning of the chain is no event."""
    for row in rows:
        event = _event(row)
        if (event is None and row.sequence != 0) or (event is not None and chosen.wants(event)):
            yield Reading(sequence=row.sequence, event=event)


def utc(when_ms: int) -> str:
    """A time in UTC to the millisecond; times after the year 9999 as a number."""
    try:
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=when_ms)
    except OverflowError:
        return f"{when_ms} ms after 1970"
    return f"{moment:%Y-%m-%d %H:%M:%S}.{when_ms % 1000:03d} UTC"


def written(reading: Reading) -> str:
    """An event in two lines for people."""
    event = reading.event
    if event is None:
        return f"{reading.sequence}  cannot be read\n"
    session = "" if event.session_id is None else f", session {event.session_id}"
    return (
        f"{reading.sequence}  {utc(event.when_ms)}  {event.action} {event.outcome}: {event.kind} {event.object_id}\n"
        f"    by {event.role} {event.actor_id}, for {event.purpose}{session}, request {event.request_id}\n"
    )


def csv_lines(found: Iterable[Reading]) -> Iterator[tuple[Reading | None, str]]:
    """A line of column names, then a line for each reading beside it; unreadable ones have their number alone."""
    yield None, ",".join(COLUMNS) + "\r\n"
    for reading in found:
        line = io.StringIO()
        csv.writer(line).writerow(_cells(reading))
        yield reading, line.getvalue()


def _cells(reading: Reading) -> list[str]:
    event = reading.event
    if event is None:
        return [str(reading.sequence)] + [""] * (len(COLUMNS) - 1)
    return [
        str(reading.sequence), utc(event.when_ms), event.action, event.outcome, event.kind, event.object_id,
        event.session_id or "", event.actor_id, event.role, event.purpose, event.request_id,
    ]  # fmt: skip


def _event(row: Row) -> AuditEvent | None:
    try:
        return AuditEvent.parse(read_link(row.link).body)
    except (ValueError, AuditRefusedError):
        return None
