"""Everybody, one person, and what an administrator changes about them."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from models.errors import BadInputError
from service.database.words import PersonState, StaffRole
from service.people import staff
from service.people.dossier import dossier
from service.web.admin.errors import ChoiceError
from service.web.admin.frame import USUAL, Administrator, Frame, PathId, Proved
from service.web.forms import Sent

PEOPLE = "/administration/people"


def people_pages(frame: Frame) -> APIRouter:
    """The list, one person, and what a button does at once."""
    router, parts, pages = APIRouter(prefix=PEOPLE, include_in_schema=False), frame.kit.parts, frame.kit.pages

    @router.get("")
    def listed(request: Request, who: Administrator, page: str = "1", state: str = "") -> Response:
        """Everybody by name, a page at a time."""
        everybody = staff.list_people(parts, who.actor)
        chosen = [one for one in everybody if not state or one.state == state]
        last = max(1, -(-len(chosen) // USUAL))
        number = min(int(page), last) if page.isascii() and page.isdigit() and 0 < len(page) < 8 and int(page) else 1
        counts = {each: sum(one.state is each for one in everybody) for each in PersonState}
        return frame.page(
            request, "people.html", who, people=chosen[(number - 1) * USUAL : number * USUAL], number=number,
            last=last, state=state if state in list(PersonState) else "", counts=counts, many=len(everybody),
        )  # fmt: skip

    @router.get("/{person_id}")
    def one(request: Request, person_id: PathId, who: Administrator) -> Response:
        """One person."""
        return _person(frame, request, who, person_id)

    @router.post("/{person_id}/enable")
    def enabled(request: Request, person_id: PathId, who: Proved) -> Response:
        """Let them sign in again."""
        try:
            staff.enable(parts, who.actor, person_id)
        except BadInputError as refused:
            return _person(frame, request, who, person_id, refused)
        return pages.seen(f"{PEOPLE}/{person_id}", "admin-enabled")

    @router.post("/{person_id}/roles")
    def given(request: Request, person_id: PathId, who: Proved, sent: Sent) -> Response:
        """Give a role."""
        try:
            staff.grant_role(parts, who.actor, person_id, role_of(sent.one("role")))
        except BadInputError as refused:
            return _person(frame, request, who, person_id, refused)
        return pages.seen(f"{PEOPLE}/{person_id}", "admin-role-given")

    return router


def role_of(word: str) -> StaffRole:
    """The role of that name. Raises ChoiceError."""
    try:
        return StaffRole(word)
    except ValueError:
        raise ChoiceError from None


def _person(
    frame: Frame, request: Request, who: Proved, person_id: str, refused: BadInputError | None = None
) -> Response:
    found = dossier(frame.kit.parts, who.actor, person_id)
    given = {"found": found, "names": frame.names(who), "now_ms": frame.kit.parts.clock()}
    return frame.page(request, "person.html", who, refused, **given)
