"""Bringing a session's recording: a file that is uploaded, a transcript, or a recording that is made in the browser."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from service.api.fields import PathId
from service.api.principals import SignedIn
from service.ingest.kinds import TRANSCRIPT_ENDINGS
from service.ingest.records import Limits
from service.sessions.overview import overview
from service.web.forms import page_for
from service.web.kit import Kit
from service.web.permission_form import called

Here = Annotated[SignedIn, Depends(page_for())]
RECORD_PATH = "/sessions/{id}/record"
"""The only page that may ask for the microphone, as the header table takes it."""
_GIB = 1024**3
_MIB = 1024**2


def recording_pages(kit: Kit) -> APIRouter:
    """For the session's worker. The bytes go by the uploads of the API."""
    router, limits = APIRouter(include_in_schema=False, prefix="/sessions/{session_id}"), Limits()

    def page(request: Request, who: SignedIn, session_id: str, name: str) -> Response:
        seen = overview(kit.parts, who.actor, session_id)
        names = called(seen.people)
        return kit.pages.page(
            request, name, who, seen=seen, missing=[names[one.id] for one in seen.missing()],
            endings=sorted(TRANSCRIPT_ENDINGS), sound_gib=limits.sound_bytes // _GIB,
            transcript_mib=limits.transcript_bytes // _MIB, kept_days=limits.kept_ms // 86_400_000,
        )  # fmt: skip

    @router.get("/recording")
    def asked(session_id: PathId, request: Request, who: Here) -> Response:
        """The ways to bring it."""
        return page(request, who, session_id, "adding/recording.html")

    @router.get("/record")
    def recorder(session_id: PathId, request: Request, who: Here) -> Response:
        """The recorder."""
        return page(request, who, session_id, "adding/record.html")

    return router
