"""Marking a session's moments again once people said who is who."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from service.audit.records import Action, AuditEvent, Kind, Outcome, Purpose
from service.database.tables import session
from service.database.words import SessionState
from service.jobs.queueing import Queueing
from service.keybroker.errors import RefusedError
from service.keybroker.ports import Actor
from service.parts import Parts
from service.transcripts import store
from service.transcripts.errors import NotReadyToMarkError, RolesOpenError, SoundGoneError
from service.transcripts.records import Standing
from service.transcripts.usecases import ACTING, Transcripts

_STATES = (SessionState.READY, SessionState.FAILED, SessionState.PROCESSING, SessionState.WAITING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Marking:
    """Begins jobs that classify and score again. Every method raises RefusedError where the policy says no."""

    parts: Parts

    def confirm_roles(self, actor: Actor, session_id: str) -> str | None:
        """Have the moments marked again with the roles as people gave them; the id of the job.

        None where they were marked with these roles already. A job that is under way takes the roles as they are when
        it comes to them, so no second one is begun. Raises RolesOpenError, SoundGoneError, NotReadyToMarkError.
        """
        standing = Transcripts(parts=self.parts).own(actor, session_id)
        if not standing.marks_are_behind:
            if not standing.given:
                raise RolesOpenError
            return None
        with self.parts.database.writing() as rows:
            if at_work := store.job_at_work(rows, session_id):
                return at_work
            self._look(rows, session_id)
            recording_id = store.kept_recording(rows, session_id)
            if recording_id is None:
                raise SoundGoneError
            job_id = self._queue(rows, actor, session_id, recording_id, standing)
            self.parts.trail.append(rows, self._event(rows, actor, session_id, job_id))
        return job_id

    def at_work(self, actor: Actor, session_id: str) -> bool:
        """Whether a job of this session waits or runs; for somebody who was let in."""
        with self.parts.database.reading() as rows:
            return store.job_at_work(rows, session_id) is not None

    def _queue(self, rows: Connection, actor: Actor, session_id: str, recording_id: str, standing: Standing) -> str:
        """From the first stage that roles change; what was heard stays as it is."""
        queueing = Queueing(self.parts.clock)
        begin = "attribute" if standing.timed else "read"
        return queueing.again(rows, session_id, recording_id, actor.person_id, begin=begin)

    def _look(self, rows: Connection, session_id: str) -> None:
        state = rows.execute(select(session.c.state).where(session.c.id == session_id)).scalar_one_or_none()
        if state is None:
            raise RefusedError("no such session")
        if state not in _STATES:
            raise NotReadyToMarkError

    def _event(self, rows: Connection, actor: Actor, session_id: str, job_id: str) -> AuditEvent:
        return AuditEvent(
            when_ms=self.parts.clock(),
            actor_id=actor.person_id,
            role=ACTING[store.setting_of(rows, session_id)],
            action=Action.EDIT,
            kind=Kind.JOB,
            object_id=job_id,
            purpose=Purpose.REFLECTION,
            outcome=Outcome.DONE,
            request_id=actor.request_id,
            session_id=session_id,
        )
