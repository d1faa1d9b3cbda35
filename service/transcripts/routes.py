"""Transcripts over HTTP: as they stand, and corrections of one's own."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from service.api.conditional import unchanged
from service.api.fields import Form, PathId
from service.api.principals import SignedIn, needs_scope
from service.audit.records import Purpose
from service.parts import Parts
from service.people.records import Scope
from service.sessions.routes import For
from service.transcripts.forms import ActsForm, AmendedShown, TranscriptShown
from service.transcripts.marking import Marking
from service.transcripts.usecases import Transcripts

Reader = Annotated[SignedIn, Depends(needs_scope(Scope.SESSIONS_READ))]
Worker = Annotated[SignedIn, Depends(needs_scope(Scope.SESSIONS_WRITE))]


class MarkingShown(Form):
    """The job that marks the moments again; null where they were marked with these roles already."""

    job_id: str | None


def transcripts_router(parts: Parts) -> APIRouter:
    """The routes of transcripts."""
    router = APIRouter(prefix="/sessions/{session_id}", tags=["transcripts"])
    transcripts, marking = Transcripts(parts=parts), Marking(parts=parts)

    @router.get(
        "/transcript", response_model=TranscriptShown, responses={304: {"description": "Nothing changed since"}}
    )
    def transcript(
        session_id: PathId, who: Reader, request: Request, response: Response, purpose: For = "reflection"
    ) -> Response | TranscriptShown:
        """The transcript as it stands, with what the machine wrote beside it."""
        standing = transcripts.read(who.actor, session_id, purpose=Purpose(purpose))
        etag = f'"{standing.version}"'
        response.headers["ETag"] = etag
        return unchanged(request, etag) or TranscriptShown.of(standing)

    @router.post("/amendments")
    def amended(session_id: PathId, body: ActsForm, who: Worker) -> AmendedShown:
        """Correct one's own transcript: all acts or none. An act that was kept before changes nothing."""
        done = transcripts.amend(who.actor, session_id, [one.act() for one in body.acts])
        return AmendedShown(number=done.after.number)

    @router.post("/marking")
    def marked(session_id: PathId, who: Worker) -> MarkingShown:
        """Have the moments marked again with the roles that one confirmed."""
        return MarkingShown(job_id=marking.confirm_roles(who.actor, session_id))

    return router
