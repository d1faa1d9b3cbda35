"""The erasure of a session that somebody asked for by letter, taken to its end by whoever runs the machine."""

from __future__ import annotations

from dataclasses import dataclass

from service.admin.acts import at_the_machine
from service.audit.records import Action, Kind
from service.barriers import barrier
from service.database.words import ErasureState, ErasureTrigger
from service.erasure import store
from service.erasure.errors import NoSuchErasureError
from service.erasure.machine import Eraser
from service.erasure.requests import request_erasure
from service.parts import Parts
from service.permissions.access import acting


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Where an erasure stands. ``certificate``: the signed proof once there is one, as JSON.

    ``held_until_ms``: a hold keeps the key so long, in ms since 1970; nobody can read the session meanwhile.
    """

    erasure_id: str
    state: ErasureState
    certificate: bytes | None
    held_until_ms: int | None


def erase(parts: Parts, eraser: Eraser, session_id: str) -> Asked:
    """Ask for a session's erasure and take it as far as it goes; asking again goes on, or gives the same proof.

    Raises RefusedError for a session that does not exist, and what `Eraser.advance` raises.
    """
    actor = at_the_machine()
    with acting(parts, actor, session_id, Action.ERASURE, owner=False) as act:
        found = request_erasure(
            act.rows, session_id, ErasureTrigger.REQUEST, requested_by=actor.person_id, request_id=actor.request_id,
            now=act.event.when_ms,
        )  # fmt: skip
        act.tell(Kind.SESSION, session_id)
    barrier("erasure.requested")
    eraser.advance(found.id)
    with parts.database.reading() as rows:
        after = store.get(rows, found.id)
        hold = store.active_hold(rows, session_id, parts.clock())
    if after is None:
        raise NoSuchErasureError
    waits = after.state in (ErasureState.REQUESTED, ErasureState.FENCED) and hold is not None
    return Asked(
        erasure_id=after.id, state=after.state, certificate=after.certificate,
        held_until_ms=int(hold.until_ms) if hold is not None and waits else None,
    )  # fmt: skip
