"""Reviews over HTTP, from a coach's browser and from a script of theirs."""

from __future__ import annotations

from typing import Any

import pytest

from service.database.words import StaffRole
from service.ids import new_id
from tests.service.council import Caller, Council
from tests.service.reviews.made import ELEMENTS, scored


@pytest.fixture(scope="module")
def ready(council: Council) -> str:
    session_id = council.ready()
    council.worker.done("PUT", f"/sessions/{session_id}/sharing")
    scored(council.parts, session_id, key="b" * 64, later_ms=1)  # the pretended coder flags nothing
    return session_id


@pytest.fixture
def coach(council: Council) -> Caller:
    made = council.person(new_id(), StaffRole.COACH)
    council.coaches(made, council.worker)
    return made


@pytest.fixture
def begun(coach: Caller, ready: str) -> Any:
    return coach.done("POST", f"/sessions/{ready}/reviews", {"kind": "open"})


def note(text: str = "To talk about", act_id: str = "") -> dict[str, object]:
    return {"act_id": act_id or new_id(), "kind": "note", "about": "", "body": {"text": text}}


def scores() -> list[dict[str, object]]:
    body = {"score": 3, "none": None, "reason": "Heard it all"}
    return [{"act_id": new_id(), "kind": "score", "about": one, "body": body} for one in ELEMENTS]


def test_a_review_is_begun_once_and_found_again(coach: Caller, ready: str) -> None:
    first = coach.send("POST", f"/sessions/{ready}/reviews", {"kind": "open"})
    again = coach.send("POST", f"/sessions/{ready}/reviews", {})
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert first.headers["location"] == f"/api/v1/reviews/{first.json()['id']}"
    assert first.headers["etag"] == '"v0"'
    assert set(first.json()) == {
        "id", "session_id", "kind", "state", "begun_ms", "revealed_ms", "finished_ms", "mine", "number", "flags",
        "scores", "notes", "undoable", "redoable", "newer",
    }  # fmt: skip
    assert set(first.json()["flags"][0]) == {
        "about", "utterance", "element", "direction", "verdict", "to", "note", "by_machine", "probability",
    }  # fmt: skip
    assert set(first.json()["scores"][0]) == {
        "element", "suggested", "score", "none", "reason", "opened", "state", "before",
    }  # fmt: skip


def test_acts_are_answered_with_the_whole_review_and_what_was_refused(coach: Caller, begun: Any) -> None:
    kept, wrong = note(), {"act_id": new_id(), "kind": "score", "about": "empathy", "body": {"score": 5}}
    done = coach.send("POST", f"/reviews/{begun['id']}/acts", {"acts": [wrong, kept]})
    assert done.status_code == 200
    told = done.json()
    assert [one["act_id"] for one in told["refused"]] == [wrong["act_id"]]
    assert told["refused"][0]["title"] == "Look at the evidence first"
    assert [one["text"] for one in told["review"]["notes"]] == ["To talk about"]
    assert told["number"] == told["review"]["number"] > 0
    assert done.headers["etag"] == f'"v{told["number"]}"'
    assert told["review"]["undoable"] == 1


