"""Signing in and out, proving it again, and one-time links."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse

from service.api.principals import public
from service.api.request_ids import request_id_of
from service.people import links, sign_in, views
from service.people.own import oneself
from service.people.records import Waiting
from service.people.telling import person_entered
from service.people.web import Here, PeopleWeb


def sign_in_router(web: PeopleWeb) -> APIRouter:
    """Routes that begin, renew and end a browser's sign-in."""
    router = APIRouter(tags=["sign-in"])

    @router.post(
        "/sign-in", dependencies=[Depends(public())], response_model=views.Entered,
        responses={202: {"model": views.SecondStep, "description": "A passkey is needed too"}},
    )  # fmt: skip
    def enter(body: views.Credentials, request: Request, response: Response) -> views.Entered | JSONResponse:
        """Sign in. The cookie is the sign-in; a sign-in that this browser had before ends."""
        new = sign_in.sign_in(
            web.people, web.came(request), sign_in_name=body.sign_in_name, password=body.password
        )  # fmt: skip
        if isinstance(new, Waiting):
            waits = JSONResponse(views.SecondStep(needs=new.needs).model_dump(), 202)
            web.cookies.wait(waits, new)
            return waits
        signed = web.entered(request, response, new)
        return views.Entered(person=person_entered(oneself(web.people, signed)), csrf=web.csrf(signed))

    @router.post("/sign-out", status_code=204)
    def leave(who: Here, response: Response) -> None:
        """End this sign-in, and have the browser forget its pages."""
        sign_in.sign_out(web.people, who)
        web.cookies.end(response)

    @router.post("/step-up")
    def prove(body: views.Proof, who: Here, request: Request, response: Response) -> views.CsrfTold:
        """Prove it again, for exports and administration in the next five minutes. The cookie is a new one."""
        new = sign_in.step_up(web.people, web.came(request), who, body.password)
        return views.CsrfTold(csrf=web.goes_on(request, response, new))

    return router


def links_router(web: PeopleWeb) -> APIRouter:
    """Routes for whoever was sent a one-time link."""
    router = APIRouter(prefix="/links", tags=["sign-in"], dependencies=[Depends(public())])

    @router.post("/first", status_code=201)
    def first(body: views.FirstAdministrator, request: Request) -> views.PersonIdTold:
        """Become the first administrator, by the link that the first start printed."""
        person_id = links.accept_first(
            web.people, request_id_of(request.scope), body.secret, sign_in_name=body.sign_in_name,
            shown_name=body.shown_name, password=body.password,
        )  # fmt: skip
        return views.PersonIdTold(person_id=person_id)

    @router.post("/accept", status_code=201)
    def accept(body: views.LinkTaken, request: Request) -> views.PersonIdTold:
        """Choose a password by an invitation or a new-password link. All that was open of the person ends."""
        return views.PersonIdTold(
            person_id=links.accept(web.people, request_id_of(request.scope), body.secret, body.password)
        )

    return router
