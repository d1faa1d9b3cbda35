"""What people do with jobs: queue one, see how far it is, stop it, try it again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Row, Select, insert, select, update

from service.api.repeat import Answer, Once
from service.audit.records import NOBODY, Action, AuditEvent, Kind, Outcome, Purpose
from service.clock import AHEAD_MS, Clock
from service.database.tables import job, recording, session
from service.database.words import JobFailure, JobState, SessionState
from service.ids import is_id, new_id
from service.jobs.errors import ForeignJobError, JobNotEndedError
from service.jobs.pace import left_ms, rates
from service.jobs.reasons import SENTENCES, TRIES_AGAIN, WAITS
from service.jobs.records import JobView, Queue, RecordingKind
from service.keybroker.ports import Actor
from service.parts import Parts

MOST_SHOWN = 50
_ENDED = (JobState.FAILED, JobState.CANCELLED)


class Queueing:
    """Gives `queue` its clock, so that it can be handed to whoever stores recordings."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def __call__(self, rows: Connection, session_id: str, recording_id: str, person_id: str) -> str:
        """Queue a job for a recording in the caller's transaction; returns its id. A worker takes it up from there."""
        kind = RecordingKind(rows.execute(select(recording.c.kind).where(recording.c.id == recording_id)).scalar_one())
        return self._add(rows, session_id, recording_id, person_id, queue=kind.queue)

    def again(self, rows: Connection, session_id: str, recording_id: str, person_id: str, *, begin: str) -> str:
        """The same from a later stage on, because a person changed what it depends on: light work, where what it needs
        is kept; a worker that finds that it is not gives the job to those that hear."""
        return self._add(rows, session_id, recording_id, person_id, queue=Queue.LIGHT, stage=begin)

    def _add(
        self,
        rows: Connection,
        session_id: str,
        recording_id: str,
        person_id: str,
        *,
        queue: Queue,
        stage: str | None = None,
    ) -> str:
        epoch = rows.execute(select(session.c.permission_epoch).where(session.c.id == session_id)).scalar_one()
        job_id = new_id()
        rows.execute(
            insert(job).values(
                id=job_id,
                session_id=session_id,
                recording_id=recording_id,
                person_id=person_id,
                state=JobState.QUEUED,
                queue=queue,
                stage=stage,
                permission_epoch=epoch,
                created_ms=self._clock(),
            )
        )
        begun = (SessionState.DRAFT, SessionState.FAILED)
        rows.execute(
            update(session).where(session.c.id == session_id, session.c.state.in_(begun)).values(state="waiting")
        )
        return job_id


