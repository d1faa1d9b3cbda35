"""What the routes of people take and tell, field by field. Nothing else is taken, and nothing else is told."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt

from service.database.words import PersonState, StaffRole
from service.people.records import Needs, Scope

_ID = "5f2b8c1e9a7d4036b1c2d3e4f5a60718"
_OTHER_ID = "0c9d1e2f3a4b5c6d7e8f90a1b2c3d4e5"
_WHEN = 1_795_000_000_000
_LATEST = 1 << 53
_PASSWORD = "kettle under nine ladders"  # noqa: S105 - an example for readers
SECOND_STEP = "/sign-in/second"
"""The page of the second step."""
_SECRET = "the part of the link after /welcome/"  # noqa: S105 - an example for readers

Id = Annotated[str, Field(pattern="^[0-9a-f]{32}$", examples=[_ID])]
Password = Annotated[str, Field(min_length=1, max_length=1024, repr=False, examples=[_PASSWORD])]
Secret = Annotated[str, Field(min_length=1, max_length=200, repr=False, examples=[_SECRET])]
SignInName = Annotated[str, Field(min_length=1, max_length=254, repr=False, examples=["o.reed@north.example"])]
ShownName = Annotated[str, Field(min_length=1, max_length=120, repr=False, examples=["O. Reed"])]
Milliseconds = Annotated[int, Field(description="Milliseconds since 1970 UTC", examples=[_WHEN])]
Csrf = Annotated[str, Field(repr=False, description="Sent as X-CSRF with whatever changes something")]


class Exact(BaseModel):
    """Fields that are not known are refused."""

    model_config = ConfigDict(extra="forbid")


class Credentials(Exact):
    """A sign-in name and its password."""

    sign_in_name: SignInName
    password: Password


class Proof(Exact):
    """The password of whoever is signed in, once more."""

    password: Password


class NewPassword(Exact):
    """A new password, and the old one as proof."""

    old: Password
    new: Password


class FirstAdministrator(Exact):
    """What whoever administers first is called, and their password."""

    secret: Secret
    sign_in_name: SignInName
    shown_name: ShownName
    password: Password


class LinkTaken(Exact):
    """A one-time link, and the password that is chosen by it."""

    secret: Secret
    password: Password


class NewToken(Exact):
    """What an access token is for, and for how many days."""

    label: str = Field(min_length=1, max_length=80, repr=False, examples=["The import every night"])
    scopes: list[Scope] = Field(min_length=1, max_length=len(Scope), examples=[["sessions:read"]])
    days: int = Field(ge=1, le=365, examples=[90])


class NewPerson(Exact):
    """Somebody to be invited."""

    sign_in_name: SignInName
    shown_name: ShownName
    roles: list[StaffRole] = Field(max_length=len(StaffRole), examples=[["practitioner"]])


class NewTeam(Exact):
    """A team to be made."""

    name: str = Field(min_length=1, max_length=120, repr=False, examples=["North, first team"])


class NewMember(Exact):
    """How somebody is in a team."""

    leads: StrictBool = Field(default=False, examples=[False])


class NewCoaching(Exact):
    """When a coaching relationship ends; none: when it is ended."""

    until_ms: StrictInt | None = Field(default=None, ge=0, le=_LATEST, examples=[_WHEN])


class CouncilJourney(Exact):
    """What a sign-in at the council is for: an ordinary one, to take up an invitation, or to prove it again."""

    invitation: str | None = Field(default=None, min_length=1, max_length=200, repr=False)
    again: StrictBool = Field(default=False, examples=[False])
    next: str = Field(
        default="/", max_length=4096, examples=["/account"], description="A page of this service; else home"
    )


class OwnTeamTold(Exact):
    """A team that one is in."""

    id: Id
    name: str = Field(examples=["North, first team"])
    leads: bool


class MeTold(Exact):
    """Oneself. ``fresh``: proved within five minutes, by password or passkey, or at the council."""

    id: Id
    sign_in_name: str = Field(examples=["o.reed@north.example"])
    shown_name: str = Field(examples=["O. Reed"])
    roles: list[StaffRole]
    teams: list[OwnTeamTold]
    has_password: bool
    at_provider: bool = Field(description="Signs in at the council's own sign-in")
    fresh: bool
    csrf: Csrf


class PersonEntered(Exact):
    """Whoever has just signed in."""

    id: Id
    sign_in_name: str = Field(examples=["o.reed@north.example"])
    shown_name: str = Field(examples=["O. Reed"])
    roles: list[StaffRole]
    teams: list[OwnTeamTold]


class Entered(Exact):
    """A sign-in that has begun; its secret is in the cookie alone."""

    person: PersonEntered
    csrf: Csrf


class SecondStep(Exact):
    """The password was right, and a passkey is needed too; the first one is made in that step where there is none.

    Nothing is open yet. Only a page of this service can go on, in this browser.
    """

    needs: Needs
    page: str = Field(default=SECOND_STEP, examples=[SECOND_STEP])


class CsrfTold(Exact):
    """The sign-in goes on under a new cookie, whose pages send this."""

    csrf: Csrf


class SignInTold(Exact):
    """One of one's own sign-ins; its ``id`` ends it and does nothing else."""

    id: str = Field(pattern="^[0-9a-f]{64}$", examples=[_ID + _OTHER_ID])
    created_ms: Milliseconds
    seen_ms: Milliseconds
    current: bool


