"""Permissions over HTTP: nothing before everybody agreed, taking it back, receipts and holds."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

import pytest

from service.ids import new_id
from tests.service.council import VISIT, Council

DAY_MS = 86_400_000


@pytest.fixture
def session_id(council: Council) -> str:
    """A session of which nobody was asked yet."""
    found: str = council.worker.done("POST", "/sessions", VISIT)["id"]
    return found


def people(council: Council, session_id: str) -> dict[str, dict[str, Any]]:
    items = council.worker.get(f"/sessions/{session_id}/participants").json()["items"]
    return {one["role"]: one for one in items}


def withdrawn(council: Council, session_id: str, role: str, *purposes: str) -> dict[str, Any]:
    one = people(council, session_id)[role]["id"]
    body = {"purposes": list(purposes)} if purposes else {}
    found: dict[str, Any] = council.worker.done("POST", f"/sessions/{session_id}/participants/{one}/withdrawal", body)
    return found


def test_statements_come_with_the_digest_of_their_words(council: Council) -> None:
    found = council.worker.get("/statements").json()
    assert {one["audience"] for one in found["items"]} == {"adult", "child", "worker"}
    for one in found["items"]:
        assert hashlib.sha256(one["words"].encode()).hexdigest() == one["sha256"]


def test_nothing_is_taken_in_before_everybody_agreed(council: Council, session_id: str) -> None:
    """The refusal says what to do; details can be changed and answers recorded meanwhile."""
    etag = council.worker.get(f"/sessions/{session_id}").headers["etag"]
    for one in people(council, session_id).values():
        refused = council.begin_upload(session_id, 1000)
        assert (refused.status_code, refused.json()["type"]) == (409, "/problems/permission-missing")
        council.answer(session_id, one, "reflection")
    changed = council.worker.send("PUT", f"/sessions/{session_id}/details", {"title": "Other"}, {"If-Match": etag})
    assert changed.status_code == 412, "every answer makes another version"
    council.upload(session_id)
    assert council.worker.get(f"/sessions/{session_id}").json()["state"] == "waiting"


def test_a_stranger_does_not_learn_that_a_permission_is_missing(council: Council, session_id: str) -> None:
    refused = council.begin_upload(session_id, 1000, council.callers["stranger"])
    assert (refused.status_code, refused.json()["type"]) == (404, "/problems/nothing-here")


def test_somebody_who_was_there_too_stops_everything_until_they_agree(council: Council) -> None:
    made = council.ready("reflection")
    new = council.worker.done("POST", f"/sessions/{made}/participants", {"role": "other_family"})
    assert council.worker.get(f"/sessions/{made}").json()["state"] == "quarantined"
    assert council.worker.get(f"/sessions/{made}/documents/session").status_code == 404
    etag = council.worker.get(f"/sessions/{made}").headers["etag"]
    named = council.worker.send("PUT", f"/sessions/{made}/details", {"title": "With aunt"}, {"If-Match": etag})
    assert named.status_code == 200
    assert council.answer(made, new, "reflection")["session_state"] == "ready"
    assert council.worker.get(f"/sessions/{made}/documents/session").status_code == 200


def test_participants_show_how_they_stand_to_each_purpose(council: Council, session_id: str) -> None:
    before = people(council, session_id)["child"]
    assert set(before["standing"].values()) == {"missing"}
    council.answer(session_id, before, "reflection")
    council.answer(session_id, before, "coaching")
    withdrawn(council, session_id, "child", "coaching")
    after = people(council, session_id)["child"]
    assert (after["standing"]["reflection"], after["standing"]["coaching"]) == ("given", "withdrawn")
    assert [one["answer"] for one in after["answers"]] == ["given", "given", "withdrawn"]


def test_the_same_answer_again_is_recorded_once(council: Council, session_id: str) -> None:
    one = people(council, session_id)["practitioner"]
    said = {"purpose": "reflection", "answer": "given", "how": "spoken", "statement": "worker-1", "said_ms": 1}
    path, key = f"/sessions/{session_id}/participants/{one['id']}/permissions", {"Idempotency-Key": new_id()}
    first, again = (council.worker.send("POST", path, said, key) for _ in range(2))
    assert (first.status_code, again.status_code, again.headers["idempotency-replayed"]) == (201, 201, "true")
    assert len(people(council, session_id)["practitioner"]["answers"]) == 1


def test_the_same_participant_again_is_added_once(council: Council, session_id: str) -> None:
    key = {"Idempotency-Key": new_id()}
    path = f"/sessions/{session_id}/participants"
    first, again = (council.worker.send("POST", path, {"role": "child"}, key).json() for _ in range(2))
    assert (first, first["place"]) == (again, 2)


@pytest.mark.parametrize(
    ("changed", "slug"),
    [
        ({"statement": "child-1"}, "bad-input"),
        ({"how": "through-parent"}, "bad-input"),
        ({"until_ms": 0}, "bad-input"),
        ({"answer": "withdrawn"}, "invalid"),
        ({"said_ms": 1 << 60}, "invalid"),
    ],
)
def test_an_answer_that_cannot_be_is_refused(
    council: Council, session_id: str, changed: dict[str, object], slug: str
) -> None:
    one = people(council, session_id)["parent_or_carer"]
    said = {"purpose": "reflection", "answer": "given", "how": "spoken", "statement": "adult-1", "said_ms": 1}
    path = f"/sessions/{session_id}/participants/{one['id']}/permissions"
    response = council.worker.send("POST", path, said | changed)
    assert (response.status_code, response.json()["type"]) == (422, f"/problems/{slug}")


def test_an_answer_of_nobody_who_was_there_is_answered_as_not_there(council: Council, session_id: str) -> None:
    said = {"purpose": "reflection", "answer": "given", "how": "spoken", "statement": "adult-1", "said_ms": 1}
    path = f"/sessions/{session_id}/participants/{new_id()}/permissions"
    assert council.worker.send("POST", path, said).status_code == 404


def test_taking_back_coaching_alone_closes_it_to_the_coach_alone(council: Council) -> None:
    made = council.ready()
    council.worker.done("PUT", f"/sessions/{made}/sharing")
    assert council.coach.get(f"/sessions/{made}/documents/coding?purpose=coaching").status_code == 200
    receipt = withdrawn(council, made, "parent_or_carer", "coaching")
    assert (receipt["whole"], receipt["purposes"], receipt["erasure_id"]) == (False, ["coaching"], None)
    assert council.coach.get(f"/sessions/{made}/documents/coding?purpose=coaching").status_code == 404
    assert council.worker.get(f"/sessions/{made}/documents/coding").status_code == 200
    assert council.worker.get(f"/sessions/{made}/receipt").status_code == 404


def test_withdrawing_again_gives_the_same_receipt(council: Council, session_id: str) -> None:
    first, again = (withdrawn(council, session_id, "child") for _ in range(2))
    assert first == again
    assert council.worker.get(f"/sessions/{session_id}/receipt").json() == first


def test_nothing_of_a_withdrawn_session_is_changed(council: Council, session_id: str) -> None:
    withdrawn(council, session_id, "child")
    response = council.worker.send("POST", f"/sessions/{session_id}/participants", {"role": "child"})
    assert (response.status_code, response.json()["type"]) == (410, "/problems/session-over")
    assert council.begin_upload(session_id, 1000).status_code == 404


def test_an_administrator_withdraws_on_behalf_of_a_participant(council: Council, session_id: str) -> None:
    one = people(council, session_id)["child"]["id"]
    path = f"/sessions/{session_id}/participants/{one}/withdrawal"
    assert council.coach.send("POST", path, {}).status_code == 404
    assert council.administrator.send("POST", path, {}).status_code == 202
    assert council.worker.get(f"/sessions/{session_id}").status_code == 404


def test_a_hold_keeps_the_key_and_opens_nothing(council: Council) -> None:
    made = council.ready("reflection")
    until = council.clock() + 30 * DAY_MS
    hold = council.administrator.done("POST", f"/sessions/{made}/holds", {"reason": "court", "until_ms": until})
    assert withdrawn(council, made, "child")["held_until_ms"] == until
    council.erase()
    assert council.worker.get(f"/sessions/{made}/receipt").json()["certificate"] is None
    assert council.worker.get(f"/sessions/{made}/documents/session").status_code == 404
    council.administrator.done("DELETE", f"/sessions/{made}/holds/{hold['id']}")
    council.erase()
    proof = json.loads(base64.b64decode(council.worker.get(f"/sessions/{made}/receipt").json()["certificate"]))
    assert proof["certificate"]["cause"] == "withdrawal"


def test_holds_are_for_administrators(council: Council, session_id: str) -> None:
    body = {"reason": "court", "until_ms": council.clock() + DAY_MS}
    assert council.worker.send("POST", f"/sessions/{session_id}/holds", body).status_code == 403
    assert council.administrator.send("POST", f"/sessions/{new_id()}/holds", body).status_code == 404
    late = body | {"until_ms": council.clock() + 400 * DAY_MS}
    assert council.administrator.send("POST", f"/sessions/{session_id}/holds", late).status_code == 422


def test_the_same_hold_again_is_placed_once(council: Council, session_id: str) -> None:
    body, key = {"reason": "court", "until_ms": council.clock() + DAY_MS}, {"Idempotency-Key": new_id()}
    first, again = (
        council.administrator.send("POST", f"/sessions/{session_id}/holds", body, key).json() for _ in range(2)
    )
    assert first == again
