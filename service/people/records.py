"""What is known of people, their sign-ins and their access tokens."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from service.database.words import PersonState, StaffRole
from service.keybroker.ports import Actor


class Scope(StrEnum):
    """What an access token may be used for; never more than its person's roles allow at that moment."""

    ABOUT_READ = "about:read"
    SESSIONS_READ = "sessions:read"
    SESSIONS_WRITE = "sessions:write"
    UPLOADS_WRITE = "uploads:write"
    JOBS_READ = "jobs:read"
    REVIEWS_WRITE = "reviews:write"
    RESEARCH_READ = "research:read"
    AUDIT_READ = "audit:read"
    PEOPLE_READ = "people:read"
    PEOPLE_WRITE = "people:write"


_STAFF = frozenset(StaffRole)
_WORKERS = frozenset({StaffRole.PRACTITIONER, StaffRole.MANAGER})
SCOPE_ROLES: dict[Scope, frozenset[StaffRole]] = {
    Scope.ABOUT_READ: _STAFF,
    Scope.SESSIONS_READ: _STAFF,
    Scope.SESSIONS_WRITE: _WORKERS,
    Scope.UPLOADS_WRITE: _WORKERS,
    Scope.JOBS_READ: _STAFF,
    Scope.REVIEWS_WRITE: frozenset({StaffRole.COACH}),
    Scope.RESEARCH_READ: frozenset({StaffRole.RESEARCHER}),
    Scope.AUDIT_READ: frozenset({StaffRole.ADMINISTRATOR}),
    Scope.PEOPLE_READ: frozenset({StaffRole.ADMINISTRATOR}),
    Scope.PEOPLE_WRITE: frozenset({StaffRole.ADMINISTRATOR}),
}
"""A scope means something only while its person has one of these roles."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A person as administrators see them. ``roles`` are those that hold now."""

    id: str
    sign_in_name: str
    shown_name: str
    state: PersonState
    roles: frozenset[StaffRole]
    has_password: bool
    at_provider: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSignIn:
    """A sign-in that has just begun: the cookie's value, which is nowhere else, and who it is.

    ``known_browser`` goes into a cookie that outlasts the sign-in: strangers' guesses do not hold it up.
    """

    cookie: str = field(repr=False)
    person_id: str
    known_browser: str = field(repr=False)


class Needs(StrEnum):
    """What a sign-in waits for after the password."""

    PASSKEY = "passkey"
    NEW_PASSKEY = "new-passkey"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A password was right, and a second proof is needed: the value of the cookie under which it is waited for."""

    cookie: str = field(repr=False)
    person_id: str
    needs: Needs


@dataclass(frozen=True, slots=True, kw_only=True)
class PasskeyShown:
    """One of a person's own passkeys. Times in milliseconds since 1970; ``used_ms`` None: not used yet."""

    id: str
    label: str
    created_ms: int
    used_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInShown:
    """One of a person's own sign-ins; ``id`` is good for ending it and for nothing else. Times in milliseconds."""

    id: str
    created_ms: int
    seen_ms: int
    current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenShown:
    """An access token without its secret. Times in milliseconds since 1970; ``seen_ms`` when it was used last."""

    id: str
    label: str
    scopes: frozenset[Scope]
    created_ms: int
    until_ms: int
    seen_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """Who makes a request. Exactly one of ``sign_in_id`` and ``token_id`` is there.

    ``fresh``: proved who they are within five minutes; never so for a token. ``scopes`` None: a person at a browser,
    who may do whatever their roles allow.
    """

    actor: Actor
    sign_in_id: str | None = None
    token_id: str | None = None
    fresh: bool = False
    scopes: frozenset[Scope] | None = None
