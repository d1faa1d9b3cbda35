"""Jobs over HTTP: how far they are, as it happens, stopping one and trying again."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import Field
from starlette.responses import Response

from service.api.events import Event, Pace, Poll, event_stream
from service.api.fields import Form, Id, Moment, PathId
from service.api.principals import Access, Kind, SignedIn, asks_again, needs_scope
from service.api.repeat import Repeat, once_by, repeat_of, told_before
from service.database.words import JobFailure, JobState
from service.jobs.dispatch import ENDED
from service.jobs.queueing import Jobs
from service.jobs.records import JobView
from service.keybroker.ports import Actor
from service.parts import Parts
from service.people.records import Scope

Reader = Annotated[SignedIn, Depends(needs_scope(Scope.JOBS_READ))]
Worker = Annotated[SignedIn, Depends(needs_scope(Scope.SESSIONS_WRITE))]
READS = Access(kind=Kind.SIGNED_IN, scope=Scope.JOBS_READ)
_EVENTS = {"content": {"text/event-stream": {"schema": {"type": "string"}}}, "description": "`progress`, then `end`"}


class JobShown(Form):
    """A job. ``fraction`` is of the stage; ``ends_ms`` an estimate; ``sentence`` says what to do where it failed, and
    why it waits where it was put back."""

    id: Id
    session_id: Id
    recording_id: Id
    state: JobState = Field(examples=["running"])
    stages: list[str] = Field(examples=[["decode", "detect", "diarize", "transcribe"]])
    stage: str | None = Field(examples=["transcribe"])
    fraction: float = Field(ge=0, le=1, examples=[0.25])
    reason: JobFailure | None
    sentence: str | None
    created_ms: Moment
    started_ms: Moment | None
    ended_ms: Moment | None
    ends_ms: Moment | None


class JobsShown(Form):
    """The jobs of one session, newest first."""

    items: list[JobShown]


class NewJobShown(Form):
    """The new job."""

    id: Id


def jobs_router(parts: Parts, *, pace: Pace | None = None) -> APIRouter:
    """The routes of jobs. ``pace``: how often a stream of events looks."""
    router, jobs = APIRouter(tags=["jobs"]), Jobs(parts)

    @router.get("/sessions/{session_id}/jobs")
    def listed(session_id: PathId, who: Reader) -> JobsShown:
        """The jobs of one of one's own sessions, newest first."""
        found = jobs.of_session(who.actor, session_id)
        return JobsShown(items=[JobShown.model_validate(one) for one in found])

    @router.get("/jobs/{job_id}")
    def one(job_id: PathId, who: Reader) -> JobShown:
        """How far a job is."""
        return JobShown.model_validate(jobs.view(who.actor, job_id))

    @router.post("/jobs/{job_id}/cancel", status_code=204)
    def cancelled(job_id: PathId, who: Worker) -> None:
        """Stop a job: at once where it waits, within seconds where it runs."""
        jobs.cancel(who.actor, job_id)

    @router.post("/jobs/{job_id}/again", status_code=201)
    def again(
        job_id: PathId, who: Worker, repeat: Annotated[Repeat | None, Depends(repeat_of)], response: Response
    ) -> NewJobShown:
        """Try a job again that failed or was cancelled; stages that were finished are not repeated."""
        once = once_by(repeat, who.actor)
        response.headers.update(told_before(parts.database, once))
        made = jobs.try_again(who.actor, job_id, once=once)
        response.headers["Location"] = f"/api/v1/jobs/{made}"
        return NewJobShown(id=made)

    @router.get("/jobs/{job_id}/events", response_class=Response, responses={200: _EVENTS})
    def events(job_id: PathId, who: Reader, request: Request) -> Response:
        """A job's progress as it happens; the stream ends with the job, or when one may no longer see it."""
        jobs.view(who.actor, job_id)
        poll = _following(jobs, who.actor, job_id)
        return event_stream(poll, asks_again(request, READS), request.app.state.stopping, pace=pace)

    return router


def _following(jobs: Jobs, actor: Actor, job_id: str) -> Poll:
    """What is new of a job at each call; the policy is asked at each."""
    sent: dict[str, Any] = {}
    over = False

    def poll() -> list[Event] | None:
        nonlocal sent, over
        if over:
            return None
        view = jobs.view(actor, job_id)
        over = view.state in ENDED
        shown = _shown(view)
        if shown == sent:
            return []
        sent = shown
        return [Event(name="progress", data=shown)]

    return poll


def _shown(view: JobView) -> dict[str, Any]:
    return JobShown.model_validate(view).model_dump(mode="json")
