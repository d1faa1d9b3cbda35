"""Feedback over HTTP, from a coach's and a worker's browser and from scripts of theirs; real keys, policy and audit."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

import pytest
from docx import Document
from httpx2 import Response

from service.database.words import StaffRole
from service.feedback.records import NOT_FOR
from service.ids import new_id
from tests.service.council import Caller, Council
from tests.service.web.feedback_visit import NEXT, Visit, reviewed

NO_STRENGTH: dict[str, object] = {"strengths": [], "next_steps": [NEXT]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """One reviewed session, as the API is asked about it."""

    visit: Visit

    @property
    def council(self) -> Council:
        return self.visit.council

    @property
    def coach(self) -> Caller:
        return self.council.coach

    @property
    def worker(self) -> Caller:
        return self.council.worker

    @property
    def path(self) -> str:
        return f"/sessions/{self.visit.session_id}/feedback"

    def wording(self, quote: str = "") -> dict[str, object]:
        moment = {"utterance": self.visit.utterance, "quote": quote or self.visit.quote}
        strength = {"element": "empathy", "words": "You named what was hard.", "moments": [moment]}
        return {"strengths": [strength], "words": {"empathy": "Steady."}, "next_steps": [NEXT]}

    def begun(self) -> Any:
        return self.coach.done("POST", self.path, {"review_id": self.visit.review_id})

    def change(self, one: Any, body: object = None, by: Caller | None = None) -> Response:
        headers = {"If-Match": f'"v{one["version"]}"'}
        return (by or self.coach).send("PUT", f"/feedback/{one['id']}", body or self.wording(), headers)

    def step(self, one: Any, step: str, body: object = None, by: Caller | None = None) -> Response:
        headers = {"If-Match": f'"v{one["version"]}"'}
        return (by or self.coach).send("POST", f"/feedback/{one['id']}/{step}", body, headers)

    def confirmed(self) -> Any:
        sent = self.step(self.change(self.begun()).json(), "send").json()
        return self.step(sent, "confirm", {"body_hash": sent["body_hash"]}).json()

    def release(self) -> Any:
        answer = self.step(self.step(self.confirmed(), "conversation").json(), "release")
        assert answer.status_code == 200, answer.text
        return answer.json()

    def say(self, who: Caller, what: str, **more: str) -> Response:
        return who.send("POST", f"{self.path}/released/{what}", {"act_id": new_id(), **more})


@pytest.fixture
def one(council: Council) -> Spoken:
    return Spoken(visit=reviewed(council))


@pytest.fixture(scope="module")
def draft(council: Council) -> Spoken:
    """A draft in which nothing is written, for tests that leave it so."""
    made = Spoken(visit=reviewed(council))
    made.begun()
    return made


@pytest.fixture(scope="module")
def done(council: Council) -> Spoken:
    """Released feedback that tests of this file only read, or add replies to."""
    made = Spoken(visit=reviewed(council))
    made.release()
    return made


def slug(response: Response) -> tuple[int, str]:
    assert response.headers["content-type"] == "application/problem+json"
    return response.status_code, str(response.json()["type"]).removeprefix("/problems/")


def test_a_draft_is_begun_once_and_found_again(one: Spoken) -> None:
    assert one.coach.get(one.path).json() == {"items": [], "asked": False, "review_id": one.visit.review_id}
    body = {"review_id": one.visit.review_id}
    first, again = one.coach.send("POST", one.path, body), one.coach.send("POST", one.path, body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert first.headers["location"] == f"/api/v1/feedback/{first.json()['id']}"
    assert first.headers["etag"] == '"v1"'
    assert first.json()["state"] == "draft"
    assert first.json()["content"]["not_for"] == NOT_FOR
    [listed] = one.coach.get(one.path).json()["items"]
    assert listed == {name: value for name, value in first.json().items() if name != "content"}


def test_a_coach_reads_what_they_wrote_and_the_moments_to_choose_from(draft: Spoken) -> None:
    begun = draft.begun()
    path = f"/feedback/{begun['id']}"
    whole = draft.coach.get(path)
    assert whole.json() == begun
    same = draft.coach.get(path, headers={"If-None-Match": whole.headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")
    [moment] = draft.coach.get(f"{path}/moments").json()["items"]
    assert (moment["element"], moment["moment"]["quote"]) == ("empathy", draft.visit.quote)


def test_a_draft_is_saved_where_nobody_saved_since(one: Spoken) -> None:
    begun = one.begun()
    saved = one.change(begun)
    assert (saved.status_code, saved.headers["etag"]) == (200, '"v2"')
    assert saved.json()["content"]["next_steps"] == [NEXT]
    assert saved.json()["body_hash"] != begun["body_hash"]
    assert slug(one.change(begun)) == (412, "changed-meanwhile")
    without = one.coach.send("PUT", f"/feedback/{begun['id']}", one.wording())
    assert slug(without) == (428, "version-needed")


@pytest.mark.parametrize(
    "body",
    [
        {"strengths": [{"element": "empathy", "moments": [{"utterance": "u99", "quote": "never said"}]}]},
        {"strengths": [{"element": "no_such_element", "words": "Good"}]},
        {"words": {"no_such_element": "Good"}},
        {"next_steps": ["a", "b", "c"]},
        {"next_steps": ["x" * 4_001]},
    ],
    ids=["quote", "strength", "words", "three steps", "long"],
)
def test_what_cannot_be_kept_is_refused_and_the_draft_stays(draft: Spoken, body: object) -> None:
    begun = draft.begun()
    assert slug(draft.change(begun, body))[0] == 422
    assert draft.coach.get(f"/feedback/{begun['id']}").json() == begun


def test_feedback_goes_one_step_at_a_time_and_back_until_it_is_released(one: Spoken) -> None:
    saved = one.change(one.begun()).json()
    for early in ("conversation", "release", "back"):
        assert slug(one.step(saved, early)) == (409, "other-state")
    sent = one.step(saved, "send").json()
    assert sent["state"] == "in-review"
    assert slug(one.change(sent)) == (409, "other-state")
    confirmed = one.step(sent, "confirm", {"body_hash": sent["body_hash"]}).json()
    assert confirmed["state"] == "confirmed"
    assert slug(one.step(confirmed, "release")) == (409, "other-state")
    draft = one.step(confirmed, "back").json()
    assert (draft["state"], draft["heard"]) == ("draft", None)


def test_feedback_without_a_strength_is_not_sent(one: Spoken) -> None:
    saved = one.change(one.begun(), NO_STRENGTH).json()
    assert slug(one.step(saved, "send")) == (409, "other-state")


def test_only_the_hash_of_what_was_read_confirms(one: Spoken) -> None:
    begun = one.begun()
    sent = one.step(one.change(begun).json(), "send").json()
    for other in (begun["body_hash"], "0" * 64):
        assert slug(one.step(sent, "confirm", {"body_hash": other})) == (409, "other-state")
    assert slug(one.step(sent, "confirm", {}))[0] == 422
    assert one.step(sent, "confirm", {"body_hash": sent["body_hash"]}).status_code == 200


def test_the_worker_reads_nothing_before_the_release_and_may_waive_the_conversation(one: Spoken) -> None:
    worker, nothing = one.worker, {"items": [], "asked": False, "review_id": None}
    assert slug(worker.send("POST", f"{one.path}/waiver")) == (409, "other-state")
    confirmed = one.confirmed()
    for path in (f"{one.path}/released", f"/feedback/{confirmed['id']}", f"/feedback/{confirmed['id']}/moments"):
        assert slug(worker.get(path)) == (404, "nothing-here")
    assert worker.get(one.path).json() == {**nothing, "asked": True}
    assert worker.send("POST", f"{one.path}/waiver").status_code == 204
    assert worker.get(one.path).json() == nothing
    waived = one.coach.get(f"/feedback/{confirmed['id']}").json()
    assert waived["heard"] == "waived"
    assert one.step(waived, "release").json()["state"] == "released"
    read = worker.get(f"{one.path}/released").json()
    assert read["content"] == confirmed["content"]


def test_the_worker_neither_writes_nor_confirms_nor_releases(draft: Spoken) -> None:
    begun = draft.begun()
    assert slug(draft.change(begun, by=draft.worker)) == (404, "nothing-here")
    for step in ("send", "back", "conversation", "release"):
        assert slug(draft.step(begun, step, by=draft.worker)) == (404, "nothing-here")
    given = {"body_hash": begun["body_hash"]}
    assert slug(draft.step(begun, "confirm", given, by=draft.worker)) == (404, "nothing-here")
    assert slug(draft.worker.send("POST", draft.path, {"review_id": draft.visit.review_id})) == (404, "nothing-here")


def test_released_feedback_is_listed_for_its_worker_and_its_author(done: Spoken) -> None:
    for who, mine in ((done.worker, False), (done.coach, True)):
        [listed] = who.get(done.path).json()["items"]
        assert (listed["state"], listed["mine"]) == ("released", mine)


def test_another_coach_finds_no_feedback_but_the_session(done: Spoken) -> None:
    other = done.council.person(new_id(), StaffRole.COACH)
    done.council.coaches(other, done.worker)
    assert other.get(done.path).json()["items"] == []
    for path in ("released", "released/document.docx"):
        assert slug(other.get(f"{done.path}/{path}")) == (404, "nothing-here")


def test_a_contested_score_shows_both_views_and_can_go_to_a_second_coder(done: Spoken) -> None:
    early = done.say(done.worker, "second-coder")
    assert slug(early) == (422, "bad-input")
    act = {"act_id": new_id(), "about": "empathy", "words": "I heard it differently."}
    tags = {done.worker.send("POST", f"{done.path}/released/replies", act).headers["etag"] for _ in range(2)}
    assert len(tags) == 1
    assert done.say(done.coach, "responses", about="empathy", words="Let us listen again.").status_code == 200
    told = done.say(done.worker, "second-coder").json()
    assert told["second_wanted"]
    said = [(each["kind"], each["about"], each["mine"]) for each in told["replies"]]
    assert said == [
        ("contest", "empathy", True), ("response", "empathy", False), ("contest", "second-coder", True)
    ]  # fmt: skip


def test_a_reply_makes_the_released_feedback_another_version(done: Spoken) -> None:
    path = f"{done.path}/released"
    before = done.worker.get(path).headers["etag"]
    assert done.worker.get(path, headers={"If-None-Match": before}).status_code == 304
    assert done.say(done.worker, "replies", words="Thank you.").json()["replies"][-1]["about"] == "whole"
    assert done.worker.get(path, headers={"If-None-Match": before}).status_code == 200


def test_nobody_speaks_for_the_other(done: Spoken) -> None:
    assert slug(done.say(done.coach, "replies", words="Thank you.")) == (404, "nothing-here")
    assert slug(done.say(done.worker, "responses", about="whole", words="Thank you.")) == (404, "nothing-here")
    assert slug(done.say(done.worker, "replies", about="no_element", words="-")) == (422, "bad-input")


def test_documents_are_taken_away_by_the_worker_and_the_author(done: Spoken) -> None:
    for who in (done.worker, done.coach):
        taken = who.get(f"{done.path}/released/document.docx")
        assert taken.headers["content-disposition"] == 'attachment; filename="feedback.docx"'
        words = [each.text for each in Document(io.BytesIO(taken.content)).paragraphs]
        assert any(NEXT in text for text in words)
    assert slug(done.council.callers["stranger"].get(f"{done.path}/released/document.docx"))[0] == 404


@pytest.mark.slow
def test_the_pdf_is_taken_away_too(done: Spoken) -> None:
    taken = done.worker.get(f"{done.path}/released/document.pdf")
    assert (taken.status_code, taken.headers["content-type"]) == (200, "application/pdf")
    assert taken.content.startswith(b"%PDF-")


def test_the_description_has_an_example_of_everything_that_is_sent(council: Council) -> None:
    schemas = council.app.openapi()["components"]["schemas"]
    forms = ("NewFeedbackForm", "MomentForm", "StrengthForm", "WordingForm", "ConfirmationForm", "ReplyForm")
    for form in forms:
        for name, field in schemas[form]["properties"].items():
            inner = field.get("items", field)
            assert {"examples", "$ref"} & {*field, *inner}, (form, name)
