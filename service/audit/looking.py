"""Administrators look at the audit, newest first; that they looked is in it too."""

from __future__ import annotations

from dataclasses import dataclass

from service.audit.reading import Filter, Reading, readings
from service.audit.records import Action
from service.audit.sql_rows import SqlRows
from service.keybroker.ports import Actor
from service.parts import Parts
from service.permissions.access import administering

MOST_LOOKED = 5_000
"""So many rows are looked through for one page; a page may be short, or empty, and still have one after it."""
_STEP = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """Readings, newest first, and the number before which to go on; None where the chain begins."""

    readings: tuple[Reading, ...]
    before: int | None


def look(parts: Parts, actor: Actor, chosen: Filter, *, before: int | None, limit: int) -> Looked:
    """The newest events with lower numbers than ``before`` that are wanted, at most ``limit``.

    Raises RefusedError for anybody but administrators, AuditDatabaseError.
    """
    with administering(parts, actor, Action.VIEW):
        pass
    found: list[Reading] = []
    looked, place = 0, before
    with parts.database.reading() as connection:
        rows = SqlRows(connection)
        while looked < MOST_LOOKED:
            some = rows.before(place, _STEP)
            if not some:
                return Looked(readings=tuple(found), before=None)
            looked, place = looked + len(some), some[-1].sequence
            found += readings(some, chosen)
            if len(found) > limit:
                return Looked(readings=tuple(found[:limit]), before=found[limit - 1].sequence)
    return Looked(readings=tuple(found), before=place)
