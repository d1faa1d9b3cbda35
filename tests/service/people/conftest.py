"""People who are there already, and hashing that costs nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pwdlib.hashers.argon2 import Argon2Hasher

from service.database.words import StaffRole
from service.ids import new_id
from service.keybroker.ports import Actor
from service.parts import Parts
from service.people import links, staff
from service.people.parts import PeopleParts
from service.people.passkeys.relying_party import RelyingParty
from service.people.passwords import Passwords
from service.people.principal import resolve_cookie
from service.people.records import NewSignIn, SignedIn
from service.people.sign_in import Came, sign_in

PASSWORD = "kettle under nine ladders"
REQUEST = "f" * 32
PARTY = RelyingParty(id="practice.example", origin="https://practice.example", name="Practice")


def cheap() -> Argon2Hasher:
    return Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture
def people(parts: Parts) -> PeopleParts:
    return PeopleParts(parts=parts, passwords=Passwords(cheap()), guesses=lambda _: 1e12, key=bytes(32), passkeys=PARTY)


@pytest.fixture
def administrator(people: PeopleParts) -> Actor:
    secret = links.first_administrator_link(people.parts, REQUEST)
    person_id = links.accept_first(
        people, REQUEST, secret, sign_in_name="first@north", shown_name="First", password=PASSWORD
    )
    return Actor(person_id=person_id, roles=frozenset({StaffRole.ADMINISTRATOR}), request_id=new_id())


Add = Callable[..., str]


@pytest.fixture
def add(people: PeopleParts, administrator: Actor) -> Add:
    """Invites somebody with roles and takes the invitation up; their id."""

    def added(name: str, *roles: StaffRole) -> str:
        person_id, secret = staff.invite(
            people.parts, administrator, sign_in_name=name, shown_name=name.title(), roles=roles
        )
        links.accept(people, REQUEST, secret, PASSWORD)
        return person_id

    return added


def entered(people: PeopleParts, name: str, password: str = PASSWORD, **came: str) -> NewSignIn:
    given = Came(address=came.pop("address", "192.0.2.1"), request_id=REQUEST, **came)
    new = sign_in(people, given, sign_in_name=name, password=password)
    assert isinstance(new, NewSignIn)
    return new


def who(people: PeopleParts, cookie: str) -> SignedIn | None:
    return resolve_cookie(people, cookie, new_id())


def here(people: PeopleParts, cookie: str) -> SignedIn:
    found = who(people, cookie)
    assert found is not None
    return found
