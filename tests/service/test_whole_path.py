"""A session from the visit to its certificate, through the real API, broker, keystore, audit and erasure."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.erasure.certificate import holds
from tests.service.council import VISIT, Council, standing_council, wav
from tests.service.jobs.made import CANARY


@pytest.fixture
def council(tmp_path: Path, empty_url: str) -> Iterator[Council]:
    """On SQLite and on PostgreSQL."""
    with standing_council(tmp_path, empty_url) as made:
        yield made


def test_a_session_goes_from_the_visit_to_its_certificate(council: Council) -> None:
    worker, coach = council.worker, council.coach
    session_id = worker.done("POST", "/sessions", VISIT)["id"]
    council.agree(session_id)
    council.upload(session_id)
    council.work()
    assert worker.get(f"/sessions/{session_id}").json()["state"] == "ready"
    _is_read(council, session_id)
    _is_shared(council, session_id)

    people = worker.get(f"/sessions/{session_id}/participants").json()["items"]
    parent = next(one["id"] for one in people if one["role"] == "parent_or_carer")
    receipt = worker.done("POST", f"/sessions/{session_id}/participants/{parent}/withdrawal", {})
    assert (receipt["whole"], receipt["state"], receipt["certificate"]) == (True, "requested", None)
    for who, purpose in ((worker, "reflection"), (coach, "coaching")):
        assert _statuses(who, session_id, purpose) == {404}
        assert session_id not in [one["id"] for one in who.get("/sessions").json()["items"]]

    assert council.erase() == 1
    proven = worker.get(f"/sessions/{session_id}/receipt").json()
    proof = base64.b64decode(proven["certificate"])
    assert proven["state"] == "certified"
    assert holds(proof, council.installation.audit_keys)
    assert [store["left"] for store in json.loads(proof)["certificate"]["stores"]] == [0, 0, 0, 0]
    assert _statuses(worker, session_id, "reflection") == {404}


def _is_read(council: Council, session_id: str) -> None:
    """The worker reads every document and hears any part of the sound."""
    made = {
        name: council.worker.get(f"/sessions/{session_id}/documents/{name}").json()
        for name in ("session", "coding", "scoring", "peaks")
    }
    assert CANARY.decode() in json.dumps(made["session"])
    assert made["coding"]["utterances"]
    part = council.worker.get(f"/sessions/{session_id}/sound", {"Range": "bytes=44-131"})
    assert (part.status_code, part.headers["content-type"]) == (206, "audio/mp4")
    assert part.content == wav()[44:132]


def _is_shared(council: Council, session_id: str) -> None:
    """The coach sees it from the moment on at which the worker shared it, for coaching alone."""
    coach = council.coach
    assert _statuses(coach, session_id, "coaching") == {404}
    council.worker.done("PUT", f"/sessions/{session_id}/sharing")
    assert coach.get(f"/sessions/{session_id}?purpose=coaching").json()["details"]["title"] == VISIT["title"]
    assert coach.get(f"/sessions/{session_id}/documents/coding?purpose=coaching").status_code == 200
    assert coach.get(f"/sessions/{session_id}/sound?purpose=coaching").content == wav()
    assert coach.get(f"/sessions/{session_id}").status_code == 404
    assert [one["id"] for one in coach.get("/sessions").json()["items"]] == [session_id]


def _statuses(who, session_id: str, purpose: str) -> set[int]:  # type: ignore[no-untyped-def]
    """How everything that a session has to be read is answered."""
    paths = ["", "/documents/session", "/documents/coding", "/documents/scoring", "/documents/peaks", "/sound"]
    found = {who.get(f"/sessions/{session_id}{path}?purpose={purpose}").status_code for path in paths}
    return found | {who.get(f"/sessions/{session_id}/jobs").status_code}
