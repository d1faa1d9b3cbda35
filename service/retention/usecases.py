"""What will be deleted, deleting what is due, and for how long things are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from service.audit.records import NOBODY, Action, ActorRole, AuditEvent, Kind, Outcome, Purpose
from service.barriers import barrier
from service.database.words import ErasureTrigger, StaffRole
from service.erasure.compaction import compact
from service.erasure.requests import request_erasure
from service.keybroker.errors import RefusedError
from service.keybroker.ports import Actor
from service.parts import Parts
from service.permissions.access import administering
from service.retention import schedule, store
from service.retention.schedule import NOTICE_MS, Due, Schedule, dues
from service.retention.watch import ClockWatch

BATCH = 50
"""So many deletions share a transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What a run did. ``paused``: nothing, because the clock cannot be believed. ``held``: due, but under a hold."""

    paused: bool = False
    kinds: int = 0
    sessions: int = 0
    held: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What one transaction goes by."""

    schedules: Mapping[schedule.Kind, Schedule]
    held: frozenset[str]
    now: int


def preview(parts: Parts, actor: Actor) -> list[Due]:
    """What will be deleted within the notice, or is overdue, soonest first: of all, or of the worker's own sessions.

    Raises RefusedError for anybody who is neither a worker nor an administrator.
    """
    everything = StaffRole.ADMINISTRATOR in actor.roles
    if not everything and StaffRole.PRACTITIONER not in actor.roles:
        raise RefusedError("no sessions of their own")
    with parts.database.reading() as rows:
        return _due(rows, parts.clock(), parts.clock() + NOTICE_MS, None if everything else actor.person_id)


def preview_own(parts: Parts, actor: Actor) -> list[Due]:
    """What of the actor's own sessions will be deleted within the notice, or is overdue, soonest first."""
    with parts.database.reading() as rows:
        return _due(rows, parts.clock(), parts.clock() + NOTICE_MS, actor.person_id)


def periods(parts: Parts) -> Mapping[schedule.Kind, Schedule]:
    """How long each kind is kept here, now and from later on."""
    with parts.database.reading() as rows:
        return store.schedules(rows)


def set_days(parts: Parts, actor: Actor, kind: schedule.Kind, days: int) -> None:
    """Keep a kind for so many days. A shorter time comes into force after the notice, so that nobody is surprised.

    Raises RefusedError, ScheduleError.
    """
    with administering(parts, actor, Action.ADMINISTRATION) as rows:
        changed = store.schedules(rows)[kind].changed(days, parts.clock())
        store.write_setting(rows, f"retention.{kind}", changed.packed())


def run(parts: Parts, watch: ClockWatch, request_id: str) -> Ran:
    """Delete what is due now; whole sessions are handed to the eraser. Nothing while the clock cannot be believed.

    Doing it again is harmless; a death in the middle leaves the rest for the next run. Run it every hour.
    """
    if not watch.look():
        return Ran(paused=True)
    now = parts.clock()
    with parts.database.reading() as rows:
        found = _due(rows, now, now)
    ready = [one for one in found if not one.held]
    done: list[Due] = []
    for batch in _batches(ready):
        with parts.database.writing() as rows:
            plan = Plan(schedules=store.schedules(rows), held=store.held_sessions(rows, now), now=now)
            done += [one for one in batch if _deleted(parts, rows, one, request_id, plan)]
        barrier("retention.deleted")
    kinds = sum(one.kind is not None for one in done)
    if kinds:
        compact(parts.database)
    return Ran(kinds=kinds, sessions=len(done) - kinds, held=len(found) - len(ready))


def _due(rows: Connection, now: int, until: int, worker_id: str | None = None) -> list[Due]:
    schedules, held = store.schedules(rows), store.held_sessions(rows, now)
    found = [
        replace(one, held=one.session_id in held)
        for kept in store.kept(rows, worker_id=worker_id)
        for one in dues(kept, schedules)
        if one.due_ms <= until
    ]
    return sorted(found, key=lambda one: (one.due_ms, one.session_id, one.kind or ""))


def _deleted(parts: Parts, rows: Connection, due: Due, request_id: str, plan: Plan) -> bool:
    """Look once more within the transaction, because a hold may have come; then delete. Says whether it was done."""
    kept, now = store.kept_one(rows, due.session_id), plan.now
    if kept is None or due.session_id in plan.held:
        return False
    due_now = {one.kind: one.due_ms for one in dues(kept, plan.schedules)}
    if due_now.get(due.kind, now + 1) > now:
        return False
    if due.kind is None:
        cause = ErasureTrigger.UNUSED if kept.confirmed_ms is None else ErasureTrigger.RETENTION
        request_erasure(rows, due.session_id, cause, requested_by=NOBODY, request_id=request_id, now=now)
    elif due.kind is schedule.Kind.COPIES:
        over = store.copies_over(rows, due.session_id, plan.schedules[due.kind], now)
        for blob_id in over:
            parts.blobs.delete(blob_id)
        store.delete_copies(rows, over)
    else:
        for blob_id in store.blobs_of(rows, due.session_id, due.kind):
            parts.blobs.delete(blob_id)
        store.delete_kind(rows, due.session_id, due.kind, now)
    parts.trail.append(rows, _event(due, request_id, now))
    return True


def _batches(found: Sequence[Due]) -> list[Sequence[Due]]:
    return [found[start : start + BATCH] for start in range(0, len(found), BATCH)]


def _event(due: Due, request_id: str, now: int) -> AuditEvent:
    return AuditEvent(
        when_ms=now, actor_id=NOBODY, role=ActorRole.SYSTEM, action=Action.ERASURE,
        kind=Kind.SESSION if due.kind is None else Kind.ARTEFACT, object_id=due.session_id,
        purpose=Purpose.OPERATION, outcome=Outcome.DONE, request_id=request_id, session_id=due.session_id,
    )  # fmt: skip
