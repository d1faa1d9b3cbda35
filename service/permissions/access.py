"""Who may change what a session's participants agreed to: its worker, and administrators. Refusals are audited."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from models.records.coding import Setting
from service.audit.records import NOBODY, Action, AuditEvent, Kind, Outcome, Purpose
from service.database.words import SessionState, StaffRole
from service.ids import is_id
from service.keybroker.errors import RefusedError
from service.keybroker.ports import Actor
from service.parts import Parts
from service.permissions import store
from service.permissions.errors import SessionOverError


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One thing that somebody does to a session, in one transaction with its audit event."""

    parts: Parts
    rows: Connection
    event: AuditEvent
    state: SessionState

    def tell(self, kind: Kind, object_id: str, commitment: str | None = None) -> None:
        """Write the audit event of what was done."""
        done = replace(self.event, kind=kind, object_id=object_id, commitment=commitment)
        self.parts.trail.append(self.rows, done)

    def refuse_over(self) -> None:
        """Raise SessionOverError where the session was withdrawn or erased."""
        if self.state in store.OVER:
            raise SessionOverError


@contextmanager
def acting(
    parts: Parts, actor: Actor, session_id: str, action: Action, *,
    owner: bool = True, administrator: bool = True, purpose: Purpose | None = None,
) -> Iterator[Act]:  # fmt: skip
    """A transaction in which the actor may do this to the session: as ``administrator``, as its ``owner`` or as either.

    Raises RefusedError, after an audit row of its own, for anybody else and for a session that does not exist.
    """
    event = AuditEvent(
        when_ms=parts.clock(), actor_id=actor.person_id, role=actor.role_in_audit(), action=action, kind=Kind.SESSION,
        object_id=session_id if is_id(session_id) else NOBODY, purpose=purpose or Purpose.OPERATION,
        outcome=Outcome.DONE, request_id=actor.request_id, session_id=session_id if is_id(session_id) else None,
    )  # fmt: skip
    try:
        with parts.database.writing() as rows:
            found = store.session_row(rows, session_id)
            role = None
            if found is not None:
                theirs = owner and actor.person_id == found.worker_id
                role = _acting_role(actor, theirs, Setting(found.setting), administrator)
            if found is None or (role is None and not actor.system):
                raise RefusedError("no session" if found is None else "not theirs")
            told = replace(event, role=actor.role_in_audit(role))
            yield Act(parts=parts, rows=rows, event=told, state=SessionState(found.state))
    except RefusedError:
        with parts.database.writing() as rows:
            parts.trail.append(rows, replace(event, action=Action.DENIAL, outcome=Outcome.DENIED))
        raise


@contextmanager
def administering(parts: Parts, actor: Actor, action: Action) -> Iterator[Connection]:
    """A transaction in which an administrator changes something of the installation, with its audit event.

    Raises RefusedError, after an audit row of its own, for anybody else.
    """
    allowed = StaffRole.ADMINISTRATOR in actor.roles
    event = AuditEvent(
        when_ms=parts.clock(), actor_id=actor.person_id, purpose=Purpose.OPERATION, request_id=actor.request_id,
        role=actor.role_in_audit(StaffRole.ADMINISTRATOR if allowed else None),
        action=action if allowed else Action.DENIAL, kind=Kind.INSTALLATION, object_id=NOBODY,
        outcome=Outcome.DONE if allowed else Outcome.DENIED,
    )  # fmt: skip
    with parts.database.writing() as rows:
        parts.trail.append(rows, event)
        if allowed:
            yield rows
    if not allowed:
        raise RefusedError("not an administrator")


def _acting_role(actor: Actor, theirs: bool, setting: Setting, administrator: bool) -> StaffRole | None:
    """A manager's own session is one of supervision, as the policy has it."""
    if administrator and StaffRole.ADMINISTRATOR in actor.roles:
        return StaffRole.ADMINISTRATOR
    if theirs and StaffRole.PRACTITIONER in actor.roles:
        return StaffRole.PRACTITIONER
    manages = theirs and setting is Setting.SUPERVISION and StaffRole.MANAGER in actor.roles
    return StaffRole.MANAGER if manages else None
