"""What people see and change of themselves: names, password, sign-ins, access tokens."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from service.people import sign_in, tokens, views
from service.people.own import oneself
from service.people.repeats import Repeats
from service.people.telling import me_told, sign_ins_told, tokens_told
from service.people.web import Here, PathId, PeopleWeb, Proved, Repeated, SignInPathId, made_once


def own_router(web: PeopleWeb) -> APIRouter:
    """Routes below ``/me``."""
    router = APIRouter(prefix="/me", tags=["me"])

    @router.get("")
    def me(who: Here) -> views.MeTold:
        """Who is signed in here, their roles and teams, and what their pages send."""
        return me_told(oneself(web.people, who), fresh=who.fresh, csrf=web.csrf(who))

    @router.post("/password")
    def change(body: views.NewPassword, who: Here, request: Request, response: Response) -> views.CsrfTold:
        """Choose a new password. All sign-ins and access tokens end; this browser goes on under a new cookie."""
        new = sign_in.change_password(web.people, web.came(request), who, old=body.old, new=body.new)
        return views.CsrfTold(csrf=web.goes_on(request, response, new))

    @router.get("/sign-ins")
    def sign_ins(who: Here) -> views.SignInList:
        """Where one is signed in, newest first."""
        return sign_ins_told(sign_in.list_own(web.people, who))

    @router.delete("/sign-ins/{sign_in_id}", status_code=204)
    def end(sign_in_id: SignInPathId, who: Here) -> None:
        """End one of one's own sign-ins; one that is not there has ended."""
        sign_in.end_own(web.people, who, sign_in_id)

    @router.delete("/sign-ins", status_code=204)
    def end_all(who: Here, response: Response) -> None:
        """Sign out everywhere, here too."""
        sign_in.end_all_own(web.people, who)
        web.cookies.end(response)

    return router


def tokens_router(web: PeopleWeb) -> APIRouter:
    """Routes of one's own access tokens. They are for browsers alone: a token makes and ends no tokens."""
    router = APIRouter(prefix="/me/tokens", tags=["me"])

    @router.get("")
    def listed(who: Here) -> views.TokenList:
        """One's own access tokens that work now, newest first."""
        return tokens_told(tokens.list_tokens(web.people, who))

    @router.post("", status_code=201, response_model=views.TokenMade)
    def made(body: views.NewToken, who: Proved, repeat: Repeated) -> Response:
        """Make an access token. Its secret is shown this once."""

        def act(repeats: Repeats) -> tuple[str, dict[str, str]]:
            until_ms = web.people.parts.clock() + body.days * tokens.DAY_MS
            token_id, secret = tokens.make_token(
                web.people, who, label=body.label, scopes=body.scopes, until_ms=until_ms, repeats=repeats
            )
            return token_id, {"secret": secret}

        return made_once(repeat, who, act, "secret")

    @router.delete("/{token_id}", status_code=204)
    def end(token_id: PathId, who: Here) -> None:
        """End one of one's own access tokens; one that is not there has ended."""
        tokens.end_token(web.people, who, token_id)

    return router
