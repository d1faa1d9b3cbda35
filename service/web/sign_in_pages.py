"""Pages of signing in and out, and of proving it again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from models.errors import PracticeError
from service.api.onwards import HOME, next_page
from service.api.principals import SignedIn, public
from service.api.problems import row_of
from service.keybroker.errors import RefusedError
from service.people import council_sign_in, sign_in
from service.people.errors import (
    BusyError,
    NoPasskeysHereError,
    PasskeyNeededError,
    PasskeyRefusedError,
    SignInRefusedError,
    TooManyAttemptsError,
)
from service.people.own import oneself
from service.people.passkeys import own, proving
from service.people.records import NewSignIn, Waiting
from service.people.views import SECOND_STEP
from service.web.forms import Fields, Sent, page_for
from service.web.held_forms import HeldForm
from service.web.kit import Kit, at_browser

Here = Annotated[SignedIn, Depends(page_for())]
UNHEARD = (
    SignInRefusedError, TooManyAttemptsError, BusyError, PasskeyRefusedError, PasskeyNeededError, NoPasskeysHereError,
)  # fmt: skip
"""After these the form is shown again."""
NOT_YOUR_PASSWORD = "That is not your password. Try again."  # noqa: S105 - a sentence


def sign_in_pages(kit: Kit) -> APIRouter:
    """Signing in with a password or at the council, and signing out."""
    router, pages = APIRouter(include_in_schema=False), kit.pages

    @router.get("/sign-in", dependencies=[Depends(public())])
    def asked(request: Request, next: str = "/") -> Response:  # noqa: A002 - the address's own word
        """The form; who is signed in already goes on."""
        if kit.people.before(request) is not None:
            return pages.seen(next_page(next))
        return sign_in_form(kit, request, next_page(next))

    @router.post("/sign-in", dependencies=[Depends(public())])
    def entered(request: Request, sent: Sent) -> Response:
        """Sign in and go on to the page that was asked for."""
        name, to = sent.one("sign_in_name"), next_page(sent.one("next"))
        try:
            new = sign_in.sign_in(
                kit.people.people, kit.people.came(request), sign_in_name=name, password=sent.as_typed("password")
            )
            if isinstance(new, Waiting):
                return _second_step(kit, new, to)
            response = pages.seen(to)
            kit.people.entered(request, response, new)
            return response
        except UNHEARD as refused:
            return sign_in_form(kit, request, to, name, refused)

    @router.post("/sign-out")
    def left(who: Here) -> Response:
        """End this sign-in."""
        response = pages.seen("/sign-in")
        sign_in.sign_out(kit.people.people, at_browser(who))
        kit.people.cookies.end(response)
        return response

    return router


def sign_in_form(kit: Kit, request: Request, to: str, name: str = "", refused: PracticeError | None = None) -> Response:
    """The form, which goes on to the page ``to``; with what was wrong, where something was."""
    return kit.pages.page(
        request, "sign_in.html", status=row_of(type(refused)).status if refused else 200, next=to, name=name,
        problem=str(refused) if refused else None, at_council=kit.people.provider is not None,
        passkeys=kit.people.people.passkeys is not None,
    )  # fmt: skip


def _second_step(kit: Kit, waiting: Waiting, to: str) -> Response:
    """On to the second step, which knows where to go on to."""
    response = kit.pages.seen(f"{SECOND_STEP}?next={quote(to)}" if to != HOME else SECOND_STEP)
    kit.people.cookies.wait(response, waiting)
    return response


def confirm_pages(kit: Kit) -> APIRouter:
    """Proving it again, before what needs a proof of the last minutes."""
    router, pages = APIRouter(include_in_schema=False), kit.pages

    @router.get("/confirm")
    def asked(request: Request, who: Here, next: str = "/") -> Response:  # noqa: A002 - the address's own word
        """The form."""
        return _confirm_form(kit, request, who, next_page(next))

    @router.post("/confirm")
    def proved(request: Request, who: Here, sent: Sent) -> Response:
        """Go back to what was asked for, with a new proof."""
        to, held, people = next_page(sent.one("next")), HeldForm.kept(sent), kit.people
        try:
            new = _proved_again(kit, request, who, sent)
        except UNHEARD as refused:
            told = NOT_YOUR_PASSWORD if isinstance(refused, SignInRefusedError) else str(refused)
            return _confirm_form(kit, request, who, to, held, told, row_of(type(refused)).status)
        response = pages.seen(to)
        csrf = people.goes_on(request, response, new)
        return response if held is None else _with_cookies(response, given_on(request, who, held, csrf))

    def given_on(request: Request, who: SignedIn, held: HeldForm, csrf: str) -> Response:
        return pages.page(request, "held_form.html", who, held=held, csrf=csrf)

    @router.post("/confirm/council")
    def leave(request: Request, who: Here, sent: Sent) -> Response:
        """Prove it at the council's own sign-in."""
        return council_journey(kit, request, who, again=True, onwards=sent.one("next"))

    return router


def _proved_again(kit: Kit, request: Request, who: SignedIn, sent: Fields) -> NewSignIn:
    people, came, credential = kit.people.people, kit.people.came(request), sent.one("credential")
    if credential:
        return proving.step_up(people, came, at_browser(who), credential)
    return sign_in.step_up(people, came, at_browser(who), sent.as_typed("password"))


def confirming(kit: Kit) -> Callable[[Request, SignedIn, str, Fields], Response]:
    """Asks for a new proof where a form was sent without one; the page holds the form. See `problem_pages`."""

    def asked(request: Request, who: SignedIn, to: str, sent: Fields) -> Response:
        return _confirm_form(kit, request, who, to, HeldForm.just_sent(request, sent), status=403)

    return asked


def _confirm_form(
    kit: Kit,
    request: Request,
    who: SignedIn,
    to: str,
    held: HeldForm | None = None,
    problem: str | None = None,
    status: int = 200,
) -> Response:
    me = oneself(kit.people.people, at_browser(who))
    at_council = me.at_provider and kit.people.provider is not None
    parts, has_passkeys = kit.people.people, bool(own.list_own(kit.people.people, at_browser(who)))
    return kit.pages.page(
        request, "confirm.html", who, status=status, next=to, held=held, problem=problem, name=me.sign_in_name,
        by_password=me.has_password and not parts.second_proof_required, at_council=at_council,
        has_passkeys=has_passkeys, by_passkey=has_passkeys and parts.passkeys is not None,
    )  # fmt: skip


def _with_cookies(given: Response, page: Response) -> Response:
    """The page, with the cookies of another response."""
    for cookie in given.headers.getlist("set-cookie"):
        page.headers.append("set-cookie", cookie)
    return page


def council_journey(
    kit: Kit,
    request: Request,
    who: SignedIn | None = None,
    *,
    invitation: str | None = None,
    again: bool = False,
    onwards: str = HOME,
) -> Response:
    """A page with the link to the council's sign-in: a form's answer may not lead to another site by itself.

    Raises RefusedError where there is no such sign-in.
    """
    people = kit.people
    if people.provider is None:
        raise RefusedError("no council sign-in")
    journey = council_sign_in.start(
        people.people, people.provider, people.came(request), invitation=invitation, again=again, onwards=onwards
    )  # fmt: skip
    response = kit.pages.page(request, "council_sign_in.html", who, address=journey.address)
    people.cookies.begin_journey(response, journey.kept)
    return response
