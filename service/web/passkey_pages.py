"""Pages of passkeys: signing in with one, the second step after a password, and one's own."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from models.errors import PracticeError
from service.api.onwards import next_page
from service.api.principals import SignedIn, public
from service.api.problems import row_of
from service.people.errors import LastPasskeyError, NotWaitingError, PasskeyInputError, WrongStateError
from service.people.own import oneself
from service.people.passkeys import own, proving, second_step
from service.people.passkeys.second_step import WaitingHere
from service.people.records import Needs
from service.people.views import SECOND_STEP
from service.web.forms import Sent, page_for
from service.web.kit import Kit, at_browser
from service.web.sign_in_pages import UNHEARD, sign_in_form

Here = Annotated[SignedIn, Depends(page_for())]
Proved = Annotated[SignedIn, Depends(page_for(fresh=True))]
PASSKEYS = "/account/passkeys"
_REFUSED = (*UNHEARD, PasskeyInputError, WrongStateError, LastPasskeyError)


def passkey_sign_in_pages(kit: Kit) -> APIRouter:
    """Signing in with a passkey alone, and the second step."""
    router = APIRouter(include_in_schema=False, dependencies=[Depends(public())])
    pages, web = kit.pages, kit.people

    @router.post("/sign-in/passkey")
    def alone(request: Request, sent: Sent) -> Response:
        """Sign in with what the browser gave, and go on to the page that was asked for."""
        to, kept = next_page(sent.one("next")), web.cookies.passkey(request)
        try:
            new = proving.sign_in_alone(web.people, web.came(request), kept, sent.one("credential"))
            response = pages.seen(to)
            web.entered(request, response, new)
            return response
        except UNHEARD as refused:
            return sign_in_form(kit, request, to, refused=refused)

    @router.get(SECOND_STEP)
    def asked(request: Request, next: str = "/") -> Response:  # noqa: A002 - the address's own word
        """What is asked for beside the password; where nothing waits, the beginning."""
        try:
            return _second_form(kit, request, web.waiting(request), next_page(next))
        except NotWaitingError:
            return pages.seen("/sign-in")

    @router.post(SECOND_STEP)
    def finished(request: Request, sent: Sent) -> Response:
        """The sign-in begins, and goes on to the page that was asked for."""
        to = next_page(sent.one("next"))
        try:
            here = web.waiting(request)
        except NotWaitingError:
            return pages.seen("/sign-in")
        try:
            new = second_step.finish(
                web.people, web.came(request), here, given=sent.one("credential"), label=sent.one("label")
            )
        except _REFUSED as refused:
            return _second_form(kit, request, here, to, sent.one("label"), refused)
        except NotWaitingError:
            return pages.seen("/sign-in")
        response = pages.seen(to, "passkey-added" if here.needs is Needs.NEW_PASSKEY else None)
        web.entered(request, response, new)
        return response

    @router.post(f"{SECOND_STEP}/leave")
    def left(request: Request) -> Response:
        """Sign out: nothing is waited for any more."""
        response = pages.seen("/sign-in")
        web.cookies.end_wait(request, response)
        with suppress(NotWaitingError):
            second_step.leave(web.people, web.waiting(request))
        return response

    return router


def passkey_pages(kit: Kit) -> APIRouter:
    """One's own passkeys."""
    router, pages, web = APIRouter(include_in_schema=False), kit.pages, kit.people

    def shown(request: Request, who: SignedIn, label: str = "", refused: PracticeError | None = None) -> Response:
        me = oneself(web.people, at_browser(who))
        return pages.page(
            request, "account/passkeys.html", who, status=row_of(type(refused)).status if refused else 200,
            listed=own.list_own(web.people, at_browser(who)), most=own.MOST, has_password=me.has_password,
            here=web.people.passkeys is not None, required=web.people.second_proof_required, fresh=who.fresh,
            label=label, problem=str(refused) if refused else None,
        )  # fmt: skip

    @router.get(PASSKEYS)
    def listed(request: Request, who: Here) -> Response:
        """Those that there are, and a form for another."""
        return shown(request, who)

    @router.post(PASSKEYS)
    def added(request: Request, who: Proved, sent: Sent) -> Response:
        """Add what the browser made; it goes on, every other sign-in ends."""
        label = sent.one("label")
        try:
            new = own.add(
                web.people, web.came(request), at_browser(who), label=label, given=sent.one("credential")
            )  # fmt: skip
        except _REFUSED as refused:
            return shown(request, who, label, refused)
        response = pages.seen(PASSKEYS, "passkey-added")
        web.goes_on(request, response, new)
        return response

    @router.post(f"{PASSKEYS}/remove")
    def removed(request: Request, who: Proved, sent: Sent) -> Response:
        """Remove one; one that is not there was removed."""
        try:
            new = own.remove(web.people, web.came(request), at_browser(who), sent.one("passkey"))
        except LastPasskeyError as refused:
            return shown(request, who, refused=refused)
        response = pages.seen(PASSKEYS, "passkey-removed")
        if new is not None:
            web.goes_on(request, response, new)
        return response

    return router


def _second_form(
    kit: Kit,
    request: Request,
    here: WaitingHere,
    to: str,
    label: str = "",
    refused: PracticeError | None = None,
) -> Response:
    return kit.pages.page(
        request, "second_step.html", status=row_of(type(refused)).status if refused else 200, next=to,
        new=here.needs is Needs.NEW_PASSKEY, here=kit.people.people.passkeys is not None, label=label,
        name=here.sign_in_name, problem=str(refused) if refused else None,
    )  # fmt: skip
