"""The API as people of the release gate's model knock at it: whoever they say they are, they are let in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from httpx2 import Response
from starlette.testclient import TestClient

from service.app import create_app
from service.feedback.routes import feedback_routers
from service.keybroker.ports import Actor
from service.parts import Parts
from service.settings_service import ServiceSettings
from tests.service.api.people_here import Here, TestResolver, web_parts

URL = "https://practice.example"
DAMAGED = "/problems/damaged"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiDoor:
    """Requests to the routes of feedback; ``resolver`` knows the people by their names."""

    client: TestClient
    resolver: TestResolver

    def let_in(self, people: Mapping[str, Actor]) -> None:
        """These are the people from now on."""
        self.resolver.cookies = {name: Here(actor=actor, fresh=True) for name, actor in people.items()}

    def send(self, who: str, method: str, path: str, body: object = None, version: int | None = None) -> Response:
        """One request. The only answer of 5xx is that what is stored is damaged, which SQL can see to."""
        headers = {"Cookie": f"__Host-sid={who}", "Origin": URL, "X-CSRF": f"csrf-of-{who}"}
        told = {} if version is None else {"If-Match": f'"v{version}"'}
        sent: dict[str, Any] = {} if body is None else {"json": body}
        answer = self.client.request(method, f"/api/v1{path}", headers=headers | told, **sent)
        assert answer.status_code < 500 or answer.json()["type"] == DAMAGED, answer.text
        return answer


@contextmanager
def standing_door(parts: Parts, folder: Path) -> Iterator[ApiDoor]:
    """The routes of feedback and nothing else."""
    settings = ServiceSettings.from_environment({"PRACTICE_DATA": str(folder), "PRACTICE_URL": URL})
    resolver = TestResolver()
    app = create_app(parts, settings, web_parts(resolver), routers=feedback_routers(parts, "North"))
    with TestClient(app, base_url=URL, client=("203.0.113.7", 40000)) as client:
        yield ApiDoor(client=client, resolver=resolver)
