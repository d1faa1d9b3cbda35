"""Pages of signing in and out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from models.errors import PracticeError
from service.api.principals import SignedIn, public
from service.api.problems import row_of
from service.people import sign_in
from service.people.records import SignedIn as SignedInHere
from service.web.forms import Sent, page_for
from service.web.kit import Kit
from service.web.problems import next_page

Here = Annotated[SignedIn, Depends(page_for())]


def sign_in_pages(kit: Kit) -> APIRouter:
    """Signing in with a password, and signing out."""
    router, pages = APIRouter(include_in_schema=False), kit.pages

    @router.get("/sign-in", dependencies=[Depends(public())])
    def asked(request: Request, next: str = "/") -> Response:  # noqa: A002 - the address's own word
        """The form; who is signed in already goes on."""
        if kit.people.before(request) is not None:
            return pages.seen(next_page(next))
        return pages.page(request, "sign_in.html", next=next_page(next), name="", problem=None)

    @router.post("/sign-in", dependencies=[Depends(public())])
    def entered(request: Request, sent: Sent) -> Response:
        """Sign in and go on to the page that was asked for."""
        name, to = sent.one("sign_in_name"), next_page(sent.one("next"))
        try:
            new = sign_in.sign_in(
                kit.people.people, kit.people.came(request), sign_in_name=name, password=sent.one("password")
            )
            response = pages.seen(to)
            kit.people.entered(request, response, new)
            return response
        except PracticeError as refused:
            status = row_of(type(refused)).status
            return pages.page(request, "sign_in.html", status=status, next=to, name=name, problem=str(refused))

    @router.post("/sign-out")
    def left(who: Here) -> Response:
        """End this sign-in."""
        response = pages.seen("/sign-in")
        if isinstance(who, SignedInHere):
            sign_in.sign_out(kit.people.people, who)
        kit.people.cookies.end(response)
        return response

    return router
