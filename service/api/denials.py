"""Tells the audit of whoever was turned away at a route, before anything that it is for was asked."""

from __future__ import annotations

from collections.abc import Callable

from service.audit.records import NOBODY, Action, AuditEvent, Kind, Outcome, Purpose
from service.ids import is_id
from service.keybroker.ports import Actor
from service.parts import Parts


def denials(parts: Parts) -> Callable[[Actor, str | None], None]:
    """What records that a person's roles, or their token's scopes, are not for a route; of a session if of one."""

    def denied(actor: Actor, session_id: str | None) -> None:
        about = session_id if session_id is not None and is_id(session_id) else None
        event = AuditEvent(
            when_ms=parts.clock(), actor_id=actor.person_id, role=actor.role_in_audit(min(actor.roles, default=None)),
            action=Action.DENIAL, kind=Kind.SESSION if about else Kind.INSTALLATION, object_id=about or NOBODY,
            purpose=Purpose.OPERATION, outcome=Outcome.DENIED, request_id=actor.request_id, session_id=about,
        )  # fmt: skip
        with parts.database.writing() as rows:
            parts.trail.append(rows, event)

    return denied
