"""Taking back what a participant agreed to: what is chosen, a plain warning where all of it goes, then the act."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from service.api.fields import PathId
from service.api.principals import SignedIn
from service.database.words import How, PermissionPurpose
from service.permissions.errors import NoSuchParticipantError
from service.permissions.records import Standing
from service.permissions.withdrawal import withdraw
from service.sessions.overview import Overview, overview
from service.web.forms import Fields, Sent, page_for
from service.web.kit import Kit
from service.web.permission_form import SHORT_PURPOSES, called
from service.web.rendering import NOTICES

Here = Annotated[SignedIn, Depends(page_for())]
_PAGE = "/participants/{participant_id}/withdrawal"


def withdrawal_pages(kit: Kit) -> APIRouter:
    """For the session's worker, and for administrators."""
    NOTICES["taken-back"] = "It was taken back. The rest stays as it was agreed."
    NOTICES["all-taken-back"] = "It was taken back. Nobody can listen to or read this session any more."
    router = APIRouter(include_in_schema=False, prefix="/sessions/{session_id}")

    @router.get(_PAGE)
    def asked(session_id: PathId, participant_id: PathId, request: Request, who: Here) -> Response:
        """What can be taken back."""
        seen = overview(kit.parts, who.actor, session_id, administrator=True)
        return _page(kit, request, who, seen, participant_id, chosen=[])

    @router.post(_PAGE)
    def taken(session_id: PathId, participant_id: PathId, request: Request, who: Here, sent: Sent) -> Response:
        """Take it back; where the whole session goes, only after a warning."""
        seen = overview(kit.parts, who.actor, session_id, administrator=True)
        chosen = [one for one in PermissionPurpose if one.value in sent.all("purposes")]
        whole = PermissionPurpose.REFLECTION in chosen
        if not seen.over and (not chosen or (whole and sent.one("sure") != "yes")):
            error = "" if chosen else "Choose what is taken back"
            return _page(kit, request, who, seen, participant_id, chosen=chosen, error=error)
        withdraw(kit.parts, who.actor, session_id, participant_id, chosen or None, how=_how(sent))
        to = f"/sessions/{session_id}" if whole and seen.own else f"/sessions/{session_id}/permissions"
        return kit.pages.seen(to, "all-taken-back" if whole else "taken-back")

    return router


def _page(
    kit: Kit,
    request: Request,
    who: SignedIn,
    seen: Overview,
    participant_id: str,
    *,
    chosen: list[PermissionPurpose],
    error: str = "",
) -> Response:
    names = called(seen.people)
    if participant_id not in names:
        raise NoSuchParticipantError
    given = [one for one in PermissionPurpose if seen.standing(participant_id, one) is Standing.GIVEN]
    return kit.pages.page(
        request,
        "adding/withdrawal.html",
        who,
        status=422 if error else 200,
        seen=seen,
        participant_id=participant_id,
        name=names[participant_id],
        purposes={one.value: SHORT_PURPOSES[one] for one in given},
        chosen=[one.value for one in chosen],
        warned=PermissionPurpose.REFLECTION in chosen,
        errors={"purposes": error} if error else {},
    )


def _how(sent: Fields) -> How:
    return How.WRITTEN if sent.one("how") == How.WRITTEN else How.SPOKEN
