"""Pages for whoever was sent a one-time link: the first administrator, invitations, new passwords."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from models.errors import BadInputError
from service.api.principals import public
from service.api.problems import row_of
from service.api.request_ids import request_id_of
from service.people import links
from service.people.errors import WeakPasswordError
from service.people.passwords import SHORTEST
from service.web.forms import Fields, Sent
from service.web.kit import Kit
from service.web.sign_in_pages import council_journey

_PATH = "/welcome/{secret}"


def welcome_pages(kit: Kit) -> APIRouter:
    """A link is looked at as often as one likes, and used once."""
    router = APIRouter(include_in_schema=False, dependencies=[Depends(public())])

    @router.get(_PATH)
    def asked(secret: str, request: Request) -> Response:
        """The form for what the link is for."""
        link = links.look(kit.people.people, secret)
        return _form(kit, request, link, names=(link.sign_in_name, link.shown_name))

    @router.post(_PATH)
    def taken(secret: str, request: Request, sent: Sent) -> Response:
        """Take the link up; signing in comes next."""
        link = links.look(kit.people.people, secret)
        try:
            _take(kit, request, secret, sent, first=link.is_first)
        except BadInputError as refused:
            typed = (sent.one("sign_in_name"), sent.one("shown_name")) if link.is_first else (link.sign_in_name, "")
            return _form(kit, request, link, names=typed, refused=refused)
        return kit.pages.seen("/sign-in", "password-set")

    @router.post(f"{_PATH}/council")
    def at_council(secret: str, request: Request) -> Response:
        """Take an invitation up with one's account at the council."""
        links.look(kit.people.people, secret)
        return council_journey(kit, request, invitation=secret)

    return router


def _take(kit: Kit, request: Request, secret: str, sent: Fields, *, first: bool) -> None:
    people, request_id, password = kit.people.people, request_id_of(request.scope), sent.as_typed("password")
    if first:
        links.accept_first(
            people, request_id, secret, sign_in_name=sent.one("sign_in_name"), shown_name=sent.one("shown_name"),
            password=password,
        )  # fmt: skip
    else:
        links.accept(people, request_id, secret, password)


def _form(
    kit: Kit, request: Request, link: links.LinkShown, *, names: tuple[str, str], refused: BadInputError | None = None
) -> Response:
    return kit.pages.page(
        request,
        "welcome.html",
        status=row_of(type(refused)).status if refused else 200,
        link=link,
        sign_in_name=names[0],
        shown_name=names[1],
        problem=str(refused) if refused else None,
        weak=isinstance(refused, WeakPasswordError),
        at_council=kit.people.provider is not None and not link.is_first,
        shortest=SHORTEST,
    )
