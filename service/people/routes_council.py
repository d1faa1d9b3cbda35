"""Signing in at the council's own sign-in: there and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse

from service.api.onwards import HOME
from service.api.principals import public
from service.keybroker.errors import RefusedError
from service.people import council_sign_in, views
from service.people.council_sign_in import Returned
from service.people.web import PeopleWeb

if TYPE_CHECKING:  # its libraries are loaded only where a council's sign-in is set up
    from service.people.oidc import OidcProvider

BACK = "/api/v1/oidc/done"
"""Where the provider sends people back to; a council registers this address, after the public one, at its provider."""
_SEE_OTHER = 303
Told = Annotated[str, Query(max_length=4096)]


def council_router(web: PeopleWeb) -> APIRouter:
    """Routes below ``/oidc``. Where no council's sign-in is set up, all but the first are not there."""
    router = APIRouter(prefix="/oidc", tags=["sign-in"], dependencies=[Depends(public())])

    @router.get("")
    def told() -> views.CouncilTold:
        """Whether there is such a sign-in."""
        return views.CouncilTold(set_up=web.provider is not None)

    @router.get("/begin", status_code=_SEE_OTHER, response_class=RedirectResponse)
    def leave(request: Request, next: Told = HOME) -> Response:  # noqa: A002 - the address's own word
        """Go to the council's sign-in; ``next`` is a page of this service to go on to afterwards, else home."""
        journey = council_sign_in.start(web.people, _provider(web), web.came(request), onwards=next)
        response = RedirectResponse(journey.address, _SEE_OTHER)
        web.cookies.begin_journey(response, journey.kept)
        return response

    @router.post("/begin")
    def begin(body: views.CouncilJourney, request: Request, response: Response) -> views.JourneyTold:
        """The same from a page of this service, which can also take an invitation up or prove it again.

        No other site's link can do that: it would tie a stranger's account to whoever follows it.
        """
        journey = council_sign_in.start(
            web.people, _provider(web), web.came(request), invitation=body.invitation, again=body.again,
            onwards=body.next,
        )  # fmt: skip
        web.cookies.begin_journey(response, journey.kept)
        return views.JourneyTold(address=journey.address)

    @router.get("/done", status_code=_SEE_OTHER, response_class=RedirectResponse)
    def done(request: Request, state: Told = "", code: Told = "", iss: Told | None = None) -> Response:
        """Back from the council's sign-in, in the browser that went there: signed in, and on to what was asked for."""
        returned = Returned(state=state, code=code, kept=web.cookies.journey(request), issuer=iss)
        new = council_sign_in.finish(web.people, _provider(web), web.came(request), returned, web.before(request))
        response = RedirectResponse(council_sign_in.asked_for(returned.kept), _SEE_OTHER)
        web.entered(request, response, new)
        web.cookies.end_journey(response)
        return response

    return router


def _provider(web: PeopleWeb) -> OidcProvider:
    if web.provider is None:
        raise RefusedError("no council sign-in")
    return web.provider
