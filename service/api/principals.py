"""Who asks, and what a route says about who may: every route declares it exactly once, and it can be read back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol, TypeVar

from fastapi import Request
from fastapi.dependencies.models import Dependant

from service.api.errors import ForeignOriginError, NotAllowedError, NotFreshError, NotSignedInError
from service.api.origin import CSRF_HEADER, SAFE_METHODS, refuse_foreign
from service.api.request_ids import request_id_of
from service.database.words import StaffRole
from service.keybroker.errors import RefusedError
from service.keybroker.ports import Actor

COOKIE = "__Host-sid"
LOCAL_COOKIE = "sid"
"""Where the service runs on http, which is on this machine alone: browsers take no ``__Host-`` cookie there."""
LONGEST_SECRET = 512
CSRF_FIELD = "csrf"
"""The hidden field of a page's form; scripts send the header instead."""
_SCOPE = re.compile(r"[a-z]+:[a-z]+")
_MARK = "practice_access"
_Marked = TypeVar("_Marked", bound=Callable[..., Any])


class SignedIn(Protocol):
    """A person who is signed in, as they are now."""

    @property
    def actor(self) -> Actor:
        """Who it is, in this request."""

    @property
    def fresh(self) -> bool:
        """Whether they proved who they are within the last minutes."""

    @property
    def scopes(self) -> frozenset[str] | None:
        """What their token is for; None where they signed in with a browser."""


class Resolver(Protocol):
    """Finds the person behind a secret, anew for each request: what ended a moment ago finds nobody."""

    def resolve_cookie(self, value: str, request_id: str) -> SignedIn | None:
        """The person whose session this cookie's value is, or None."""

    def resolve_token(self, value: str, request_id: str) -> SignedIn | None:
        """The person whose token this is, or None."""

    def csrf_ok(self, cookie: str, given: str) -> bool:
        """Whether a page that was made for the cookie's session sent this CSRF token."""


class Kind(StrEnum):
    """Who a route is for."""

    PUBLIC = "public"
    SIGNED_IN = "signed-in"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What a route asks of who calls it.

    ``scope``: what a token has to be for; without one the route is for browsers alone. ``roles``: any of them;
    empty: any person. ``fresh``: proved within minutes.
    """

    kind: Kind
    scope: str | None = None
    roles: frozenset[StaffRole] = frozenset()
    fresh: bool = False

    def admit(self, who: SignedIn) -> None:
        """Let the person pass. Raises NotAllowedError, NotFreshError."""
        if who.scopes is not None and (self.scope is None or self.scope not in who.scopes):
            raise NotAllowedError
        if self.roles and not self.roles & who.actor.roles:
            raise NotAllowedError
        if self.fresh and not who.fresh:
            raise NotFreshError


PUBLIC = Access(kind=Kind.PUBLIC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """What the declarations ask at run time; the composition root puts it at ``app.state.door``.

    ``is_operator`` says whether a request comes from whoever runs the service. ``denied`` is told of somebody who is
    signed in and asked for what their roles, or their token's scopes, are not for, and of which session if of one.
    """

    resolver: Resolver
    origins: frozenset[str]
    cookie: str
    is_operator: Callable[[Request], bool]
    denied: Callable[[Actor, str | None], None] = lambda actor, session_id: None


def public() -> Callable[[Request], None]:
    """Declare a route that anybody may call; one that changes something is still refused to other sites' pages."""

    def anybody(request: Request) -> None:
        refuse_foreign(request.method, request.headers, _door(request).origins, cookie=False)

    return _marked(anybody, PUBLIC)


def operators_only() -> Callable[[Request], None]:
    """Declare a route for whoever runs the service; to others it is not there."""

    def operator(request: Request) -> None:
        if not _door(request).is_operator(request):
            raise RefusedError("operator")

    return _marked(operator, Access(kind=Kind.OPERATOR))


def needs_scope(scope: str, *, roles: Iterable[StaffRole] = (), fresh: bool = False) -> Callable[[Request], SignedIn]:
    """Declare a route for people who are signed in, and for tokens of this scope (``noun:verb``)."""
    if _SCOPE.fullmatch(scope) is None:
        raise ValueError("a scope is a noun, a colon and a verb")
    return _needing(Access(kind=Kind.SIGNED_IN, scope=scope, roles=frozenset(roles), fresh=fresh))


