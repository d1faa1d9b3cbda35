"""Workers, queues and what failed in them, for whoever keeps the service running. Ids and known words alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, exists, func, select

from service.database.tables import job, worker
from service.database.words import JobFailure, JobState
from service.jobs.beats import database_ms
from service.jobs.health import LOST_AFTER_MS
from service.jobs.reasons import SENTENCES
from service.jobs.records import Queue


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerSeen:
    """A worker, and how long ago it was heard of in ms, by the database's clock."""

    id: str
    version: str
    queues: tuple[str, ...]
    started_ms: int
    silent_ms: int

    @property
    def alive(self) -> bool:
        """Whether it says that it lives."""
        return self.silent_ms <= LOST_AFTER_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueLength:
    """How many jobs wait in a queue, how many are worked on, and since when the oldest waits (ms since 1970)."""

    queued: int = 0
    running: int = 0
    oldest_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedJob:
    """A job that failed and was not tried again; ``sentence`` says what to do."""

    id: str
    session_id: str
    stage: str | None
    reason: JobFailure
    sentence: str
    ended_ms: int | None


def workers(rows: Connection) -> tuple[WorkerSeen, ...]:
    """Every worker that has not said goodbye, by its id."""
    now = database_ms(rows)
    return tuple(
        WorkerSeen(
            id=row.id, version=row.version, queues=tuple(row.queues.split()), started_ms=row.started_ms,
            silent_ms=max(0, now - row.seen_ms),
        )
        for row in rows.execute(select(worker).order_by(worker.c.id))
    )  # fmt: skip


def queue_lengths(rows: Connection) -> Mapping[Queue, QueueLength]:
    """How long each queue is."""
    at_work = job.c.state.in_((JobState.QUEUED, JobState.RUNNING))
    asked = select(job.c.queue, job.c.state, func.count().label("many"), func.min(job.c.created_ms).label("oldest"))
    found = {
        (row.queue, row.state): row for row in rows.execute(asked.where(at_work).group_by(job.c.queue, job.c.state))
    }
    lengths = {}
    for queue in Queue:
        queued, running = found.get((queue, JobState.QUEUED)), found.get((queue, JobState.RUNNING))
        lengths[queue] = QueueLength(
            queued=queued.many if queued else 0, running=running.many if running else 0,
            oldest_ms=queued.oldest if queued else None,
        )  # fmt: skip
    return lengths


def failed_count(rows: Connection) -> int:
    """How many jobs failed and were not tried again."""
    return int(rows.execute(select(func.count()).select_from(job).where(_failed())).scalar_one())


def failed_jobs(rows: Connection, most: int) -> tuple[FailedJob, ...]:
    """Jobs that failed and were not tried again, the last one first, at most so many."""
    asked = select(job).where(_failed()).order_by(job.c.ended_ms.desc(), job.c.id).limit(most)
    found = []
    for row in rows.execute(asked):
        reason = JobFailure(row.reason) if row.reason else JobFailure.ENGINE_FAILED
        found.append(FailedJob(
            id=row.id, session_id=row.session_id, stage=row.stage, reason=reason, sentence=SENTENCES[reason],
            ended_ms=row.ended_ms,
        ))  # fmt: skip
    return tuple(found)


def _failed() -> ColumnElement[bool]:
    later = job.alias()
    again = exists().where(later.c.recording_id == job.c.recording_id, later.c.created_ms > job.c.created_ms)
    return and_(job.c.state == JobState.FAILED, ~again)
