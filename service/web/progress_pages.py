"""How far the work on a session's recordings is, stopping it and trying again."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from service.api.fields import PathId
from service.api.principals import SignedIn
from service.database.words import JobState
from service.jobs.dispatch import ENDED
from service.jobs.errors import ForeignJobError
from service.jobs.queueing import Jobs
from service.jobs.records import JobView
from service.web.forms import page_for
from service.web.kit import Kit
from service.web.rendering import NOTICES

Here = Annotated[SignedIn, Depends(page_for())]
STAGE_WORDS = {
    "decode": "Reading the sound",
    "detect": "Finding where somebody speaks",
    "diarize": "Telling the voices apart",
    "transcribe": "Writing down what was said",
    "attribute": "Suggesting who is who",
    "read": "Reading the transcript",
    "classify": "Marking what was said",
    "score": "Suggesting scores",
    "documents": "Putting it all together",
}
JOB_WORDS = {
    JobState.QUEUED: "In the queue",
    JobState.RUNNING: "Being worked on",
    JobState.DONE: "Done",
    JobState.FAILED: "This did not work",
    JobState.CANCELLED: "Stopped",
}


def progress_pages(kit: Kit) -> APIRouter:
    """For the session's worker."""
    NOTICES["stopping"] = "It is being stopped. That can take a few seconds."
    NOTICES["begun-again"] = "It is in the queue again. What was finished before is not repeated."
    router, jobs = APIRouter(include_in_schema=False, prefix="/sessions/{session_id}"), Jobs(kit.parts)

    @router.get("/progress")
    def shown(session_id: PathId, request: Request, who: Here) -> Response:
        """The newest job, stage by stage, and what became of those before it."""
        found = jobs.of_session(who.actor, session_id)
        now_ms = kit.parts.clock()
        views = [progress_view(one, now_ms) for one in found]
        return kit.pages.page(
            request, "adding/progress.html", who, session_id=session_id, job=views[0] if views else None,
            earlier=views[1:], stage_words=STAGE_WORDS, job_words=JOB_WORDS,
        )  # fmt: skip

    @router.post("/jobs/{job_id}/cancel")
    def cancelled(session_id: PathId, job_id: PathId, who: Here) -> Response:
        """Stop a job."""
        _of_session(jobs, who, session_id, job_id)
        jobs.cancel(who.actor, job_id)
        return kit.pages.seen(f"/sessions/{session_id}/progress", "stopping")

    @router.post("/jobs/{job_id}/again")
    def again(session_id: PathId, job_id: PathId, who: Here) -> Response:
        """Try a job again; a second press of the same button finds it begun."""
        to = f"/sessions/{session_id}/progress"
        if any(one.state not in ENDED for one in _of_session(jobs, who, session_id, job_id)):
            return kit.pages.seen(to)
        jobs.try_again(who.actor, job_id)
        return kit.pages.seen(to, "begun-again")

    return router


def _of_session(jobs: Jobs, who: SignedIn, session_id: str, job_id: str) -> tuple[JobView, ...]:
    """The jobs of the session, to which the named one belongs. Raises ForeignJobError."""
    found = jobs.of_session(who.actor, session_id)
    if job_id not in [one.id for one in found]:
        jobs.view(who.actor, job_id)
        raise ForeignJobError
    return found


def progress_view(job: JobView, now_ms: int) -> dict[str, Any]:
    """A job as the page shows it: each stage done, at work, stopped or to come."""
    at = job.stages.index(job.stage) if job.stage in job.stages else -1
    if job.state is JobState.DONE:
        at = len(job.stages)
    at_work = "now" if job.state in (JobState.RUNNING, JobState.QUEUED) else "stopped"
    return {
        "id": job.id,
        "state": job.state,
        "ended": job.state in ENDED,
        "again": job.state in (JobState.FAILED, JobState.CANCELLED),
        "sentence": job.sentence,
        "created_ms": job.created_ms,
        "left_ms": max(0, job.ends_ms - now_ms) if job.ends_ms is not None else None,
        "percent": round(100 * job.fraction),
        "stages": [
            {"name": name, "standing": "done" if place < at else at_work if place == at else "to come"}
            for place, name in enumerate(job.stages)
        ],
    }