def needs_role(*roles: StaffRole, fresh: bool = False) -> Callable[[Request], SignedIn]:
    """Declare a route for people who have one of these roles, signed in with a browser."""
    if not roles:
        raise ValueError("name at least one role")
    return _needing(Access(kind=Kind.SIGNED_IN, roles=frozenset(roles), fresh=fresh))


def needs_sign_in(*, fresh: bool = False) -> Callable[[Request], SignedIn]:
    """Declare a route for anybody who is signed in with a browser."""
    return _needing(Access(kind=Kind.SIGNED_IN, fresh=fresh))


def needs_fresh() -> Callable[[Request], SignedIn]:
    """Declare a route for anybody who proved who they are within the last minutes."""
    return needs_sign_in(fresh=True)


def asks_again(request: Request, access: Access) -> Callable[[], None]:
    """For long streams: a call that raises once the person is signed out, disabled, or lost what the route needs."""

    def again() -> None:
        access.admit(_person(request))

    return again


def declared_as(function: _Marked, declared: Callable[..., Any]) -> _Marked:
    """The function as a declaration of the same access as another one."""
    access = getattr(declared, _MARK)
    assert isinstance(access, Access)
    return _marked(function, access)


def access_of(route: Any) -> Access | None:
    """What a route declares: None where it says nothing, or more than one thing.

    ``route`` is one of FastAPI's, as its ``iter_route_contexts`` gives them, or something mounted that has an
    ``access`` of its own.
    """
    mounted = getattr(getattr(route, "app", None), "access", None)
    if isinstance(mounted, Access):
        return mounted
    dependant = getattr(route, "dependant", None)
    found = list(_declared(dependant)) if isinstance(dependant, Dependant) else []
    return found[0] if len(found) == 1 else None


def _needing(access: Access) -> Callable[[Request], SignedIn]:
    def signed_in(request: Request) -> SignedIn:
        who = _person(request)
        request.state.actor_id = who.actor.person_id
        try:
            access.admit(who)
        except NotAllowedError:
            _door(request).denied(who.actor, request.path_params.get("session_id"))
            raise
        return who

    return _marked(signed_in, access)


def _person(request: Request) -> SignedIn:
    """The person behind the request's token or cookie. Raises NotSignedInError, ForeignOriginError."""
    door, request_id = _door(request), request_id_of(request.scope)
    told = request.headers.getlist("authorization")
    if told:
        scheme, _, secret = told[0].partition(" ")
        usable = len(told) == 1 and scheme.lower() == "bearer" and 0 < len(secret) <= LONGEST_SECRET
        who = door.resolver.resolve_token(secret, request_id) if usable else None
    else:
        who = _from_cookie(request, door, request_id)
    if who is None:
        raise NotSignedInError
    return who


def _from_cookie(request: Request, door: Door, request_id: str) -> SignedIn | None:
    values = list(_cookies(request, door.cookie))
    if len(values) != 1 or not 0 < len(values[0]) <= LONGEST_SECRET:
        return None
    who = door.resolver.resolve_cookie(values[0], request_id)
    if who is not None and request.method not in SAFE_METHODS:
        refuse_foreign(request.method, request.headers, door.origins, cookie=True)
        given = request.headers.get(CSRF_HEADER) or str(getattr(request.state, "csrf", ""))
        if not door.resolver.csrf_ok(values[0], given[:LONGEST_SECRET]):
            raise ForeignOriginError
    return who


def _cookies(request: Request, name: str) -> Iterator[str]:
    """Every value that was sent under the name: two of them mean that somebody else set one."""
    for header in request.headers.getlist("cookie"):
        for pair in header.split(";"):
            given, equals, value = pair.strip().partition("=")
            if equals and given == name:
                yield value.strip('"')


def _declared(dependant: Dependant) -> Iterator[Access]:
    marked = getattr(dependant.call, _MARK, None)
    if isinstance(marked, Access):
        yield marked
    for part in dependant.dependencies:
        yield from _declared(part)


def _marked(function: _Marked, access: Access) -> _Marked:
    setattr(function, _MARK, access)
    return function


def _door(request: Request) -> Door:
    door = request.app.state.door
    assert isinstance(door, Door)
    return door
