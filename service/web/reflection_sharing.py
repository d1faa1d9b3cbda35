"""Sharing a session with one's coach: a deliberate act, which is taken back until the coach has begun."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from service.api.fields import PathId
from service.api.principals import SignedIn
from service.reflection.usecases import Reflections
from service.sessions.errors import NothingToShareError, ReviewBegunError
from service.sessions.usecases import Sessions
from service.web.forms import page_for
from service.web.rendering import NOTICES, Pages

Here = Annotated[SignedIn, Depends(page_for())]
SHARED, UNSHARED = "session-shared", "session-unshared"


def sharing_pages(router: APIRouter, pages: Pages, reflections: Reflections) -> None:
    """Add the pages of sharing to those of the reflection."""
    NOTICES[SHARED] = "Shared with your coach. Your reflection stays yours alone."
    NOTICES[UNSHARED] = "Not shared any more. Your coach cannot open this session."
    sessions = Sessions(parts=reflections.parts, visible=reflections.parts.broker.visible_sessions)

    @router.get("/share")
    def asked(session_id: PathId, request: Request, who: Here) -> Response:
        """Say what the coach will see and what not, and ask."""
        kept = reflections.look(who.actor, session_id)
        return pages.page(
            request, "reflection/share.html", who, kept=kept, sharing=reflections.sharing(kept),
            session_id=session_id, problem="",
        )  # fmt: skip

    @router.post("/share")
    def shared(session_id: PathId, request: Request, who: Here) -> Response:
        """Share it."""
        try:
            sessions.share(who.actor, session_id)
        except NothingToShareError as refused:
            return _refused(pages, reflections, request, who, session_id, str(refused))
        return pages.seen(f"/sessions/{session_id}/reflection", SHARED)

    @router.post("/unshare")
    def unshared(session_id: PathId, request: Request, who: Here) -> Response:
        """Take it back."""
        try:
            sessions.unshare(who.actor, session_id)
        except ReviewBegunError as refused:
            return _refused(pages, reflections, request, who, session_id, str(refused))
        return pages.seen(f"/sessions/{session_id}/reflection", UNSHARED)


def _refused(
    pages: Pages, reflections: Reflections, request: Request, who: SignedIn, session_id: str, problem: str
) -> Response:  # fmt: skip
    kept = reflections.look(who.actor, session_id)
    return pages.page(
        request, "reflection/share.html", who, status=409, kept=kept, sharing=reflections.sharing(kept),
        session_id=session_id, problem=problem,
    )  # fmt: skip
