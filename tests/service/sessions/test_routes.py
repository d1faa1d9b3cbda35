"""Sessions over HTTP: adding, reading, changing, sharing and erasing them, and what is read and heard of them."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

import anyio
import pytest
from sqlalchemy import func, select

from models.adapters.fakes import FakeCoder
from service.database.errors import DatabaseUnavailableError
from service.database.tables import session
from service.database.words import StaffRole
from service.ids import new_id
from service.permissions.withdrawal import withdraw
from tests.service.council import API, VISIT, Council, wav
from tests.service.jobs.made import engines


@pytest.fixture(scope="module")
def ready_id(council: Council) -> str:
    """A session that is ready, shared with the coach, and left as it is."""
    made = council.ready()
    council.worker.done("PUT", f"/sessions/{made}/sharing")
    return made


def added(council: Council) -> str:
    found: str = council.worker.done("POST", "/sessions", VISIT)["id"]
    return found


def test_an_added_session_is_answered_with_its_address_and_version(council: Council) -> None:
    response = council.worker.send("POST", "/sessions", VISIT)
    made = response.json()
    assert response.status_code == 201
    assert response.headers["location"] == f"{API}/sessions/{made['id']}"
    assert response.headers["etag"] == f'"v{made["version"]}"'
    assert (made["state"], made["details"]["change_goal"]) == ("draft", VISIT["change_goal"])
    assert council.worker.get(f"/sessions/{made['id']}").json() == made


def test_the_same_act_again_adds_nothing(council: Council) -> None:
    headers = {"Idempotency-Key": new_id()}
    first = council.worker.send("POST", "/sessions", VISIT, headers)
    before = count(council)
    again = council.worker.send("POST", "/sessions", VISIT, headers)
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    assert count(council) == before


def test_a_key_that_was_used_for_another_session_is_refused(council: Council) -> None:
    headers = {"Idempotency-Key": new_id()}
    council.worker.send("POST", "/sessions", VISIT, headers)
    other = council.worker.send("POST", "/sessions", VISIT | {"title": "Another"}, headers)
    assert (other.status_code, other.json()["type"]) == (409, "/problems/key-used")


def test_an_act_of_which_only_the_row_was_kept_gets_its_details_when_it_is_repeated(
    council: Council, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the database went away between the two, the second attempt brings the words again."""
    headers = {"Idempotency-Key": new_id()}
    with monkeypatch.context() as patched:
        patched.setattr("service.sessions.usecases.Sessions.change", silent)
        assert council.worker.send("POST", "/sessions", VISIT, headers).status_code == 503
    again = council.worker.send("POST", "/sessions", VISIT, headers)
    assert again.json()["details"]["title"] == VISIT["title"]


@pytest.mark.parametrize(
    "changed",
    [
        {"held_on": "2026-02-30"},
        {"held_on": "22.11.2026"},
        {"participants": []},
        {"participants": ["child"]},
        {"setting": "anything"},
        {"title": "x" * 201},
        {"title": "\0"},
        {"names": "Ann"},
    ],
)
def test_a_session_that_cannot_be_is_refused_without_repeating_it(council: Council, changed: dict[str, object]) -> None:
    response = council.worker.send("POST", "/sessions", VISIT | changed)
    assert response.status_code == 422
    assert not any(str(value) in response.text for value in changed.values() if value)


def test_half_of_a_character_is_refused_as_a_field(council: Council) -> None:
    body = '{"setting": "direct_practice", "title": "\\ud800"}'
    headers = council.worker.headers | {"Content-Type": "application/json"}
    assert council.client.post(f"{API}/sessions", content=body, headers=headers).status_code == 422


def test_who_is_no_worker_adds_no_session(council: Council) -> None:
    response = council.coach.send("POST", "/sessions", VISIT)
    assert (response.status_code, response.json()["type"]) == (403, "/problems/not-allowed")


def test_details_are_changed_where_nobody_changed_them_meanwhile(council: Council) -> None:
    path = f"/sessions/{added(council)}"
    etag = council.worker.get(path).headers["etag"]
    changed = council.worker.send("PUT", f"{path}/details", {"title": "Third visit"}, {"If-Match": etag})
    assert (changed.status_code, changed.json()["details"]["title"]) == (200, "Third visit")
    late = council.worker.send("PUT", f"{path}/details", {"title": "Other"}, {"If-Match": etag})
    assert (late.status_code, late.json()["type"]) == (412, "/problems/changed-meanwhile")
    assert council.worker.get(path).headers["etag"] == changed.headers["etag"]


