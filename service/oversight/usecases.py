"""What needs attention now, and how workers, queues and storage are; for administrators alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from service.audit.checking import LastBackup, last_backup
from service.database.words import SessionState
from service.erasure.overview import unfinished_count
from service.jobs.overview import (
    FailedJob,
    QueueLength,
    WorkerSeen,
    failed_count,
    failed_jobs,
    queue_lengths,
    workers,
)
from service.jobs.records import Queue
from service.keybroker.ports import Actor
from service.oversight import store
from service.parts import Parts
from service.people.acting import looking
from service.people.dossier import Invitation, invitations
from service.permissions.overview import sessions_by_state
from service.retention.overview import ClockState, clock_state
from service.retention.schedule import Due
from service.retention.usecases import preview

MOST_FAILED = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Attention:
    """What an administrator looks at first. ``due``: deletions within the notice; ``erasing``: not certified yet."""

    invitations: tuple[Invitation, ...]
    sessions: Mapping[SessionState, int]
    failed: int
    due: tuple[Due, ...]
    erasing: int
    clock: ClockState
    backup: LastBackup | None
    workers: tuple[WorkerSeen, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """How the work goes. Bytes: what is kept of recordings, and of what was made of them."""

    workers: tuple[WorkerSeen, ...]
    queues: Mapping[Queue, QueueLength]
    failed: tuple[FailedJob, ...]
    failed_count: int
    recorded_bytes: int
    made_bytes: int
    backup: LastBackup | None


def attention(parts: Parts, actor: Actor) -> Attention:
    """What needs attention. Raises RefusedError."""
    due = tuple(preview(parts, actor))
    with looking(parts, actor) as act:
        return Attention(
            invitations=tuple(invitations(act.rows, act.now_ms)), sessions=sessions_by_state(act.rows),
            failed=failed_count(act.rows), due=due, erasing=unfinished_count(act.rows),
            clock=clock_state(act.rows, act.now_ms), backup=last_backup(act.rows), workers=workers(act.rows),
        )  # fmt: skip


def running(parts: Parts, actor: Actor) -> Running:
    """How workers, queues and storage are. Raises RefusedError."""
    with looking(parts, actor) as act:
        recorded, made = store.kept_bytes(act.rows)
        return Running(
            workers=workers(act.rows), queues=queue_lengths(act.rows), failed=failed_jobs(act.rows, MOST_FAILED),
            failed_count=failed_count(act.rows), recorded_bytes=recorded, made_bytes=made,
            backup=last_backup(act.rows),
        )  # fmt: skip
