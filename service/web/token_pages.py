"""One's own access tokens: made for machines, shown once, ended."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from service.api.principals import SignedIn
from service.api.problems import row_of
from service.api.repeat import Repeat
from service.ids import is_id, new_id
from service.people import tokens
from service.people.errors import TokenInputError
from service.people.records import Scope
from service.people.repeats import DoneBeforeError
from service.people.web import Keyed
from service.web.forms import Fields, Sent, page_for
from service.web.kit import Kit, at_browser
from service.web.words import SCOPE_WORDS

Here = Annotated[SignedIn, Depends(page_for())]
Proved = Annotated[SignedIn, Depends(page_for(fresh=True))]
TOKENS = "/account/tokens"
DAYS = (30, 90, 180, 365)
"""For how long a token can be made here."""


def token_pages(kit: Kit) -> APIRouter:
    """Making and ending them."""
    router, pages, people = APIRouter(include_in_schema=False), kit.pages, kit.people.people

    def shown(
        request: Request,
        who: SignedIn,
        *,
        typed: Fields,
        made: str | None = None,
        refused: TokenInputError | None = None,
    ) -> Response:
        usable = sorted(tokens.allowed(Scope, who.actor.roles))
        return pages.page(
            request, "account/tokens.html", who, status=row_of(type(refused)).status if refused else 200,
            listed=tokens.list_tokens(people, at_browser(who)), made=made, problem=str(refused) if refused else None,
            scopes=[(scope, SCOPE_WORDS[scope]) for scope in usable], scope_words=SCOPE_WORDS, days=DAYS,
            chosen=typed.all("scope"), label=typed.one("label"), chosen_days=typed.one("days") or str(DAYS[1]),
            act=new_id(), fresh=who.fresh,
        )  # fmt: skip

    @router.get(TOKENS)
    def listed(request: Request, who: Here) -> Response:
        """Those that work now, and a form for another."""
        return shown(request, who, typed=Fields({}))

    @router.post(TOKENS)
    def made(request: Request, who: Proved, sent: Sent) -> Response:
        """Make one. Its secret is in this answer alone, so this is the one form whose answer is a page."""
        try:
            secret = _made(kit, request, who, sent)
        except TokenInputError as refused:
            return shown(request, who, typed=sent, refused=refused)
        except DoneBeforeError:
            return pages.seen(TOKENS, "token-before")
        return shown(request, who, typed=Fields({}), made=secret)

    @router.post(f"{TOKENS}/end")
    def ended(who: Here, sent: Sent) -> Response:
        """End one; one that is not there has ended."""
        tokens.end_token(people, at_browser(who), sent.one("token"))
        return pages.seen(TOKENS, "token-ended")

    return router


def _made(kit: Kit, request: Request, who: SignedIn, sent: Fields) -> str:
    """The secret of a new token. Raises TokenInputError, and DoneBeforeError where this form was sent before."""
    act, label, scopes, days = sent.one("act"), sent.one("label"), sent.all("scope"), sent.one("days")
    if not is_id(act) or days not in map(str, DAYS) or not set(scopes) <= set(Scope):
        raise TokenInputError
    same = "\0".join((label, *sorted(scopes), days)).encode()
    once = Repeat(secret=request.app.state.repeat_secret, key=act, path=f"POST {TOKENS}", sent=same).by(who.actor)
    people = kit.people.people
    until_ms = people.parts.clock() + int(days) * tokens.DAY_MS
    _, secret = tokens.make_token(
        people, at_browser(who), label=label, scopes=map(Scope, scopes), until_ms=until_ms, repeats=Keyed(once)
    )
    return secret
