"""Inviting somebody, showing their link once, and what ends something for a person, which is asked for once more."""

from __future__ import annotations

import re

from fastapi import APIRouter, Request
from starlette.responses import Response

from models.errors import BadInputError
from service.database.words import StaffRole
from service.people import links, staff
from service.people.dossier import dossier, good_until
from service.web.admin.frame import Frame, PathId, Proved
from service.web.admin.people_pages import PEOPLE, role_of
from service.web.forms import Sent
from service.web.words import ROLE_WORDS

LINK = "one-time-link"
"""The cookie in which a link's secret reaches the page that shows it; for a minute, and for that page alone."""
LONGEST_LINK_S = 60
_SECRET = re.compile(r"[A-Za-z0-9_-]{20,200}")


def invitation_pages(frame: Frame) -> APIRouter:
    """Inviting somebody, and links that are shown once."""
    router, kit = APIRouter(prefix=PEOPLE, include_in_schema=False), frame.kit
    parts = kit.parts

    @router.get("/new")
    def asked(request: Request, who: Proved) -> Response:
        """The form."""
        return frame.page(request, "invite.html", who, chosen=[])

    @router.post("")
    def invited(request: Request, who: Proved, sent: Sent) -> Response:
        """Invite them, and go on to their link."""
        typed, shown, roles = sent.one("sign_in_name"), sent.one("shown_name"), sent.all("roles")
        try:
            person_id, secret = staff.invite(
                parts, who.actor, sign_in_name=typed, shown_name=shown, roles=[role_of(one) for one in roles]
            )
        except BadInputError as refused:
            return frame.page(request, "invite.html", who, refused, sign_in_name=typed, shown=shown, chosen=roles)
        return _to_link(frame, person_id, secret)

    @router.post("/{person_id}/link")
    def linked(request: Request, person_id: PathId, who: Proved) -> Response:
        """Make another link; the one before is no longer good."""
        return _to_link(frame, person_id, links.new_link(parts, who.actor, person_id))

    @router.get("/{person_id}/link")
    def shown_once(request: Request, person_id: PathId, who: Proved) -> Response:
        """The link, this once."""
        secret = request.cookies.get(_cookie(frame), "")
        until = good_until(parts, who.actor, person_id, secret) if _SECRET.fullmatch(secret) else None
        link = kit.people.link_to(secret) if until is not None else ""
        found = dossier(parts, who.actor, person_id).person
        response = frame.page(request, "link.html", who, link=link, until_ms=until, person=found)
        response.delete_cookie(
            _cookie(frame), path=f"{PEOPLE}/{person_id}/link", secure=kit.pages.https, httponly=True, samesite="strict"
        )
        return response

    return router


def ending_pages(frame: Frame) -> APIRouter:
    """What ends something for a person: what it means first, then the act."""
    router, parts = APIRouter(prefix=f"{PEOPLE}/{{person_id}}", include_in_schema=False), frame.kit.parts
    pages = frame.kit.pages

    @router.get("/disable")
    def ask_disable(request: Request, person_id: PathId, who: Proved) -> Response:
        """What disabling means."""
        return _asked(frame, request, who, person_id, "disable.html")

    @router.post("/disable")
    def disabled(request: Request, person_id: PathId, who: Proved) -> Response:
        """Nobody signs in as them from now on."""
        try:
            staff.disable(parts, who.actor, person_id)
        except BadInputError as refused:
            return _asked(frame, request, who, person_id, "disable.html", refused)
        return pages.seen(f"{PEOPLE}/{person_id}", "admin-disabled")

    @router.get("/sign-ins")
    def ask_sign_out(request: Request, person_id: PathId, who: Proved) -> Response:
        """What signing somebody out means."""
        return _asked(frame, request, who, person_id, "sign_out.html")

    @router.post("/sign-ins")
    def signed_out(person_id: PathId, who: Proved) -> Response:
        """End all that they have open."""
        staff.end_sign_ins_of(parts, who.actor, person_id)
        return pages.seen(f"{PEOPLE}/{person_id}", "admin-signed-out")

    @router.get("/roles/{role}/end")
    def ask_end_role(request: Request, person_id: PathId, role: StaffRole, who: Proved) -> Response:
        """What taking a role away means."""
        return _asked(frame, request, who, person_id, "end_role.html", role=role)

    @router.post("/roles/{role}/end")
    def role_ended(request: Request, person_id: PathId, role: StaffRole, who: Proved) -> Response:
        """Take a role away."""
        try:
            staff.end_role(parts, who.actor, person_id, role)
        except BadInputError as refused:
            return _asked(frame, request, who, person_id, "end_role.html", refused, role=role)
        return pages.seen(f"{PEOPLE}/{person_id}", "admin-role-ended")

    return router


def _asked(
    frame: Frame,
    request: Request,
    who: Proved,
    person_id: str,
    name: str,
    refused: BadInputError | None = None,
    role: StaffRole | None = None,
) -> Response:
    found = dossier(frame.kit.parts, who.actor, person_id)
    given = {"found": found, "role": role, "role_shown": ROLE_WORDS[role].lower() if role else ""}
    return frame.page(request, name, who, refused, **given)


def _to_link(frame: Frame, person_id: str, secret: str) -> Response:
    """On to the page that shows it: going back or loading again makes no second link."""
    to, pages = f"{PEOPLE}/{person_id}/link", frame.kit.pages
    response = pages.seen(to)
    response.set_cookie(
        _cookie(frame), secret, max_age=LONGEST_LINK_S, path=to, secure=pages.https, httponly=True, samesite="strict"
    )
    return response


def _cookie(frame: Frame) -> str:
    return f"__Secure-{LINK}" if frame.kit.pages.https else LINK
