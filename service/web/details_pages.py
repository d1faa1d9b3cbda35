"""What a worker writes about a session, and may put right later."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from service.api.errors import ChangedMeanwhileError
from service.api.fields import PathId
from service.api.principals import SignedIn
from service.sessions.errors import SessionDetailsError
from service.sessions.records import MOST_TEXT, MOST_TITLE, Details
from service.sessions.usecases import Sessions
from service.web.adding_form import too_long
from service.web.form_views import form_view
from service.web.forms import Sent, page_for
from service.web.kit import Kit
from service.web.rendering import NOTICES

Here = Annotated[SignedIn, Depends(page_for())]
LONGEST = {"title": MOST_TITLE, "purpose": MOST_TEXT, "change_goal": MOST_TEXT, "notes": MOST_TEXT}


def details_pages(kit: Kit) -> APIRouter:
    """Title, purpose, change goal and notes of one's own session."""
    NOTICES["details-kept"] = "What you wrote about the session is kept."
    router = APIRouter(include_in_schema=False, prefix="/sessions/{session_id}/details")
    sessions = Sessions(parts=kit.parts, visible=kit.parts.broker.visible_sessions)

    @router.get("")
    def asked(session_id: PathId, request: Request, who: Here) -> Response:
        """The form, as it was filled in."""
        found = sessions.look(who.actor, session_id)
        written = {name: getattr(found.details, name) for name in LONGEST}
        return _form(kit, request, who, session_id, written | {"version": str(found.facts.version)}, {})

    @router.post("")
    def changed(session_id: PathId, request: Request, who: Here, sent: Sent) -> Response:
        """Keep it; what cannot be kept is shown again as it was typed."""
        typed = {name: sent.one(name) for name in (*LONGEST, "version")}
        errors = too_long(sent, LONGEST)
        if not errors:
            try:
                written = Details(**{name: typed[name] for name in LONGEST})
                sessions.change(who.actor, session_id, written, version=sent.version())
                return kit.pages.seen(f"/sessions/{session_id}", "details-kept")
            except SessionDetailsError:
                errors = {"title": "Remove the characters that cannot be printed"}
            except ChangedMeanwhileError:
                typed["version"] = str(sessions.look(who.actor, session_id).facts.version)
                errors = {"title": "This was changed in another window. Save again to keep what stands here"}
        return _form(kit, request, who, session_id, typed, errors)

    return router


def _form(
    kit: Kit, request: Request, who: SignedIn, session_id: str, fields: dict[str, str], errors: dict[str, str]
) -> Response:
    status = 422 if errors else 200
    view = form_view(fields, errors)
    return kit.pages.page(request, "adding/details.html", who, status=status, session_id=session_id, **view)
