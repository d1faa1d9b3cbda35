"""One session of one's own: where it stands, what comes next, sharing it and having it erased."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from service.api.fields import PathId
from service.api.principals import SignedIn
from service.database.words import PermissionPurpose
from service.parts import Parts
from service.permissions.withdrawal import Receipt, erase_own, receipt_of
from service.sessions.overview import Overview, overview, sees_as_coach
from service.sessions.usecases import Sessions
from service.subject_access.copied import copies_made
from service.web.adding_form import LEGAL_STATUSES
from service.web.forms import Sent, page_for
from service.web.kit import Kit
from service.web.next_step import steps_of
from service.web.permission_form import called
from service.web.rendering import NOTICES
from service.web.words import SETTING_WORDS, STATE_WORDS

Here = Annotated[SignedIn, Depends(page_for())]
KIND_WORDS = {
    "sound": "The recording's sound",
    "transcript": "The transcript and its marks",
    "feedback": "Feedback",
    "copies": "Copies for people who asked",
}
"""What is deleted by itself, by kinds of retention; without a kind it is the whole session."""


def session_pages(kit: Kit) -> APIRouter:
    """The session itself and erasing it."""
    NOTICES["erased"] = "Nobody can listen to or read this session any more. Its key is being destroyed."
    router, pages = APIRouter(include_in_schema=False, prefix="/sessions/{session_id}"), kit.pages

    @router.get("")
    def shown(session_id: PathId, request: Request, who: Here) -> Response:
        """Where it stands; its coach is led to the review."""
        if sees_as_coach(kit.parts, who.actor, session_id):
            return pages.seen(f"/sessions/{session_id}/review")
        seen = overview(kit.parts, who.actor, session_id)
        return pages.page(
            request,
            "adding/session.html",
            who,
            seen=seen,
            names=called(seen.people),
            missing=[called(seen.people)[one.id] for one in seen.missing()],
            uncoached=bool(seen.missing(PermissionPurpose.COACHING)),
            steps=steps_of(seen),
            copies=copies_made(kit.parts, session_id),
            receipt=_receipt(kit.parts, who, seen),
            state_words=STATE_WORDS,
            setting_words=SETTING_WORDS,
            legal_statuses=LEGAL_STATUSES,
            kind_words=KIND_WORDS,
        )

    @router.get("/erase")
    def asked(session_id: PathId, request: Request, who: Here) -> Response:
        """What erasing means."""
        seen = overview(kit.parts, who.actor, session_id)
        return pages.page(request, "adding/erase.html", who, seen=seen, errors={})

    @router.post("/erase")
    def erased(session_id: PathId, request: Request, who: Here, sent: Sent) -> Response:
        """Have it erased, where that was ticked."""
        if sent.one("sure") != "yes":
            seen = overview(kit.parts, who.actor, session_id)
            errors = {"sure": "Tick the box to say that you are sure"}
            return pages.page(request, "adding/erase.html", who, status=422, seen=seen, errors=errors)
        erase_own(kit.parts, who.actor, session_id)
        return pages.seen(f"/sessions/{session_id}", "erased")

    return router


def sharing_pages(kit: Kit) -> APIRouter:
    """Sharing with one's coach, and taking that back: a page that says what follows, and a press."""
    NOTICES["shared"] = "Your coach can see this session now."
    NOTICES["unshared"] = "Sharing was taken back. Nobody but you can see this session."
    router, pages = APIRouter(include_in_schema=False, prefix="/sessions/{session_id}/sharing"), kit.pages
    sessions = Sessions(parts=kit.parts, visible=kit.parts.broker.visible_sessions)

    @router.get("")
    def asked(session_id: PathId, request: Request, who: Here) -> Response:
        """What the coach will see, or what taking it back does."""
        seen = overview(kit.parts, who.actor, session_id)
        names = called(seen.people)
        uncoached = [names[one.id] for one in seen.missing(PermissionPurpose.COACHING)]
        return pages.page(request, "adding/sharing.html", who, seen=seen, uncoached=uncoached)

    @router.post("")
    def shared(session_id: PathId, who: Here) -> Response:
        """Share it."""
        sessions.share(who.actor, session_id)
        return pages.seen(f"/sessions/{session_id}", "shared")

    @router.post("/back")
    def unshared(session_id: PathId, who: Here) -> Response:
        """Take sharing back, until the coach has begun."""
        sessions.unshare(who.actor, session_id)
        return pages.seen(f"/sessions/{session_id}", "unshared")

    return router


def _receipt(parts: Parts, who: SignedIn, seen: Overview) -> Receipt | None:
    return receipt_of(parts, who.actor, seen.facts.id) if seen.over else None
