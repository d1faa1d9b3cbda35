"""Administrators have the chain checked, take the audit away as a file, and see when the last backup was made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from service.audit.anchors import Anchors, read_anchors
from service.audit.keys import Keyring
from service.audit.looking import MOST_LOOKED
from service.audit.reading import Filter, csv_lines, readings
from service.audit.records import NOBODY, Action, ActorRole, Kind, Outcome
from service.audit.sql_rows import SqlRows
from service.audit.store import each_row
from service.audit.verification import Verification, verify
from service.keybroker.ports import Actor
from service.parts import Parts
from service.permissions.access import administering


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What came of checking the chain, and the anchors that it was held against."""

    result: Verification
    anchors: Anchors


@dataclass(frozen=True, slots=True, kw_only=True)
class LastBackup:
    """The newest backup in the audit: when, in ms since 1970, and whether it was finished."""

    when_ms: int
    finished: bool


def check(parts: Parts, actor: Actor, keys: Keyring, anchors: Path) -> Checked:
    """Check every row against keys and anchors; it takes seconds where there are very many.

    Raises RefusedError, AnchorFileError, AuditDatabaseError.
    """
    with administering(parts, actor, Action.VIEW):
        pass
    known = read_anchors(anchors)  # before the rows: an anchor written in between would look like rows cut off
    with parts.database.reading() as connection:
        rows = SqlRows(connection)
        return Checked(result=verify(each_row(rows), keys, known, rows.head()), anchors=known)


def export(parts: Parts, actor: Actor, chosen: Filter) -> Iterator[str]:
    """The events that are wanted as lines of comma-separated values, oldest first. Raises RefusedError at once."""
    with administering(parts, actor, Action.EXPORT):
        pass
    return _lines(parts, chosen)


def last_backup(connection: Connection) -> LastBackup | None:
    """The newest backup among the last `MOST_LOOKED` events; None where there is none. Raises AuditDatabaseError."""
    rows = SqlRows(connection).before(None, MOST_LOOKED)
    for reading in readings(rows, Filter(actions=frozenset({Action.EXPORT}))):
        event = reading.event
        if event is None or event.kind is not Kind.INSTALLATION or event.role is not ActorRole.SYSTEM:
            continue
        if event.object_id != NOBODY:
            return LastBackup(when_ms=event.when_ms, finished=event.outcome is Outcome.DONE)
    return None


def _lines(parts: Parts, chosen: Filter) -> Iterator[str]:
    with parts.database.reading() as connection:
        for _, line in csv_lines(readings(each_row(SqlRows(connection)), chosen)):
            yield line
