"""What the routes of people share: who may call them, where a request came from, how a sign-in reaches a browser."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Path, Request
from sqlalchemy import Connection
from starlette.responses import JSONResponse, Response

from service.api.principals import needs_fresh, needs_role, needs_scope, needs_sign_in
from service.api.repeat import Answer, Once, Repeat, repeat_of
from service.api.request_ids import request_id_of
from service.database.words import StaffRole
from service.people.cookies import Cookies
from service.people.errors import NotWaitingError, SignInRefusedError
from service.people.parts import PeopleParts
from service.people.passkeys import second_step
from service.people.passkeys.second_step import WaitingHere
from service.people.principal import csrf_token, resolve_cookie
from service.people.records import NewSignIn, Scope, SignedIn
from service.people.repeats import UNKEYED, DoneBeforeError, Repeats
from service.people.sign_in import Came, sign_out

if TYPE_CHECKING:  # its libraries are loaded only where a council's sign-in is set up
    from service.people.oidc import OidcProvider

NOWHERE = "unknown"
NETWORK_BITS = 64
"""Of an IPv6 address: whoever has one address of such a network has all of them."""

Here = Annotated[SignedIn, Depends(needs_sign_in())]
"""Whoever is signed in with a browser."""
Proved = Annotated[SignedIn, Depends(needs_fresh())]
"""Whoever proved within five minutes who they are."""
Reader = Annotated[SignedIn, Depends(needs_scope(Scope.PEOPLE_READ, roles=[StaffRole.ADMINISTRATOR]))]
"""An administrator, or their token for reading people."""
Administrator = Annotated[SignedIn, Depends(needs_role(StaffRole.ADMINISTRATOR, fresh=True))]
"""An administrator who proved within five minutes who they are."""
PathId = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]
SignInPathId = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]
Repeated = Annotated[Repeat | None, Depends(repeat_of)]


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleWeb:
    """``link_to`` makes the address of a one-time link of its secret. ``provider`` None: no council's sign-in."""

    people: PeopleParts
    cookies: Cookies
    link_to: Callable[[str], str]
    provider: OidcProvider | None = None

    def came(self, request: Request) -> Came:
        """Where a request came from."""
        known = self.cookies.known_browser(request)
        return Came(address=address_of(request), request_id=request_id_of(request.scope), known_browser=known)

    def before(self, request: Request) -> SignedIn | None:
        """Who is signed in in this browser already, where the route does not ask for anybody."""
        value = request.cookies.get(self.cookies.sign_in)
        return resolve_cookie(self.people, value, request_id_of(request.scope))

    def entered(self, request: Request, response: Response, new: NewSignIn) -> SignedIn:
        """Give the browser a sign-in that has begun, and end the one that it had. Raises SignInRefusedError."""
        old = self.before(request)
        signed = self._given(request, response, new)
        self.cookies.end_wait(request, response)
        self.cookies.end_passkey(request, response)
        if old is not None:
            sign_out(self.people, old)
        return signed

    def waiting(self, request: Request) -> WaitingHere:
        """What waits for its second step in this browser. Raises NotWaitingError."""
        found = second_step.find(self.people, self.cookies.waiting(request))
        if found is None:
            raise NotWaitingError
        return found

    def goes_on(self, request: Request, response: Response, new: NewSignIn) -> str:
        """Give the browser the new cookie of a sign-in that goes on; returns its CSRF token."""
        return self.csrf(self._given(request, response, new))

    def csrf(self, signed: SignedIn) -> str:
        """What pages of this sign-in send; empty for an access token."""
        return csrf_token(self.people, signed) or ""

    def _given(self, request: Request, response: Response, new: NewSignIn) -> SignedIn:
        signed = resolve_cookie(self.people, new.cookie, request_id_of(request.scope))
        if signed is None:  # disabled in this very moment
            raise SignInRefusedError
        request.state.actor_id = new.person_id
        self.cookies.begin(response, new)
        return signed


@dataclass(frozen=True, slots=True)
class Keyed(Repeats):
    """An act with an Idempotency-Key. What is kept is the id of what was made, never its secret."""

    once: Once

    def refuse_second(self, rows: Connection) -> None:
        """First in the act's transaction. Raises DoneBeforeError, RepeatConflictError."""
        earlier = self.once.earlier(rows)
        if earlier is not None:
            raise DoneBeforeError(str(earlier.body["id"]))

    def keep(self, rows: Connection, made_id: str, now_ms: int) -> None:
        """Last in the act's transaction."""
        self.once.keep(rows, Answer(status=201, body={"id": made_id}), now_ms)


def made_once(
    repeat: Repeat | None, who: SignedIn, act: Callable[[Repeats], tuple[str, dict[str, str]]], secret: str | None
) -> JSONResponse:
    """Answer 201 with what an act made: its id, and what is shown once; without that where it was done before.

    ``secret``: the name of the field that is shown once.
    """
    repeats = Keyed(repeat.by(who.actor)) if repeat else UNKEYED
    try:
        made_id, shown = act(repeats)
        return Answer(status=201, body={"id": made_id, **shown}).response()
    except DoneBeforeError as before:
        nothing = {secret: None} if secret else {}
        return Answer(status=201, body={"id": before.made_id, **nothing}, repeated=True).response()


def address_of(request: Request) -> str:
    """The network address that a request came from; a proxy's word is taken by the server, from trusted ones alone."""
    told = request.client.host if request.client else ""
    try:
        address = ipaddress.ip_address(told.partition("%")[0])
    except ValueError:
        return NOWHERE
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, NETWORK_BITS), strict=False))
    return str(address)
