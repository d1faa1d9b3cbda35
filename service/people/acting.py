"""Lets administrators act, and nobody else: the look at the role, the act and its audit event are one transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection

from service.audit.records import NOBODY, Action, ActorRole, AuditEvent, Kind, Outcome, Purpose, is_id
from service.database.words import StaffRole
from service.keybroker.errors import RefusedError
from service.keybroker.ports import Actor
from service.parts import Parts
from service.people import store


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """The open transaction of one act, and its time in milliseconds since 1970."""

    rows: Connection
    now_ms: int


@contextmanager
def administering(parts: Parts, actor: Actor, kind: Kind, object_id: str) -> Iterator[Act]:
    """Act as administrator on one thing; the audit event follows the act.

    The role must be in the request and still hold in the database. Raises RefusedError, after recording the denial.
    """
    now_ms = parts.clock()
    with parts.database.writing() as rows:
        if administers(rows, actor, now_ms):
            yield Act(rows=rows, now_ms=now_ms)
            parts.trail.append(rows, happened(actor, kind, object_id, now_ms, role=ActorRole.ADMINISTRATOR))
            return
    deny(parts, actor, kind, object_id)


@contextmanager
def looking(parts: Parts, actor: Actor) -> Iterator[Act]:
    """Read lists of staff as administrator. Raises RefusedError, after recording the denial."""
    now_ms = parts.clock()
    with parts.database.reading() as rows:
        if administers(rows, actor, now_ms):
            yield Act(rows=rows, now_ms=now_ms)
            return
    deny(parts, actor, Kind.INSTALLATION, NOBODY)


def administers(rows: Connection, actor: Actor, now_ms: int) -> bool:
    """Whether the actor's request carries the administrator's role and the database still says so."""
    if actor.system or StaffRole.ADMINISTRATOR not in actor.roles:
        return False
    return StaffRole.ADMINISTRATOR in store.active_roles(rows, actor.person_id, now_ms)


def deny(parts: Parts, actor: Actor, kind: Kind, object_id: str) -> None:
    """Record a denial, then raise RefusedError."""
    denial = happened(
        actor, kind, object_id, parts.clock(), action=Action.DENIAL, outcome=Outcome.DENIED,
        role=actor.role_in_audit(min(actor.roles, default=None)),
    )  # fmt: skip
    with parts.database.writing() as rows:
        parts.trail.append(rows, denial)
    raise RefusedError("role")


def happened(
    actor: Actor,
    kind: Kind,
    object_id: str,
    now_ms: int,
    *,
    role: ActorRole,
    action: Action = Action.ADMINISTRATION,
    outcome: Outcome = Outcome.DONE,
) -> AuditEvent:
    """The audit event of something that was done with people; without content, so its purpose is operation."""
    return AuditEvent(
        when_ms=now_ms, actor_id=actor.person_id, role=role, action=action, kind=kind,
        object_id=object_id if is_id(object_id) else NOBODY,
        purpose=Purpose.OPERATION, outcome=outcome, request_id=actor.request_id,
    )  # fmt: skip