class Jobs:
    """What a person may do with the jobs of their own sessions, while the policy lets them see those.

    Whoever else asks gets ForeignJobError and is in the audit, and so is everybody once a session is withdrawn.
    """

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._queue = Queueing(parts.clock)

    def view(self, actor: Actor, job_id: str) -> JobView:
        """How far a job is. Raises ForeignJobError."""
        with self._telling(actor, Kind.JOB, job_id), self._parts.database.reading() as rows:
            self._own(rows, actor, job_id)
            return view_of(rows, job_id, self._parts.clock())

    def of_session(self, actor: Actor, session_id: str) -> tuple[JobView, ...]:
        """The jobs of one session, newest first; at most `MOST_SHOWN`. Raises ForeignJobError."""
        with self._telling(actor, Kind.SESSION, session_id), self._parts.database.reading() as rows:
            seen = self._visible(rows, actor)
            if rows.execute(seen.where(session.c.id == session_id)).first() is None:
                raise ForeignJobError
            its = select(job.c.id).where(job.c.session_id == session_id, job.c.person_id == actor.person_id)
            newest = its.order_by(job.c.created_ms.desc(), job.c.id.desc()).limit(MOST_SHOWN)
            return tuple(view_of(rows, one, self._parts.clock()) for one in rows.execute(newest).scalars())

    def cancel(self, actor: Actor, job_id: str) -> None:
        """Stop a job: at once where it waits, within seconds where it runs. A job that has ended stays as it is."""
        with self._telling(actor, Kind.JOB, job_id), self._parts.database.writing() as rows:
            found = self._own(rows, actor, job_id)
            now = self._parts.clock()
            if found.state == JobState.QUEUED:
                ended = {"state": JobState.CANCELLED, "reason": JobFailure.CANCELLED, "ended_ms": now}
                rows.execute(update(job).where(job.c.id == job_id).values(**ended))
            elif found.state == JobState.RUNNING:
                asked = update(job).where(job.c.id == job_id, job.c.asked_to_stop_ms.is_(None))
                rows.execute(asked.values(asked_to_stop_ms=now))
            self._parts.trail.append(rows, self._event(actor, job_id, found.session_id))

    def try_again(self, actor: Actor, job_id: str, *, once: Once | None = None) -> str:
        """Queue a new job for the same recording; finished stages are not repeated.

        Raises ForeignJobError, JobNotEndedError, RepeatConflictError.
        """
        with self._telling(actor, Kind.JOB, job_id), self._parts.database.writing() as rows:
            found = self._own(rows, actor, job_id)
            if once and (before := once.earlier(rows)):
                return str(before.body["id"])
            if found.state not in _ENDED:
                raise JobNotEndedError
            again = self._queue(rows, found.session_id, found.recording_id, actor.person_id)
            self._parts.trail.append(rows, self._event(actor, again, found.session_id))
            if once:
                once.keep(rows, Answer(status=201, body={"id": again}), self._parts.clock())
        return again

    def _own(self, rows: Connection, actor: Actor, job_id: str) -> Row[tuple[object, ...]]:
        theirs = select(job).where(job.c.id == job_id, job.c.person_id == actor.person_id)
        found = rows.execute(theirs.where(job.c.session_id.in_(self._visible(rows, actor)))).one_or_none()
        if found is None:
            raise ForeignJobError
        return found

    @contextmanager
    def _telling(self, actor: Actor, kind: Kind, object_id: str) -> Iterator[None]:
        """Record a refusal, in a transaction of its own."""
        try:
            yield
        except ForeignJobError:
            with self._parts.database.writing() as rows:
                self._parts.trail.append(rows, _denial(actor, self._parts.clock(), kind, object_id))
            raise

    def _visible(self, rows: Connection, actor: Actor) -> Select[tuple[str]]:
        return self._parts.broker.visible_sessions(rows, actor, Purpose.REFLECTION)

    def _event(self, actor: Actor, job_id: str, session_id: str) -> AuditEvent:
        return AuditEvent(
            when_ms=self._parts.clock(),
            actor_id=actor.person_id,
            role=actor.role_in_audit(),
            action=Action.EDIT,
            kind=Kind.JOB,
            object_id=job_id,
            purpose=Purpose.OPERATION,
            outcome=Outcome.DONE,
            request_id=actor.request_id,
            session_id=session_id,
        )


def _denial(actor: Actor, now_ms: int, kind: Kind, object_id: str) -> AuditEvent:
    return AuditEvent(
        when_ms=now_ms,
        actor_id=actor.person_id,
        role=actor.role_in_audit(),
        action=Action.DENIAL,
        kind=kind,
        object_id=object_id if is_id(object_id) else NOBODY,
        purpose=Purpose.OPERATION,
        outcome=Outcome.DENIED,
        request_id=actor.request_id,
    )


def view_of(rows: Connection, job_id: str, now_ms: int) -> JobView:
    """A job as it is shown, to whoever is known to be allowed to see it. Raises ForeignJobError where there is none."""
    wanted = select(job, recording.c.kind).join(recording, recording.c.id == job.c.recording_id)
    row = rows.execute(wanted.where(job.c.id == job_id)).one_or_none()
    if row is None:
        raise ForeignJobError
    stages = RecordingKind(row.kind).stages
    ends = None
    if row.state == JobState.RUNNING and row.stage and row.audio_ms and row.stage_started_ms is not None:
        spent = max(0, now_ms - row.stage_started_ms)
        left = left_ms(stages, row.stage, row.fraction, spent, row.audio_ms, rates(rows))
        ends = None if left is None else now_ms + left
    reason = JobFailure(row.reason) if row.reason else None
    held = row.state == JobState.QUEUED and row.stage and now_ms < row.not_before_ms <= now_ms + AHEAD_MS
    waits = (TRIES_AGAIN if row.attempts else WAITS) if held else None
    return JobView(
        id=row.id,
        session_id=row.session_id,
        recording_id=row.recording_id,
        state=JobState(row.state),
        stages=stages,
        stage=row.stage,
        fraction=row.fraction,
        reason=reason,
        sentence=SENTENCES[reason] if reason else waits,
        created_ms=row.created_ms,
        started_ms=row.started_ms,
        ended_ms=row.ended_ms,
        ends_ms=ends,
    )
