"""A worker's claim on a stage: nothing is kept unless fence, permission epoch and wish to go on are as they were."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Row, Update, exists, select, update

from service.audit.records import NOBODY, Action, ActorRole, AuditEvent, Kind, Outcome, Purpose
from service.database.tables import artefact, job, session
from service.database.words import JobFailure, JobState, SessionState
from service.jobs.errors import JobStoppedError, LostClaimError
from service.jobs.pace import learn
from service.jobs.records import BACKOFF_MS, MOST_ATTEMPTS, WORKABLE, Claim, Document, Queue
from service.parts import Parts


class Claims:
    """Claims of one worker; each method is one transaction."""

    def __init__(self, parts: Parts, worker_id: str) -> None:
        self._parts = parts
        self._worker_id = worker_id

    def take(self, job_id: str, stage: str, *, outlived: int | None = None) -> Claim | None:
        """Claim a stage with a new fence. None where the job does not go on; then its row says why.

        ``outlived`` is the fence of this process's last claim on the job: where nobody has claimed it since, no worker
        was lost and the same stage is not counted again.
        """
        with self._parts.database.writing() as rows:
            row = _job(rows, job_id)
            if row is None or row.state != JobState.RUNNING:
                return None
            attempt = row.attempts + (row.fence != outlived) if row.stage == stage else 1
            if (reason := _barred(row)) or attempt > MOST_ATTEMPTS:
                self._end(rows, row, reason or JobFailure.WORKER_LOST)
                return None
            values = {
                "fence": row.fence + 1,
                "worker_id": self._worker_id,
                "stage": stage,
                "attempts": attempt,
                "fraction": 0.0,
                "stage_started_ms": self._parts.clock(),
                "permission_epoch": row.session_epoch,
            }
            rows.execute(update(job).where(job.c.id == job_id).values(**values))
        return Claim(
            job_id=job_id,
            session_id=row.session_id,
            recording_id=row.recording_id,
            stage=stage,
            fence=row.fence + 1,
            permission_epoch=row.session_epoch,
            attempt=attempt,
            audio_ms=row.audio_ms,
            queue=Queue(row.queue),
        )

    def tell(self, claim: Claim, fraction: float) -> None:
        """Store how far the stage is. Raises JobStoppedError where it is not to go on."""
        with self._parts.database.writing() as rows:
            if not _changed(rows, _held(claim).values(fraction=min(1.0, max(0.0, fraction)))):
                raise JobStoppedError

    def keep(
        self,
        claim: Claim,
        what: Callable[[Connection], None],
        *,
        measured: tuple[str, int] | None = None,
        audio_ms: int | None = None,
        last: bool = False,
    ) -> None:
        """Do ``what`` in a transaction that only holds if the claim does. Raises LostClaimError; nothing is kept then.

        ``measured`` is a stage and the milliseconds that it took. With ``last`` the job is done and its session ready,
        in the same transaction.
        """
        values: dict[str, Any] = {"fraction": 1.0}
        if audio_ms is not None:
            values["audio_ms"] = audio_ms
        if last:
            values |= {"state": JobState.DONE, "ended_ms": self._parts.clock()}
        with self._parts.database.writing() as rows:
            if not _changed(rows, _held(claim).values(**values)):
                raise LostClaimError
            what(rows)
            length = audio_ms or claim.audio_ms
            if length and measured:
                learn(rows, measured[0], length, measured[1])
            if last:
                self._move(rows, claim.session_id, SessionState.READY)
            self._parts.trail.append(rows, self._event(claim.job_id, claim.session_id, Outcome.DONE))

    def give_up(self, claim: Claim, reason: JobFailure, *, useless: bool) -> None:
        """After a failed stage: wait for the next attempt, or end the job where that is useless or was the last."""
        with self._parts.database.writing() as rows:
            row = _job(rows, claim.job_id)
            if row is None or not _mine(row, claim):
                return
            if barred := _barred(row):
                self._end(rows, row, barred)
            elif useless or claim.attempt >= MOST_ATTEMPTS:
                self._end(rows, row, reason)
            else:
                self._back(rows, row, self._parts.clock() + BACKOFF_MS[claim.attempt - 1], row.attempts)

    def hand_back(self, claim: Claim, *, wait_ms: int = 0) -> None:
        """After a stage that was stopped: end the job where that is why, else let a worker begin it again, after
        ``wait_ms`` where that is given. It does not count as an attempt."""
        with self._parts.database.writing() as rows:
            row = _job(rows, claim.job_id)
            if row is None or not _mine(row, claim):
                return
            if barred := _barred(row):
                self._end(rows, row, barred)
            else:
                not_before_ms = self._parts.clock() + wait_ms if wait_ms else 0
                self._back(rows, row, not_before_ms, max(0, row.attempts - 1))

    def give_to(self, claim: Claim, queue: Queue) -> None:
        """Let a worker of another queue begin the stage again."""
        with self._parts.database.writing() as rows:
            row = _job(rows, claim.job_id)
            if row is not None and _mine(row, claim):
                self._back(rows, row, 0, 0, queue=queue)

    def _back(
        self, rows: Connection, row: Row[Any], not_before_ms: int, attempts: int, *, queue: Queue | None = None
    ) -> None:
        values = {"state": JobState.QUEUED, "not_before_ms": not_before_ms, "attempts": attempts, "worker_id": None}
        values["queue"] = queue or row.queue
        rows.execute(update(job).where(job.c.id == row.id).values(fence=row.fence + 1, fraction=0.0, **values))

    def _end(self, rows: Connection, row: Row[Any], reason: JobFailure) -> None:
        cancelled = reason is JobFailure.CANCELLED
        unmade = SessionState.WAITING if cancelled else SessionState.FAILED
        values = {"state": JobState.CANCELLED if cancelled else JobState.FAILED, "reason": reason}
        rows.execute(
            update(job).where(job.c.id == row.id).values(fence=row.fence + 1, ended_ms=self._parts.clock(), **values)
        )
        self._move(rows, row.session_id, SessionState.READY if _made_before(rows, row.session_id) else unmade)
        self._parts.trail.append(rows, self._event(row.id, row.session_id, Outcome.FAILED))

    def _move(self, rows: Connection, session_id: str, state: SessionState) -> None:
        rows.execute(
            update(session).where(session.c.id == session_id, session.c.state.in_(WORKABLE)).values(state=state)
        )

    def _event(self, job_id: str, session_id: str, outcome: Outcome) -> AuditEvent:
        return AuditEvent(
            when_ms=self._parts.clock(),
            actor_id=NOBODY,
            role=ActorRole.SYSTEM,
            action=Action.EDIT,
            kind=Kind.JOB,
            object_id=job_id,
            purpose=Purpose.OPERATION,
            outcome=outcome,
            request_id=job_id,
            session_id=session_id,
        )


def _job(rows: Connection, job_id: str) -> Row[Any] | None:
    joined = select(job, session.c.state.label("session_state"), session.c.permission_epoch.label("session_epoch"))
    return rows.execute(joined.join(session, session.c.id == job.c.session_id).where(job.c.id == job_id)).one_or_none()


def _barred(row: Row[Any]) -> JobFailure | None:
    """Why a job may not go on, if it may not."""
    if row.session_state in (SessionState.WITHDRAWN, SessionState.ERASED):
        return JobFailure.WITHDRAWN
    if row.session_state not in WORKABLE:
        return JobFailure.PERMISSION_OVER
    return JobFailure.CANCELLED if row.asked_to_stop_ms is not None else None


def _made_before(rows: Connection, session_id: str) -> bool:
    """Whether an earlier job left what people read: it is as good as it was, whatever became of this one."""
    codings = exists().where(artefact.c.session_id == session_id, artefact.c.stage == Document.CODING)
    return bool(rows.execute(select(codings)).scalar_one())


def _mine(row: Row[Any], claim: Claim) -> bool:
    return bool(row.fence == claim.fence and row.state == JobState.RUNNING)


def _held(claim: Claim) -> Update:
    """Changes the job's row only while everything is as it was when the stage was claimed."""
    permitted = exists().where(
        session.c.id == claim.session_id,
        session.c.permission_epoch == claim.permission_epoch,
        session.c.state.in_(WORKABLE),
    )
    return update(job).where(
        job.c.id == claim.job_id,
        job.c.fence == claim.fence,
        job.c.state == JobState.RUNNING,
        job.c.asked_to_stop_ms.is_(None),
        permitted,
    )


def _changed(rows: Connection, change: Update) -> bool:
    return rows.execute(change).rowcount == 1