def test_details_are_not_changed_unseen(council: Council) -> None:
    response = council.worker.send("PUT", f"/sessions/{added(council)}/details", {"title": "Other"})
    assert response.status_code == 428


def test_looking_again_at_what_did_not_change_is_short_and_is_in_the_audit(council: Council, ready_id: str) -> None:
    for path in (f"/sessions/{ready_id}", f"/sessions/{ready_id}/documents/scoring"):
        etag = council.worker.get(path).headers["etag"]
        before = council.audited()
        again = council.worker.get(path, {"If-None-Match": etag})
        assert (again.status_code, again.content) == (304, b"")
        assert council.audited() == before + 1


def test_whoever_is_not_let_in_does_not_learn_that_nothing_changed(council: Council, ready_id: str) -> None:
    for path in (f"/sessions/{ready_id}", f"/sessions/{ready_id}/documents/scoring"):
        etag = council.worker.get(path).headers["etag"]
        assert council.callers["stranger"].get(path, {"If-None-Match": etag}).status_code == 404
        assert council.callers["stranger"].get(path, {"If-None-Match": "*"}).status_code == 404


def test_a_foreign_session_and_none_are_answered_alike(council: Council, ready_id: str) -> None:
    stranger = council.callers["stranger"]
    for path in ("", "/documents/session", "/sound", "/jobs", "/participants", "/receipt"):
        foreign, absent = (stranger.get(f"/sessions/{one}{path}").json() for one in (ready_id, new_id()))
        assert {name: value for name, value in foreign.items() if name != "instance"} == {
            name: value for name, value in absent.items() if name != "instance"
        }


def test_a_document_is_what_was_made_and_is_kept_by_nobody_on_the_way(council: Council, ready_id: str) -> None:
    response = council.worker.get(f"/sessions/{ready_id}/documents/coding")
    assert response.headers["content-type"] == "application/json"
    assert response.headers["cache-control"] == "no-store"
    assert response.json()["utterances"]


def test_a_document_that_is_not_made_yet_is_said_to_be_so(council: Council) -> None:
    made = added(council)
    council.agree(made)
    response = council.worker.get(f"/sessions/{made}/documents/session")
    assert (response.status_code, response.json()["type"]) == (404, "/problems/not-made-yet")


def test_the_copy_for_listening_is_no_document(council: Council, ready_id: str) -> None:
    assert council.worker.get(f"/sessions/{ready_id}/documents/listening").status_code == 422


def test_sound_is_played_from_any_place(council: Council, ready_id: str) -> None:
    whole, size = council.worker.get(f"/sessions/{ready_id}/sound"), len(wav())
    assert (whole.status_code, whole.content, whole.headers["accept-ranges"]) == (200, wav(), "bytes")
    end = council.worker.get(f"/sessions/{ready_id}/sound", {"Range": "bytes=-7"})
    assert (end.status_code, end.content) == (206, wav()[-7:])
    assert end.headers["content-range"] == f"bytes {size - 7}-{size - 1}/{size}"
    beyond = council.worker.get(f"/sessions/{ready_id}/sound", {"Range": f"bytes={size}-"})
    assert beyond.status_code == 416
    head = council.worker.send("HEAD", f"/sessions/{ready_id}/sound")
    assert (head.status_code, head.headers["content-length"], head.content) == (200, str(size), b"")


def test_a_withdrawal_ends_sound_that_is_being_played(council: Council) -> None:
    made = added(council)
    council.agree(made)
    council.upload(made, wav(bytes(range(256)) * 16_000))
    sent = anyio.run(Listener(council, made).listen)
    assert 0 < sent < len(wav(bytes(range(256)) * 16_000))


def test_sharing_is_for_the_worker_and_for_what_is_ready(council: Council, ready_id: str) -> None:
    early = council.worker.send("PUT", f"/sessions/{added(council)}/sharing")
    assert (early.status_code, early.json()["type"]) == (409, "/problems/other-state")
    assert council.coach.send("PUT", f"/sessions/{ready_id}/sharing").status_code == 404
    taken = council.worker.done("DELETE", f"/sessions/{ready_id}/sharing")
    assert taken["shared_ms"] is None
    assert council.coach.get(f"/sessions/{ready_id}?purpose=coaching").status_code == 404
    council.worker.done("PUT", f"/sessions/{ready_id}/sharing")


