"""A worker's reflection over HTTP: whose it is, in what order things are shown, and what two windows do."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from service.audit.records import Action, Purpose
from service.database.tables import reflection
from service.database.words import Content, StaffRole
from service.ids import new_id
from service.keybroker.errors import RefusedError
from service.reflection.errors import NotRatedYetError
from service.reflection.usecases import Reflections
from tests.service.council import VISIT, Caller, Council

NOTE = "a-note-for-nobody-else"
ELEMENTS = (
    "empathy", "collaboration", "autonomy", "evocation", "purposefulness", "clarity_about_concerns", "child_focus",
)  # fmt: skip


@pytest.fixture
def session_id(council: Council) -> str:
    """A session that everybody agreed to, without a recording yet."""
    few = {**VISIT, "participants": ["practitioner", "parent_or_carer"]}
    made: str = council.worker.done("POST", "/sessions", few)["id"]
    council.agree(made, "reflection")
    return made


def at(session_id: str) -> str:
    return f"/sessions/{session_id}/reflection"


def put(who: Caller, session_id: str, version: int, **body: Any) -> Any:
    return who.send("PUT", at(session_id), body, {"If-Match": f'"v{version}"'})


def test_before_anything_is_written_it_is_empty_and_version_0(council: Council, session_id: str) -> None:
    response = council.worker.get(at(session_id))
    assert response.headers["etag"] == '"v0"'
    assert response.json()["ratings"] == {}
    assert response.json()["rated_ms"] is None


def test_what_was_written_is_read_again(council: Council, session_id: str) -> None:
    answer = {"about": "u3:empathy+", "question": "heard", "text": "Her breath."}
    body = {"ratings": {"empathy": 4, "autonomy": None}, "answers": [answer], "note": NOTE, "wanted": "Time."}
    kept = put(council.worker, session_id, 0, **body)
    assert kept.status_code == 200, kept.text
    assert kept.headers["etag"] == '"v1"'
    read = council.worker.get(at(session_id)).json()
    assert {name: read[name] for name in body} == body


def test_reading_it_again_unchanged_sends_nothing(council: Council, session_id: str) -> None:
    put(council.worker, session_id, 0, note=NOTE)
    assert council.worker.get(at(session_id), {"If-None-Match": '"v1"'}).status_code == 304


def test_a_text_from_another_window_is_refused_and_kept_beside(council: Council, session_id: str) -> None:
    put(council.worker, session_id, 0, note="One")
    late = put(council.worker, session_id, 0, note="Two")
    assert late.status_code == 412
    read = council.worker.get(at(session_id)).json()
    assert read["note"] == "One"
    assert [(one["field"], one["text"]) for one in read["asides"]] == [("note", "Two")]


def test_letting_go_of_a_text_beside_it(council: Council, session_id: str) -> None:
    put(council.worker, session_id, 0, note="One")
    put(council.worker, session_id, 0, note="Two")
    read = council.worker.get(at(session_id)).json()
    now = put(council.worker, session_id, read["version"], note="One and two", let_go=[read["asides"][0]["id"]])
    assert (now.json()["note"], now.json()["asides"]) == ("One and two", [])


@pytest.mark.parametrize(
    "body",
    [{"ratings": {"empathy": 6}}, {"ratings": {"kindness": 3}}, {"note": "x" * 4001}, {"rated_ms": 1},
     {"answers": [{"about": "u3", "text": "x"}]}],
)  # fmt: skip
def test_what_cannot_be_kept_is_refused(council: Council, session_id: str, body: dict[str, Any]) -> None:
    assert put(council.worker, session_id, 0, **body).status_code == 422
    assert council.worker.get(at(session_id)).json()["version"] == 0


def test_a_change_without_a_version_is_asked_for_one(council: Council, session_id: str) -> None:
    assert council.worker.send("PUT", at(session_id), {"note": "x"}).status_code == 428


def test_going_on_needs_every_element_or_the_word_without(council: Council, session_id: str) -> None:
    refused = council.worker.send("POST", f"{at(session_id)}/rated", {})
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/other-state")
    assert council.worker.get(at(session_id)).json()["rated_ms"] is None
    gone = council.worker.done("POST", f"{at(session_id)}/rated", {"without_rating": True})
    assert gone["rated_ms"] == council.clock()
    assert gone["without_rating"]


def test_ratings_stay_once_the_suggestions_were_shown(council: Council, session_id: str) -> None:
    put(council.worker, session_id, 0, ratings=dict.fromkeys(ELEMENTS, 3))
    gone = council.worker.done("POST", f"{at(session_id)}/rated", {})
    assert not gone["without_rating"]
    changed = put(council.worker, session_id, gone["version"], ratings=dict.fromkeys(ELEMENTS, 5))
    assert changed.status_code == 409
    assert council.worker.get(at(session_id)).json()["ratings"]["empathy"] == 3


def test_going_on_twice_changes_nothing(council: Council, session_id: str) -> None:
    first = council.worker.done("POST", f"{at(session_id)}/rated", {"without_rating": True})
    assert council.worker.done("POST", f"{at(session_id)}/rated", {}) == first


def test_the_use_case_gives_no_suggestion_before_the_worker_rated_themself(council: Council, session_id: str) -> None:
    reflections, actor = Reflections(parts=council.parts), council.worker.actor
    with pytest.raises(NotRatedYetError):
        reflections.suggestions(actor, session_id, reflections.look(actor, session_id))


def test_it_lies_in_the_database_sealed(council: Council, session_id: str) -> None:
    put(council.worker, session_id, 0, note=NOTE)
    with council.parts.database.reading() as rows:
        body = rows.execute(select(reflection.c.body).where(reflection.c.session_id == session_id)).scalar_one()
    assert NOTE.encode() not in body


def test_a_reflection_whose_body_was_taken_out_reads_as_empty(council: Council, session_id: str) -> None:
    put(council.worker, session_id, 0, note=NOTE)
    with council.parts.database.writing() as rows:
        rows.execute(reflection.update().where(reflection.c.session_id == session_id).values(body=None))
    read = council.worker.get(at(session_id)).json()
    assert (read["note"], read["version"]) == ("", 1)


@pytest.fixture(scope="module")
def shared_id(council: Council) -> str:
    """A session that is shared with the coach, with a reflection."""
    made = council.ready("reflection", "coaching", "research")
    assert put(council.worker, made, 0, note=NOTE, wanted=NOTE).status_code == 200
    council.worker.done("PUT", f"/sessions/{made}/sharing")
    return made


def others(council: Council) -> list[Caller]:
    """Everybody but the worker, each with every role that there is for them."""
    return [
        council.coach,
        council.administrator,
        council.callers["stranger"],
        council.person("manager", StaffRole.MANAGER),
        council.person("researcher", StaffRole.RESEARCHER),
        council.person("everything", *StaffRole),
    ]


def test_nobody_else_opens_it_although_the_session_is_shared(council: Council, shared_id: str) -> None:
    nowhere = council.worker.get(at(new_id()))
    for who in others(council):
        read, written = who.get(at(shared_id)), put(who, shared_id, 1, note="x")
        gone = who.send("POST", f"{at(shared_id)}/rated", {"without_rating": True})
        assert {read.status_code, written.status_code, gone.status_code} == {nowhere.status_code}
        assert NOTE not in read.text + written.text + gone.text
    assert council.worker.get(at(shared_id)).json()["note"] == NOTE


def test_nobody_else_opens_it_for_any_purpose(council: Council, shared_id: str) -> None:
    """The key itself: whatever the pages and routes would do."""

    opened = []
    for who in others(council):
        for purpose in Purpose:
            for action in (Action.VIEW, Action.EDIT, Action.EXPORT):
                try:
                    council.parts.broker.open(
                        who.actor, shared_id, Content.REFLECTION, purpose=purpose, action=action
                    ).close()  # fmt: skip
                    opened.append((who, purpose, action))
                except RefusedError:
                    continue
    assert opened == []


def test_what_else_the_coach_opens_does_not_open_it(council: Council, shared_id: str) -> None:
    """The session's key is one; the column opens with its own kind of content alone."""

    with council.parts.database.reading() as rows:
        body = rows.execute(select(reflection.c.body).where(reflection.c.session_id == shared_id)).scalar_one()
    for content in (Content.TRANSCRIPT, Content.CODING, Content.DETAILS):
        with (
            council.parts.broker.open(council.coach.actor, shared_id, content, purpose=Purpose.COACHING) as opened,
            pytest.raises(RefusedError),
        ):
            opened.unseal("reflection.body", body)


def test_without_permission_for_reflection_it_is_closed_to_the_worker_too(council: Council, session_id: str) -> None:
    put(council.worker, session_id, 0, note=NOTE)
    council.worker.done("POST", f"/sessions/{session_id}/participants", {"role": "child"})
    assert council.worker.get(at(session_id)).status_code == 404
