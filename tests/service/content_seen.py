"""One session, shared, and every address at which a worker or a coach sees something of its content."""

from __future__ import annotations

from dataclasses import dataclass

from httpx2 import Response
from starlette.testclient import TestClient

from service.ids import new_id
from tests.service.council import VISIT, Caller, Council
from tests.service.jobs.made import CANARY

READ = (
    "",
    "/documents/session",
    "/documents/coding",
    "/documents/scoring",
    "/documents/peaks",
    "/transcript",
    "/sound",
)
PAGES = {
    "worker": ("", "/voices", "/check", "/transcript", "/transcript/editor", "/details", "/reflection"),
    "coach": ("/review",),
}
PURPOSES = {"worker": "reflection", "coach": "coaching"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A session of the council's worker, and what of it stands nowhere else."""

    council: Council
    id: str
    title: str

    @property
    def addresses(self) -> list[tuple[str, str]]:
        """Who, and where they see something."""
        read = [(who, f"/api/v1/sessions/{self.id}{path}?purpose={PURPOSES[who]}") for who in PURPOSES for path in READ]
        return read + [(who, f"/sessions/{self.id}{path}") for who, paths in PAGES.items() for path in paths]

    def get(self, who: str, address: str, client: TestClient | None = None, **headers: str) -> Response:
        caller: Caller = self.council.callers[who]
        asked = {"Cookie": caller.headers["Cookie"], **headers}
        return (client or caller.client).get(address, headers=asked, follow_redirects=False)

    def holds(self, response: Response) -> bool:
        """Whether an answer has something of what was said, written or recorded."""
        found = response.content
        return CANARY in found or self.title.encode() in found or b'"peaks"' in found


def seen_session(council: Council) -> Seen:
    """A session whose recording was worked on, shared with the coach, under a title that no other has."""
    title = f"Visit {new_id()}"
    session_id = str(council.worker.done("POST", "/sessions", {**VISIT, "title": title})["id"])
    council.agree(session_id)
    council.upload(session_id)
    council.work()
    council.worker.done("PUT", f"/sessions/{session_id}/sharing")
    council.coach.done("POST", f"/sessions/{session_id}/reviews", {"kind": "open"})
    return Seen(council=council, id=session_id, title=title)
