"""Jobs over HTTP: how far they are, as it happens, stopping one and trying again."""

from __future__ import annotations

import json
from typing import Any

import pytest

from service.ids import new_id
from tests.service.council import API, VISIT, Council


@pytest.fixture(scope="module")
def ready_id(council: Council) -> str:
    return council.ready("reflection")


def waiting(council: Council) -> tuple[str, str]:
    """A session and its job, which no worker took up yet."""
    made = council.worker.done("POST", "/sessions", VISIT)["id"]
    council.agree(made, "reflection")
    council.upload(made)
    return made, jobs(council, made)[0]["id"]


def jobs(council: Council, session_id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = council.worker.get(f"/sessions/{session_id}/jobs").json()["items"]
    return found


def events(text: str) -> list[tuple[str, dict[str, Any]]]:
    blocks = [block.split("\n") for block in text.split("\n\n") if block.startswith("event: ")]
    return [(block[0].removeprefix("event: "), json.loads(block[1].removeprefix("data: "))) for block in blocks]


def test_a_job_tells_its_stages_and_where_it_stands(council: Council, ready_id: str) -> None:
    (done,) = jobs(council, ready_id)
    assert (done["state"], done["stage"], done["reason"]) == ("done", "documents", None)
    assert council.worker.get(f"/jobs/{done['id']}").json() == done


def test_progress_is_told_until_the_job_ends(council: Council, ready_id: str) -> None:
    (done,) = jobs(council, ready_id)
    stream = council.worker.get(f"/jobs/{done['id']}/events")
    assert stream.headers["content-type"].startswith("text/event-stream")
    assert events(stream.text) == [("progress", done), ("end", {"why": "done"})]


def test_progress_ends_where_the_session_is_withdrawn_meanwhile(
    council: Council, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, job_id = waiting(council)
    looks = iter(range(100))

    def withdrawing(*given: Any, **named: Any) -> Any:
        if next(looks) == 2:  # the route's own look, the stream's first, and now
            council.worker.done("DELETE", f"/sessions/{made}")
        return seen(*given, **named)

    broker = type(council.parts.broker)
    seen = broker.visible_sessions
    monkeypatch.setattr(broker, "visible_sessions", withdrawing)
    stream = council.worker.get(f"/jobs/{job_id}/events")
    (name, first), end = events(stream.text)
    assert (name, first["state"]) == ("progress", "queued")
    assert end == ("end", {"why": "nothing-here"})


def test_a_job_is_shown_to_the_session_s_worker_alone(council: Council, ready_id: str) -> None:
    (done,) = jobs(council, ready_id)
    for path in (f"/jobs/{done['id']}", f"/jobs/{done['id']}/events", f"/sessions/{ready_id}/jobs"):
        for other in ("stranger", "coach", "administrator"):
            assert council.callers[other].get(path).status_code == 404
    assert council.callers["stranger"].send("POST", f"/jobs/{done['id']}/cancel").status_code == 404
    assert council.worker.get(f"/jobs/{new_id()}").status_code == 404


def test_a_job_that_waits_is_cancelled_and_tried_again_once(council: Council) -> None:
    made, job_id = waiting(council)
    council.worker.done("POST", f"/jobs/{job_id}/cancel")
    assert council.worker.get(f"/jobs/{job_id}").json()["state"] == "cancelled"
    key = {"Idempotency-Key": new_id()}
    first, again = (council.worker.send("POST", f"/jobs/{job_id}/again", None, key) for _ in range(2))
    assert (first.status_code, first.json()) == (201, again.json())
    assert first.headers["location"] == f"{API}/jobs/{first.json()['id']}"
    council.work()
    assert {one["state"] for one in jobs(council, made)} == {"done", "cancelled"}
    assert council.worker.get(f"/sessions/{made}").json()["state"] == "ready"


def test_a_job_that_did_not_fail_is_not_tried_again(council: Council, ready_id: str) -> None:
    (done,) = jobs(council, ready_id)
    response = council.worker.send("POST", f"/jobs/{done['id']}/again")
    assert (response.status_code, response.json()["type"]) == (409, "/problems/other-state")


def test_the_jobs_of_a_withdrawn_session_are_not_there(council: Council) -> None:
    made, job_id = waiting(council)
    council.worker.done("DELETE", f"/sessions/{made}")
    assert council.worker.get(f"/sessions/{made}/jobs").status_code == 404
    assert council.worker.get(f"/jobs/{job_id}").status_code == 404
    council.work()
    council.erase()