def test_a_second_tab_is_told_only_the_number_where_nothing_was_done(coach: Caller, begun: Any) -> None:
    path = f"/reviews/{begun['id']}"
    assert coach.get(f"{path}?since=0").json() == {"number": 0}
    number = coach.done("POST", f"{path}/acts", {"acts": [note()]})["number"]
    whole = coach.get(f"{path}?since=0")
    assert whole.json()["notes"][0]["text"] == "To talk about"
    assert coach.get(f"{path}?since={number}").json() == {"number": number}
    same = coach.get(path, headers={"If-None-Match": whole.headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")


def test_a_review_is_finished_reopened_and_finished_again(coach: Caller, begun: Any) -> None:
    path = f"/reviews/{begun['id']}"
    early = coach.send("POST", f"{path}/finish")
    assert (early.status_code, early.json()["type"]) == (409, "/problems/not-all-scored")
    assert coach.done("POST", f"{path}/acts", {"acts": scores()})["refused"] == []
    assert coach.done("POST", f"{path}/finish")["state"] == "finished"
    late = coach.done("POST", f"{path}/acts", {"acts": [note()]})
    assert [one["title"] for one in late["refused"]] == ["This review is finished"]
    assert coach.done("POST", f"{path}/reopen")["state"] == "open"
    assert coach.done("POST", f"{path}/reveal")["state"] == "open"


def test_the_machines_suggestions_stay_closed_in_a_blind_review_until_every_element_is_scored(
    council: Council, coach: Caller
) -> None:
    session_id = council.ready()
    council.worker.done("PUT", f"/sessions/{session_id}/sharing")
    one = coach.done("POST", f"/sessions/{session_id}/reviews", {"kind": "blind"})

    def answers() -> list[int]:
        paths = [f"/sessions/{session_id}/documents/{name}?purpose=coaching" for name in ("coding", "scoring")]
        return [coach.get(path).status_code for path in paths]

    assert answers() == [409, 409]
    assert council.worker.get(f"/sessions/{session_id}/documents/coding").status_code == 200
    coach.done("POST", f"/reviews/{one['id']}/acts", {"acts": scores()})
    coach.done("POST", f"/reviews/{one['id']}/reveal")
    assert answers() == [200, 200]


def test_two_finished_reviews_are_compared(council: Council, coach: Caller) -> None:
    session_id = council.ready()
    council.worker.done("PUT", f"/sessions/{session_id}/sharing")
    other = council.person(new_id(), StaffRole.COACH)
    council.coaches(other, council.worker)
    for who, kind in ((coach, "open"), (other, "second")):
        one = who.done("POST", f"/sessions/{session_id}/reviews", {"kind": kind})
        missing = who.send("GET", f"/sessions/{session_id}/comparison")
        assert (missing.status_code, missing.json()["type"]) == (409, "/problems/not-both-finished")
        who.done("POST", f"/reviews/{one['id']}/acts", {"acts": scores()})
        who.done("POST", f"/reviews/{one['id']}/finish")
    found = other.get(f"/sessions/{session_id}/comparison").json()
    assert (found["exact"], found["within_one"], found["both"]) == (1.0, 1.0, len(ELEMENTS))
    assert [one["mine"] for one in found["reviews"]] == [True, False]
    assert {one["kind"] for one in other.get(f"/sessions/{session_id}/reviews").json()["items"]} == {"open", "second"}
    final = coach.done("POST", f"/sessions/{session_id}/reviews", {"kind": "adjudication"})
    assert {one["state"] for one in final["scores"]} == {"confirmed"}


@pytest.mark.parametrize(
    "body",
    [
        {"acts": []},
        {"acts": [{"act_id": "1", "kind": "note"}]},
        {"acts": [{"act_id": "a" * 32, "kind": "applaud"}]},
        {"acts": [{"act_id": "a" * 32, "kind": "note", "about": "x" * 65}]},
        {"acts": [{"act_id": "a" * 32, "kind": "note", "body": []}]},
        {"acts": [{"act_id": "a" * 32, "kind": "note", "mood": "good"}]},
        {"acts": [{"act_id": "a" * 32, "kind": "undo"}] * 201},
    ],
)
def test_what_is_not_an_act_at_all_is_refused_whole(coach: Caller, begun: Any, body: object) -> None:
    path = f"/reviews/{begun['id']}"
    assert coach.send("POST", f"{path}/acts", body).status_code == 422
    assert coach.get(f"{path}?since=0").json() == {"number": 0}


def test_a_review_of_somebody_else_cannot_be_told_from_one_that_there_is_not(
    council: Council, coach: Caller, begun: Any
) -> None:
    other = council.person(new_id(), StaffRole.COACH)
    council.coaches(other, council.worker)
    for method, end in (
        ("GET", ""),
        ("GET", "?since=0"),
        ("POST", "/reveal"),
        ("POST", "/finish"),
        ("POST", "/reopen"),
    ):
        foreign = other.send(method, f"/reviews/{begun['id']}{end}")
        nowhere = other.send(method, f"/reviews/{new_id()}{end}")
        assert foreign.status_code == nowhere.status_code == 404
        said = [{k: v for k, v in one.json().items() if k != "instance"} for one in (foreign, nowhere)]
        assert said[0] == said[1]
