"""Takes queued jobs to the engine: fair between people, no more than the workers can do, and none forgotten."""

from __future__ import annotations

import logging

from sqlalchemy import ColumnElement, Connection, func, or_, select, update

from pipelines.execution.engine import Engine
from service.barriers import barrier
from service.clock import AHEAD_MS
from service.database.tables import job, recording, session, worker
from service.database.words import JobState, SessionState
from service.jobs.beats import database_ms
from service.jobs.records import WORKABLE, Queue, RecordingKind
from service.parts import Parts

SETTLED_MS = 5_000
"""A job that was dispatched this long ago is known to the engine, or was lost on the way."""
ENDED = (JobState.DONE, JobState.FAILED, JobState.CANCELLED)
_log = logging.getLogger("practice.jobs")


class Dispatcher:
    """One worker's part of sharing out; any number of workers may do it at once."""

    def __init__(
        self, parts: Parts, engine: Engine, *, lost_after_ms: int, most_each: int, settled_ms: int = SETTLED_MS
    ) -> None:
        self._parts = parts
        self._engine = engine
        self._lost_after_ms = lost_after_ms
        self._most_each = most_each
        self._settled_ms = settled_ms

    def dispatch(self) -> int:
        """Hand jobs to the engine while there are free workers; returns how many."""
        with self._parts.database.reading() as rows:
            if not _anything(rows, self._parts.clock()):
                return 0
        with self._parts.database.writing() as rows:
            chosen = [one for queue in Queue for one in self._choose(rows, queue)]
        if chosen:
            barrier("job.dispatched")
        for job_id, queue, stages in chosen:
            self._engine.submit(job_id, queue, stages)
            barrier("job.submitted")
        return len(chosen)

    def reconcile(self) -> None:
        """Submit again what runs by its row and not in the engine; forget there what has ended or was dropped."""
        for job_id in self._engine.dropped(self._settled_ms / 1000):
            _log.warning("job %s: how it went could not be stored; it is taken up again", job_id)
            self._engine.forget(job_id)
        settled = self._parts.clock() - self._settled_ms
        running = select(job.c.id, job.c.queue, job.c.stage, recording.c.kind).join(
            recording, recording.c.id == job.c.recording_id
        )
        running = running.where(job.c.state == JobState.RUNNING, job.c.stage_started_ms <= settled)
        with self._parts.database.reading() as rows:
            left = rows.execute(running).all()
        for row in left:
            if not self._engine.standing(row.id).alive:
                self._engine.submit(row.id, row.queue, RecordingKind(row.kind).stages_from(row.stage))
        self._forget()

    def _forget(self) -> None:
        """The engine's tables would grow for ever; the outcome stands in the job's row."""
        over = self._engine.ended(100)
        with self._parts.database.reading() as rows:
            going = set(rows.execute(select(job.c.id).where(job.c.id.in_(over), job.c.state.not_in(ENDED))).scalars())
        for job_id in over:
            if job_id not in going:
                self._engine.forget(job_id)
                barrier("job.forgotten")

    def _choose(self, rows: Connection, queue: Queue) -> list[tuple[str, Queue, tuple[str, ...]]]:
        chosen = []
        for _ in range(self._free(rows, queue)):
            job_id = next_job(rows, queue, self._parts.clock(), self._most_each)
            if job_id is None:
                break
            chosen.append((job_id, queue, self._begin(rows, job_id)))
        return chosen

    def _begin(self, rows: Connection, job_id: str) -> tuple[str, ...]:
        now = self._parts.clock()
        begun = {"state": JobState.RUNNING, "started_ms": func.coalesce(job.c.started_ms, now), "stage_started_ms": now}
        rows.execute(update(job).where(job.c.id == job_id).values(begun))
        its = select(job.c.session_id, job.c.stage, recording.c.kind).join(
            recording, recording.c.id == job.c.recording_id
        )
        row = rows.execute(its.where(job.c.id == job_id)).one()
        workable = session.c.state.in_(WORKABLE)
        rows.execute(
            update(session).where(session.c.id == row.session_id, workable).values(state=SessionState.PROCESSING)
        )
        return RecordingKind(row.kind).stages_from(row.stage)

    def _free(self, rows: Connection, queue: Queue) -> int:
        alive = worker.c.seen_ms > database_ms(rows) - self._lost_after_ms
        listening = rows.execute(select(worker.c.queues).where(alive)).scalars()
        places = sum(queue in queues.split(" ") for queues in listening)
        running = select(func.count()).where(job.c.state == JobState.RUNNING, job.c.queue == queue)
        return places - int(rows.execute(running).scalar_one())


def next_job(rows: Connection, queue: Queue, now_ms: int, most_each: int) -> str | None:
    """The job whose turn it is: of whom the fewest run, then of whom waited longest for a turn, then the oldest."""
    ready = (job.c.state == JobState.QUEUED, job.c.queue == queue, _is_time(now_ms))
    oldest = select(job.c.person_id, func.min(job.c.created_ms).label("since")).where(*ready)
    waiting = rows.execute(oldest.group_by(job.c.person_id)).all()
    running = select(job.c.person_id, func.count().label("many")).where(job.c.state == JobState.RUNNING)
    many = {row.person_id: row.many for row in rows.execute(running.group_by(job.c.person_id))}
    begun = select(job.c.person_id, func.max(job.c.started_ms).label("last")).group_by(job.c.person_id)
    last = {row.person_id: row.last or 0 for row in rows.execute(begun)}
    turns = [row for row in waiting if many.get(row.person_id, 0) < most_each]
    if not turns:
        return None
    turn = min(turns, key=lambda row: (many.get(row.person_id, 0), last.get(row.person_id, 0), row.since))
    its = select(job.c.id).where(*ready, job.c.person_id == turn.person_id)
    found: str = rows.execute(its.order_by(job.c.created_ms, job.c.id).limit(1)).scalar_one()
    return found


def _anything(rows: Connection, now_ms: int) -> bool:
    ready = select(job.c.id).where(job.c.state == JobState.QUEUED, _is_time(now_ms)).limit(1)
    return rows.execute(ready).first() is not None


def _is_time(now_ms: int) -> ColumnElement[bool]:
    """No wait is as long as `AHEAD_MS`: one that ends later was written by a clock that has been put right since."""
    return or_(job.c.not_before_ms <= now_ms, job.c.not_before_ms > now_ms + AHEAD_MS)
