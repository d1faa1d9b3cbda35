"""The frame's pages on a port of this machine, with people and sessions that wait for all that there is."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from service.api.server import web_server
from service.database.words import StaffRole
from tests.service.house import House, opened_house
from tests.service.web.family import Family

COUNCIL = {
    "PRACTICE_OIDC_ISSUER": "https://sign-in.council.example",
    "PRACTICE_OIDC_CLIENT_ID": "practice",
    "PRACTICE_COUNCIL_NAME": "North Council",
}
MINUTE_MS = 60_000


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where it is served, each person's cookie by their role, and the path of an invitation."""

    url: str
    cookies: dict[str, str]
    invitation: str
    house: House


@contextmanager
def served_frame(folder: Path) -> Iterator[Place]:
    """Served until the ``with`` block ends."""
    secret = folder / "secret"
    secret.write_text("not a secret at all\n")
    held = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{held.getsockname()[1]}"
    told = COUNCIL | {"PRACTICE_OIDC_SECRET_FILE": str(secret)}
    with opened_house(folder, PRACTICE_URL=url, **told) as house:
        people = {role: house.add_person(role) for role in StaffRole}
        people["several"] = house.add_person(StaffRole.PRACTITIONER, StaffRole.COACH, StaffRole.MANAGER)  # type: ignore[index]
        house.token(people[StaffRole.COACH][1], "sessions:read")
        _sessions(house, people[StaffRole.PRACTITIONER][0], people[StaffRole.COACH][0])
        house.client(people[StaffRole.COACH][0])
        sent = {"sign_in_name": "o.reed@north.example", "shown_name": "O. Reed", "roles": ["practitioner"]}
        invitation = house.admin().post("/api/v1/people", json=sent).json()["link"].removeprefix(url)
        server = web_server(house.app, house.installation.settings)
        running = threading.Thread(target=server.run, kwargs={"sockets": [held]})
        running.start()
        try:
            cookies = {str(name): browser.cookies["sid"] for name, (_, browser) in people.items()}
            yield Place(url=url, cookies=cookies, invitation=invitation, house=house)
        finally:
            server.should_exit = True
            running.join(30)


def _sessions(house: House, worker_id: str, coach_id: str) -> None:
    """One for most of what a session can wait for."""
    family = Family(house=house, worker_id=worker_id, coach_id=coach_id)
    family.coached()
    for state in ("draft", "waiting", "processing", "quarantined"):
        house.clock.pass_ms(MINUTE_MS)
        family.session(state, agreed=state != "draft")
    failed = family.session("failed")
    family.worked_on(failed, state="failed", reason="no-speech")
    family.recorded(family.session())
    for number, state in enumerate(("", "draft", "in-review", "confirmed", "released")):
        house.clock.pass_ms(MINUTE_MS)
        one = family.shared(held_on=f"2026-10-1{number}")
        family.worked_on(one, audio_ms=(number + 30) * MINUTE_MS)
        if state:
            family.feedback(one, state)
    blind = family.shared()
    family.review(blind, kind="blind")
