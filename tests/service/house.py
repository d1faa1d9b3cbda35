"""A whole installation with its web application: real database, keys, audit and broker; hashing that costs nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from anyio.from_thread import BlockingPortal, start_blocking_portal
from fastapi import FastAPI
from pwdlib.hashers.argon2 import Argon2Hasher
from starlette.testclient import TestClient

from service.database.words import StaffRole
from service.ids import new_id
from service.installation import Installation, opened_installation
from service.parts import Parts
from service.people.links import first_administrator_link
from service.people.parts import PeopleParts
from service.people.passwords import Passwords
from service.settings_service import LINK_PATH, ServiceSettings
from service.web_process import relying_party, web_app
from tests.service.stand_ins import ToldClock

URL = "https://practice.example"
PASSWORD = "kettle under nine ladders"
API = "/api/v1"
MINUTE_MS = 60_000
ADDRESS = "192.0.2.1"


def cheap_people(installation: Installation) -> PeopleParts:
    """Signing in with the smallest hashes that there are; any password of the right length will do."""
    hasher = Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1)
    return PeopleParts(
        parts=installation.parts, passwords=Passwords(hasher), guesses=lambda _: 1e12, key=installation.secret,
        passkeys=relying_party(installation.settings),
        second_proof_required=installation.settings.second_proof_required,
    )  # fmt: skip


@dataclass(kw_only=True)
class House:
    """An installation and the people in it, all with the same password.

    ``client`` gives somebody's browser, signed in; ``stranger`` one that is not.
    """

    installation: Installation
    people: PeopleParts
    app: FastAPI
    clock: ToldClock
    portal: BlockingPortal
    names: dict[str, str] = field(default_factory=dict)
    _clients: list[TestClient] = field(default_factory=list)
    _administrator: TestClient | None = None
    _proved_ms: int = 0
    administrator_id: str = ""

    @property
    def parts(self) -> Parts:
        """The parts behind the application."""
        return self.installation.parts

    def stranger(self, address: str = ADDRESS, **headers: str) -> TestClient:
        """A browser in which nobody is signed in, on a page of this service."""
        own = {"Origin": self.url}
        return self._browser(TestClient(self.app, self.url, client=(address, 40000), headers={**own, **headers}))

    def client(self, person_id: str, *, password: str = PASSWORD) -> TestClient:
        """A new browser in which this person has just signed in; it sends the CSRF token by itself."""
        browser = self.stranger()
        sent = {"sign_in_name": self.names[person_id], "password": password}
        answer = browser.post(f"{API}/sign-in", json=sent)
        assert answer.status_code == 200, answer.text
        browser.headers["X-CSRF"] = answer.json()["csrf"]
        return browser

    def admin(self) -> TestClient:
        """The first administrator's browser, with a proof from the last minutes."""
        if self._administrator is None or self.clock() - self._proved_ms >= 4 * MINUTE_MS:
            self._administrator, self._proved_ms = self.client(self.administrator_id), self.clock()
        return self._administrator

    def add_person(self, *roles: StaffRole, name: str = "") -> tuple[str, TestClient]:
        """Somebody invited by the administrator, who took the invitation up: their id, and their browser."""
        name = name or f"{new_id()}@north"
        sent = {"sign_in_name": name, "shown_name": "O. Reed", "roles": list(roles)}
        made = self.admin().post(f"{API}/people", json=sent)
        assert made.status_code == 201, made.text
        person_id = str(made.json()["id"])
        self.names[person_id] = name
        taken = {"secret": secret_of(made.json()["link"]), "password": PASSWORD}
        assert self.stranger().post(f"{API}/links/accept", json=taken).status_code == 201
        return person_id, self.client(person_id)

    def token(self, browser: TestClient, *scopes: str, days: int = 30) -> TestClient:
        """A machine with an access token of whoever is signed in there."""
        sent = {"label": "machine", "scopes": list(scopes), "days": days}
        made = browser.post(f"{API}/me/tokens", json=sent)
        assert made.status_code == 201, made.text
        bearer = {"Authorization": f"Bearer {made.json()['secret']}"}
        return self._browser(TestClient(self.app, self.url, headers=bearer))

    def _browser(self, made: TestClient) -> TestClient:
        """All share one event loop, which is cheaper than one for each request."""
        made.portal = self.portal
        self._clients.append(made)
        return made

    @property
    def url(self) -> str:
        """The public address."""
        return self.installation.settings.public_url

    def close(self) -> None:
        """Let go of the browsers."""
        for browser in self._clients:
            browser.close()


def prove(browser: TestClient, password: str = PASSWORD) -> Any:
    """Prove it again in this browser; the answer."""
    answer = browser.post(f"{API}/step-up", json={"password": password})
    if answer.status_code == 200:
        browser.headers["X-CSRF"] = answer.json()["csrf"]
    return answer


def secret_of(link: str) -> str:
    """The secret in a link."""
    return link.partition(LINK_PATH)[2]


@contextmanager
def opened_house(folder: Path, clock: ToldClock | None = None, **settings: str) -> Iterator[House]:
    """A new installation in a folder, with its first administrator. ``settings`` by the names of the environment."""
    told = clock or ToldClock()
    given = {"PRACTICE_DATA": str(folder / "data"), "PRACTICE_URL": URL, **settings}
    read = ServiceSettings.from_environment(given)
    with (
        opened_installation(read, may_begin=True, clock=told) as installation,
        start_blocking_portal() as portal,
    ):
        people = cheap_people(installation)
        app = web_app(installation, people)
        house = House(installation=installation, people=people, app=app, clock=told, portal=portal)
        try:
            house.administrator_id = _first(house)
            yield house
        finally:
            house.close()


def _first(house: House) -> str:
    sent = {
        "secret": first_administrator_link(house.parts, new_id()),
        "sign_in_name": "first@north",
        "shown_name": "First",
        "password": PASSWORD,
    }
    answer = house.stranger().post(f"{API}/links/first", json=sent)
    assert answer.status_code == 201, answer.text
    house.names[answer.json()["person_id"]] = sent["sign_in_name"]
    return str(answer.json()["person_id"])
