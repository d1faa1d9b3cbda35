"""What people see of themselves: their names, roles and teams."""

from __future__ import annotations

from dataclasses import dataclass

from service.database.words import StaffRole
from service.keybroker.errors import RefusedError
from service.people import store, team_rows
from service.people.parts import PeopleParts
from service.people.records import SignedIn


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnTeam:
    """A team that a person is in now, and whether they lead it."""

    id: str
    name: str
    leads: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Oneself:
    """A person as they see themself, and by what they can prove who they are."""

    id: str
    sign_in_name: str
    shown_name: str
    roles: frozenset[StaffRole]
    teams: tuple[OwnTeam, ...]
    has_password: bool
    at_provider: bool


def oneself(people: PeopleParts, signed: SignedIn) -> Oneself:
    """Who is signed in. Raises RefusedError where they are not there any more."""
    me, now_ms = signed.actor.person_id, people.parts.clock()
    with people.parts.database.reading() as rows:
        row = store.by_id(rows, me)
        if row is None:
            raise RefusedError("no such person")
        teams = team_rows.teams_of(rows, me, now_ms)
    return Oneself(
        id=me, sign_in_name=row["sign_in_name"], shown_name=row["shown_name"], roles=signed.actor.roles,
        teams=tuple(OwnTeam(id=team_id, name=name, leads=leads) for team_id, name, leads in teams),
        has_password=row["password_hash"] is not None, at_provider=row["subject"] is not None,
    )  # fmt: skip
