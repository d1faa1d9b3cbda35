"""The audit events of passkeys."""

from __future__ import annotations

from service.audit.records import NOBODY, Action, ActorRole, AuditEvent, Kind, Outcome, Purpose


def changed(passkey_id: str, person_id: str, now_ms: int, request_id: str) -> AuditEvent:
    """A person added or removed one of their own."""
    return AuditEvent(
        when_ms=now_ms, actor_id=person_id, role=ActorRole.NOBODY, action=Action.ADMINISTRATION, kind=Kind.PASSKEY,
        object_id=passkey_id, purpose=Purpose.OPERATION, outcome=Outcome.DONE, request_id=request_id,
    )  # fmt: skip


def went_back(passkey_id: str, now_ms: int, request_id: str) -> AuditEvent:
    """A passkey came with a count that it has had already: there may be a copy of it. It was turned away."""
    return AuditEvent(
        when_ms=now_ms, actor_id=NOBODY, role=ActorRole.NOBODY, action=Action.SIGN_IN, kind=Kind.PASSKEY,
        object_id=passkey_id, purpose=Purpose.OPERATION, outcome=Outcome.DENIED, request_id=request_id,
    )  # fmt: skip
