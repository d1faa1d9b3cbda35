"""What people see and change of themselves: names, roles, password, sign-ins."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from service.api.principals import SignedIn
from service.api.problems import row_of
from service.people import sign_in
from service.people.errors import SignInRefusedError, WeakPasswordError
from service.people.own import oneself
from service.people.passkeys import own
from service.people.passwords import SHORTEST
from service.web.forms import Sent, page_for
from service.web.kit import Kit, at_browser
from service.web.sign_in_pages import NOT_YOUR_PASSWORD, UNHEARD

Here = Annotated[SignedIn, Depends(page_for())]
ACCOUNT = "/account"


def account_pages(kit: Kit) -> APIRouter:
    """One's own account."""
    router, pages, people = APIRouter(include_in_schema=False), kit.pages, kit.people.people

    @router.get(ACCOUNT)
    def shown(request: Request, who: Here) -> Response:
        """Names, roles, teams, and where one is signed in."""
        me, sign_ins = oneself(people, at_browser(who)), sign_in.list_own(people, at_browser(who))
        passkeys = len(own.list_own(people, at_browser(who)))
        return pages.page(request, "account/account.html", who, me=me, sign_ins=sign_ins, passkeys=passkeys)

    @router.post(f"{ACCOUNT}/sign-ins/end")
    def ended(who: Here, sent: Sent) -> Response:
        """End one sign-in; one that is not there has ended."""
        sign_in.end_own(people, at_browser(who), sent.one("sign_in"))
        return pages.seen(ACCOUNT, "sign-in-ended")

    @router.post(f"{ACCOUNT}/sign-ins/end-all")
    def all_ended(who: Here) -> Response:
        """Sign out everywhere, here too."""
        sign_in.end_all_own(people, at_browser(who))
        response = pages.seen("/sign-in")
        kit.people.cookies.end(response)
        return response

    return router


def password_pages(kit: Kit) -> APIRouter:
    """Choosing a new password."""
    router, pages, people = APIRouter(include_in_schema=False), kit.pages, kit.people

    def form(request: Request, who: SignedIn, refused: Exception | None = None) -> Response:
        me = oneself(people.people, at_browser(who))
        at_old = isinstance(refused, SignInRefusedError)
        told = NOT_YOUR_PASSWORD if at_old else str(refused) if refused else None
        return pages.page(
            request, "account/password.html", who, status=_status(refused), name=me.sign_in_name,
            has_password=me.has_password, problem=told, weak=isinstance(refused, WeakPasswordError), shortest=SHORTEST,
        )  # fmt: skip

    @router.get(f"{ACCOUNT}/password")
    def asked(request: Request, who: Here) -> Response:
        """The form."""
        return form(request, who)

    @router.post(f"{ACCOUNT}/password")
    def changed(request: Request, who: Here, sent: Sent) -> Response:
        """A new password; this browser goes on, every other sign-in and all access tokens end."""
        old, new = sent.as_typed("old"), sent.as_typed("new")
        try:
            signed = sign_in.change_password(people.people, people.came(request), at_browser(who), old=old, new=new)
        except (*UNHEARD, WeakPasswordError) as refused:
            return form(request, who, refused)
        response = pages.seen(ACCOUNT, "password-changed")
        people.goes_on(request, response, signed)
        return response

    return router


def _status(refused: Exception | None) -> int:
    return row_of(type(refused)).status if isinstance(refused, (*UNHEARD, WeakPasswordError)) else 200