def test_the_lawful_basis_is_changed_and_opens_nothing(council: Council) -> None:
    made = added(council)
    changed = council.worker.send("PUT", f"/sessions/{made}/lawful-basis", {"lawful_basis": "consent"})
    now = council.worker.get(f"/sessions/{made}")
    assert now.json()["lawful_basis"] == "consent"
    assert changed.headers["etag"] == now.headers["etag"]
    assert council.begin_upload(made, 100).status_code == 409


def test_the_list_goes_on_where_the_page_before_ended(council: Council) -> None:
    other = council.person("lister", StaffRole.PRACTITIONER)
    mine = [other.done("POST", "/sessions", VISIT)["id"] for _ in range(5)]
    seen: list[str] = []
    path: str | None = "/sessions?limit=2"
    while path:
        page = other.get(path).json()
        seen += [one["id"] for one in page["items"]]
        assert all("details" not in one for one in page["items"])
        path = f"/sessions?limit=2&cursor={page['next']}" if page["next"] else None
    assert sorted(seen) == sorted(mine)


def test_the_worker_alone_has_a_session_erased(council: Council) -> None:
    made = added(council)
    for other in (council.administrator, council.coach, council.callers["stranger"]):
        assert other.send("DELETE", f"/sessions/{made}").status_code == 404
    response = council.worker.send("DELETE", f"/sessions/{made}")
    assert (response.status_code, response.json()["state"]) == (202, "requested")
    assert council.worker.send("DELETE", f"/sessions/{made}").json() == response.json()
    assert council.worker.get(f"/sessions/{made}").status_code == 404
    council.erase()
    assert council.worker.get(f"/sessions/{made}/receipt").json()["certificate"]


def test_a_manager_works_with_a_supervision_of_their_own(council: Council) -> None:
    manager = council.person("manager", StaffRole.MANAGER)
    supervision = VISIT | {"setting": "supervision", "participants": ["supervisor", "practitioner"]}
    made = manager.done("POST", "/sessions", supervision)["id"]
    council.agree(made, "reflection", by=manager)
    council.upload(made, by=manager)
    council.work(replace(engines(), coder=FakeCoder("canary", element="sup_purpose", indicator="sup_purpose+1")))
    assert manager.get(f"/sessions/{made}/documents/scoring").status_code == 200
    assert manager.send("DELETE", f"/sessions/{made}").status_code == 202


def count(council: Council) -> int:
    with council.parts.database.reading() as rows:
        return int(rows.execute(select(func.count()).select_from(session)).scalar_one())


def silent(*_: object, **__: object) -> None:
    raise DatabaseUnavailableError


class Listener:
    """Plays a session's sound as a server does; after the first piece a participant withdraws."""

    def __init__(self, council: Council, session_id: str) -> None:
        self._council, self._session_id = council, session_id
        people = council.worker.get(f"/sessions/{session_id}/participants").json()["items"]
        self._participant = people[0]["id"]
        self._sent, self._withdrawn = 0, threading.Event()

    async def listen(self) -> int:
        path = f"{API}/sessions/{self._session_id}/sound"
        headers = [(name.lower().encode(), value.encode()) for name, value in self._council.worker.headers.items()]
        scope = {
            "type": "http", "http_version": "1.1", "method": "GET", "scheme": "https", "path": path,
            "raw_path": path.encode(), "query_string": b"", "headers": [(b"host", b"practice.example"), *headers],
            "client": ("203.0.113.7", 40000), "server": ("practice.example", 443), "state": {},
        }  # fmt: skip
        await self._council.app(scope, self._receive, self._send)
        return self._sent

    async def _receive(self) -> dict[str, Any]:
        await anyio.sleep_forever()
        return {}

    async def _send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            assert message["status"] == 200
        self._sent += len(message.get("body", b""))
        if self._sent and not self._withdrawn.is_set():
            self._withdrawn.set()
            await anyio.to_thread.run_sync(self._withdraw)

    def _withdraw(self) -> None:
        withdraw(self._council.parts, self._council.worker.actor, self._session_id, self._participant)
