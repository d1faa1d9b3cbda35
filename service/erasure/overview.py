"""The queue of erasures and their certificates, for administrators. Looks are audited."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from service.api.paging import Wanted, read_page
from service.audit.records import Action
from service.database.tables import erasure
from service.database.words import ErasureState, ErasureTrigger
from service.erasure import store
from service.erasure.errors import NoSuchErasureError
from service.keybroker.ports import Actor
from service.parts import Parts
from service.permissions.access import administering

_COLUMNS = (
    erasure.c.id, erasure.c.session_id, erasure.c.state, erasure.c.cause, erasure.c.requested_ms, erasure.c.changed_ms,
    erasure.c.certificate.is_not(None).label("certified"),
)  # fmt: skip
_WAITING = (ErasureState.REQUESTED, ErasureState.FENCED)


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureLine:
    """An erasure; times in ms since 1970. ``held_until_ms``: a hold keeps its key so long; None: none does."""

    id: str
    session_id: str
    state: ErasureState
    cause: ErasureTrigger
    requested_ms: int
    changed_ms: int
    certified: bool
    held_until_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureLines:
    """A page of erasures, newest first, and the cursor of the next one."""

    items: tuple[ErasureLine, ...]
    next: str | None


def erasures_page(parts: Parts, actor: Actor, wanted: Wanted) -> ErasureLines:
    """Erasures, newest first. Raises RefusedError, CursorError."""
    with administering(parts, actor, Action.VIEW) as rows:
        found = read_page(rows, select(*_COLUMNS), (erasure.c.requested_ms, erasure.c.id), wanted)
        now = parts.clock()
        lines = []
        for row in found.rows:
            waits = row["state"] in _WAITING
            held = store.active_hold(rows, row["session_id"], now) if waits else None
            words = {"state": ErasureState(row["state"]), "cause": ErasureTrigger(row["cause"])}
            lines.append(ErasureLine(**dict(row) | words, held_until_ms=None if held is None else held.until_ms))
    return ErasureLines(items=tuple(lines), next=found.next)


def certificate_of(parts: Parts, actor: Actor, erasure_id: str) -> bytes:
    """The signed certificate of an erasure, as JSON. Raises RefusedError, NoSuchErasureError while there is none."""
    with administering(parts, actor, Action.EXPORT) as rows:
        found = store.get(rows, erasure_id)
    if found is None or found.certificate is None:
        raise NoSuchErasureError
    return found.certificate


def unfinished_count(rows: Connection) -> int:
    """How many erasures are not certified yet."""
    waiting = select(func.count()).select_from(erasure).where(erasure.c.state != ErasureState.CERTIFIED)
    return int(rows.execute(waiting).scalar_one())
