"""What pages ask for before the browser does something with a passkey, and one's own passkeys.

What the browser gives then is sent by the pages' own forms: nothing but a page of this service can get it.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends, Request, Response

from service.api.principals import public
from service.database.words import PasskeyUse
from service.people.passkeys import own, proving, second_step, views
from service.people.passkeys.rows import Ceremony
from service.people.unguessable import new_secret
from service.people.views import CsrfTold
from service.people.web import Here, PathId, PeopleWeb, Proved


def passkeys_router(web: PeopleWeb) -> APIRouter:
    """Routes that begin what a passkey is asked for."""
    router, people = APIRouter(tags=["sign-in"]), web.people

    @router.post("/sign-in/passkey/options", dependencies=[Depends(public())])
    def alone(request: Request, response: Response) -> views.Ceremony:
        """To sign in with a passkey alone. A cookie ties the answer to this browser."""
        kept = web.cookies.passkey(request) or new_secret()
        options = proving.begin(people, web.came(request), proving.bound_to(kept))
        web.cookies.begin_passkey(response, kept)
        return _told(options)

    @router.post("/sign-in/second/options", dependencies=[Depends(public())])
    def second(request: Request) -> views.Ceremony:
        """For the second step, in the browser in which a sign-in waits for it; nobody else is answered."""
        return _told(second_step.begin(people, web.came(request), web.waiting(request)))

    @router.post("/step-up/options")
    def again(who: Here, request: Request) -> views.Ceremony:
        """To prove again who is signed in."""
        ceremony = Ceremony(use=PasskeyUse.AGAIN, bound=who.sign_in_id or "")
        return _told(proving.begin(people, web.came(request), ceremony, who.actor.person_id))

    return router


def own_passkeys_router(web: PeopleWeb) -> APIRouter:
    """Routes of one's own passkeys. They are for browsers alone."""
    router, people = APIRouter(prefix="/me/passkeys", tags=["me"]), web.people

    @router.get("")
    def listed(who: Here) -> views.PasskeyList:
        """One's own passkeys, oldest first."""
        return views.PasskeyList(
            items=[
                views.PasskeyTold(id=one.id, label=one.label, created_ms=one.created_ms, used_ms=one.used_ms)
                for one in own.list_own(people, who)
            ]
        )

    @router.post("/options")
    def begun(who: Proved, request: Request) -> views.Ceremony:
        """To make one; the page of passkeys sends what the browser made."""
        return _told(own.begin_adding(people, web.came(request), who))

    @router.delete("/{passkey_id}")
    def removed(passkey_id: PathId, who: Proved, request: Request, response: Response) -> CsrfTold:
        """Remove one of one's own. All other sign-ins end; this browser goes on under a new cookie."""
        new = own.remove(people, web.came(request), who, passkey_id)
        return CsrfTold(csrf=web.csrf(who) if new is None else web.goes_on(request, response, new))

    return router


def _told(options: dict[str, Any]) -> views.Ceremony:
    return views.Ceremony(public_key=options)
