"""Sessions by day and state, who agreed to what, withdrawing for somebody, and holds. Never what was said."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from models.errors import BadInputError
from service.api.paging import Wanted
from service.database.words import How, PermissionPurpose, SessionState
from service.keybroker.errors import RefusedError
from service.permissions.errors import HoldError
from service.permissions.holds import end_hold, place_hold
from service.permissions.overview import SessionFile, session_file, sessions_page
from service.permissions.withdrawal import withdraw
from service.subject_access.copied import copies_made
from service.web.admin.errors import ChoiceError
from service.web.admin.frame import USUAL, Administrator, Frame, PathId, Proved, ends
from service.web.forms import Fields, Sent

PERMISSIONS = "/administration/permissions"
ALL, SOME = "all", "some"


def permission_pages(frame: Frame) -> APIRouter:
    """The list and one session."""
    router, parts = APIRouter(prefix=PERMISSIONS, include_in_schema=False), frame.kit.parts

    @router.get("")
    def listed(request: Request, who: Administrator, after: str = "", state: str = "") -> Response:
        """Sessions, newest first, a page at a time."""
        chosen = SessionState(state) if state in list(SessionState) else None
        wanted = Wanted(limit=USUAL, cursor=after[:300] or None)
        found = sessions_page(parts, who.actor, wanted, chosen)
        return frame.page(
            request, "permissions.html", who, found=found, state=chosen, after=after, names=frame.names(who)
        )

    @router.get("/{session_id}")
    def one(request: Request, session_id: PathId, who: Administrator) -> Response:
        """One session."""
        return _session(frame, request, who, session_id)

    return router


def withdrawal_pages(frame: Frame) -> APIRouter:
    """Taking a permission back for a participant who asked for it."""
    at = f"{PERMISSIONS}/{{session_id}}/participants/{{participant_id}}/withdrawal"
    router, parts, pages = APIRouter(include_in_schema=False), frame.kit.parts, frame.kit.pages

    @router.get(at)
    def asked(request: Request, session_id: PathId, participant_id: PathId, who: Proved) -> Response:
        """What is taken back, and what that means."""
        return _withdrawal(frame, request, who, session_id, participant_id)

    @router.post(at)
    def withdrawn(request: Request, session_id: PathId, participant_id: PathId, who: Proved, sent: Sent) -> Response:
        """Take it back."""
        try:
            purposes, how = _purposes(sent), _how(sent.one("how"))
            receipt = withdraw(parts, who.actor, session_id, participant_id, purposes, how=how)
        except BadInputError as refused:
            return _withdrawal(frame, request, who, session_id, participant_id, refused, sent)
        return pages.seen(f"{PERMISSIONS}/{session_id}", "admin-erasing" if receipt.whole else "admin-withdrawn")

    return router


def hold_pages(frame: Frame) -> APIRouter:
    """Keeping a session from being erased, for a reason and a time."""
    router, parts, pages = (
        APIRouter(prefix=f"{PERMISSIONS}/{{session_id}}/holds", include_in_schema=False),
        frame.kit.parts,
        frame.kit.pages,
    )

    @router.post("")
    def held(request: Request, session_id: PathId, who: Proved, sent: Sent) -> Response:
        """Set a hold."""
        try:
            until = ends(sent.one("until"), pages.council.zone)
            if until is None:
                raise HoldError
            place_hold(parts, who.actor, session_id, sent.one("reason"), until)
        except BadInputError as refused:
            return _session(frame, request, who, session_id, refused, sent)
        return pages.seen(f"{PERMISSIONS}/{session_id}", "admin-held")

    @router.get("/{hold_id}/end")
    def ask_end(request: Request, session_id: PathId, hold_id: PathId, who: Proved) -> Response:
        """What ending it means."""
        found = session_file(parts, who.actor, session_id)
        one = next((one for one in found.holds if one.id == hold_id), None)
        if one is None:
            raise RefusedError("no such hold")
        return frame.page(request, "end_hold.html", who, found=found, hold=one)

    @router.post("/{hold_id}/end")
    def ended(session_id: PathId, hold_id: PathId, who: Proved) -> Response:
        """End it before its time."""
        end_hold(parts, who.actor, session_id, hold_id)
        return pages.seen(f"{PERMISSIONS}/{session_id}", "admin-hold-ended")

    return router


def _session(
    frame: Frame,
    request: Request,
    who: Proved,
    session_id: str,
    refused: BadInputError | None = None,
    sent: Fields | None = None,
) -> Response:
    found = session_file(frame.kit.parts, who.actor, session_id)
    given = {
        "found": found,
        "names": frame.names(who),
        "now_ms": frame.kit.parts.clock(),
        "copies": copies_made(frame.kit.parts, session_id),
        "typed": {name: sent.one(name) for name in ("reason", "until")} if sent else {},
    }
    return frame.page(request, "session.html", who, refused, **given)


def _withdrawal(
    frame: Frame,
    request: Request,
    who: Proved,
    session_id: str,
    participant_id: str,
    refused: BadInputError | None = None,
    sent: Fields | None = None,
) -> Response:
    found = session_file(frame.kit.parts, who.actor, session_id)
    given = {
        "found": found,
        "present": _one_present(found, participant_id),
        "which": sent.one("which") if sent else "",
        "how": sent.one("how") if sent else "",
        "chosen": sent.all("purposes") if sent else [],
    }
    return frame.page(request, "withdrawal.html", who, refused, **given)


def _one_present(found: SessionFile, participant_id: str) -> object:
    one = next((one for one in found.present if one.participant.id == participant_id), None)
    if one is None:
        raise RefusedError("no such participant")
    return one


def _purposes(sent: Fields) -> list[PermissionPurpose] | None:
    """None for everything. Raises ChoiceError unless it was said what is meant."""
    if sent.one("which") == ALL:
        return None
    if sent.one("which") != SOME or not sent.all("purposes"):
        raise ChoiceError("Choose what is withdrawn: everything, or at least one purpose.")
    try:
        return [PermissionPurpose(one) for one in sent.all("purposes")]
    except ValueError:
        raise ChoiceError from None


def _how(word: str) -> How:
    try:
        return How(word)
    except ValueError:
        raise ChoiceError("Choose how they told you.") from None