class TokenTold(Exact):
    """One of one's own access tokens, without its secret."""

    id: Id
    label: str = Field(examples=["The import every night"])
    scopes: list[Scope]
    created_ms: Milliseconds
    until_ms: Milliseconds
    seen_ms: int | None = Field(description="When it was used last", examples=[_WHEN])


class TokenMade(Exact):
    """A new access token. ``secret`` is shown this once; null in the answer to a repeated request."""

    id: Id
    secret: str | None = Field(repr=False, examples=["prt_..."])


class PersonMade(Exact):
    """Somebody invited. ``link`` is shown this once; null in the answer to a repeated request."""

    id: Id
    link: str | None = Field(repr=False, examples=["https://practice.example/welcome/..."])


class LinkMade(Exact):
    """A one-time link, shown this once; older ones of the person open nothing any more."""

    link: str = Field(repr=False, examples=["https://practice.example/welcome/..."])


class IdMade(Exact):
    """The id of what was made."""

    id: Id


class PersonIdTold(Exact):
    """Who took the link up; they sign in next."""

    person_id: Id


class PersonTold(Exact):
    """A person as administrators see them."""

    id: Id
    sign_in_name: str = Field(examples=["o.reed@north.example"])
    shown_name: str = Field(examples=["O. Reed"])
    state: PersonState
    roles: list[StaffRole]
    has_password: bool
    at_provider: bool = Field(description="Signs in at the council's own sign-in")


class TeamTold(Exact):
    """A team; leaders are members too."""

    id: Id
    name: str = Field(examples=["North, first team"])
    members: list[Id]
    leaders: list[Id]


class CoachingTold(Exact):
    """Who coaches whom; ``until_ms`` null: no end is set."""

    coach_id: Id
    worker_id: Id
    from_ms: Milliseconds
    until_ms: int | None = Field(examples=[_WHEN])


class CouncilTold(Exact):
    """Whether people can sign in at the council's own sign-in."""

    set_up: bool


class JourneyTold(Exact):
    """Where to send the browser."""

    address: str = Field(repr=False, examples=["https://sign-in.council.example/authorize?..."])


class SignInList(Exact):
    """All of them: there is never a next page."""

    items: list[SignInTold]
    next: str | None = None


class TokenList(Exact):
    """All of them: there is never a next page."""

    items: list[TokenTold]
    next: str | None = None


class PersonList(Exact):
    """Everybody, by name: there is never a next page."""

    items: list[PersonTold]
    next: str | None = None


class TeamList(Exact):
    """Every team, by name: there is never a next page."""

    items: list[TeamTold]
    next: str | None = None


class CoachingList(Exact):
    """Every relationship that has not ended: there is never a next page."""

    items: list[CoachingTold]
    next: str | None = None
