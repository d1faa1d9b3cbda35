"""Audit events of what is done to the installation by whoever administers its machine."""

from __future__ import annotations

from service.audit.records import NOBODY, Action, ActorRole, AuditEvent, Kind, Outcome, Purpose
from service.database.words import StaffRole
from service.ids import new_id
from service.keybroker.ports import Actor
from service.parts import Parts


def at_the_machine() -> Actor:
    """Whoever runs a command here: the machine's own administrator, whom the audit calls the system."""
    return Actor(
        person_id=NOBODY, roles=frozenset({StaffRole.ADMINISTRATOR}), request_id=new_id(), system=True
    )  # fmt: skip


def tell(
    parts: Parts, action: Action, kind: Kind, *, object_id: str, request_id: str, outcome: Outcome = Outcome.DONE
) -> None:
    """Write one event, durable when this returns. Raises DatabaseUnavailableError."""
    with parts.database.writing() as rows:
        parts.trail.append(rows, AuditEvent(
            when_ms=parts.clock(), actor_id=NOBODY, role=ActorRole.SYSTEM, action=action, kind=kind,
            object_id=object_id, purpose=Purpose.OPERATION, outcome=outcome, request_id=request_id,
        ))  # fmt: skip
