"""The coach's workspace as pages and forms, without any script."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from httpx2 import Response

from service.database.words import StaffRole
from tests.service.council import Caller, Council, standing_council
from tests.service.talks import lengthen

ELEMENTS = 7


@dataclass
class Desk:
    """A session of twelve utterances with eight flags that is shared, and the coach's pages of it."""

    council: Council
    session_id: str

    def get(self, path: str = "/review", by: Caller | None = None) -> Response:
        who = by or self.council.coach
        return self.council.client.get(self._at(path), headers=who.headers, follow_redirects=False)

    def post(self, path: str, by: Caller | None = None, **fields: str) -> Response:
        who = by or self.council.coach
        return self.council.client.post(self._at(path), data=fields, headers=who.headers, follow_redirects=False)

    def begin(self, kind: str = "open", by: Caller | None = None) -> str:
        assert self.post("/review", by, kind=kind).status_code == 303
        return self.page(by)

    def page(self, by: Caller | None = None) -> str:
        shown = self.get(by=by)
        assert shown.status_code == 200, shown.text
        return shown.text

    def score_all(self, score: str = "3", by: Caller | None = None) -> None:
        for element in elements_of(self.page(by)):
            sent = self.post("/review/score", by, element=element, score=score, reason="Heard it in the room")
            assert sent.status_code == 303

    def _at(self, path: str) -> str:
        return f"/sessions/{self.session_id}{path}"


def elements_of(page: str) -> list[str]:
    return re.findall(r'data-element="([a-z_]+)"', page)


def flags_of(page: str) -> dict[str, str]:
    """How each flag looks, by its id."""
    return {about: look for look, about in re.findall(r'class="flag flag--(\w+)" data-about="([^"]+)"', page)}


@contextmanager
def standing_desk(folder: Path) -> Iterator[Desk]:
    with standing_council(folder) as council:
        yield new_desk(council)


def new_desk(council: Council) -> Desk:
    session_id = council.ready()
    lengthen(council.parts, session_id, 12, flags=8)
    council.worker.done("PUT", f"/sessions/{session_id}/sharing")
    return Desk(council, session_id)


@pytest.fixture(scope="module")
def council(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Council]:
    with standing_council(tmp_path_factory.mktemp("council")) as made:
        yield made


@pytest.fixture
def desk(council: Council) -> Desk:
    return new_desk(council)


def test_before_a_review_the_page_says_what_beginning_means_and_begins_nothing(desk: Desk) -> None:
    shown = desk.get().text
    assert "can no longer take back" in shown
    assert "data-about" not in shown
    assert desk.council.coach.get(f"/sessions/{desk.session_id}/reviews").json()["items"] == []


def test_a_workspace_shows_every_utterance_flag_and_element_and_calls_them_suggested(desk: Desk) -> None:
    page = desk.begin()
    assert page.count('class="said"') == 12
    assert set(flags_of(page).values()) == {"suggested"}
    assert len(flags_of(page)) == 8
    assert len(elements_of(page)) == ELEMENTS
    assert page.count('class="suggestion"') == ELEMENTS


def test_a_blind_review_holds_nothing_of_the_machines(desk: Desk) -> None:
    page = desk.begin("blind")
    assert flags_of(page) == {}
    assert 'class="suggestion"' not in page
    assert "open question" not in page
    assert '"suggested":{' not in page


def test_suggestions_are_revealed_once_everything_is_scored(desk: Desk) -> None:
    desk.begin("blind")
    early = desk.post("/review/reveal")
    assert early.status_code == 409
    assert "Give each a score" in early.text
    desk.score_all()
    assert desk.post("/review/reveal").status_code == 303
    page = desk.page()
    assert page.count('class="suggestion"') == ELEMENTS
    assert page.count("Your score: 3") == ELEMENTS


def test_a_score_without_opened_evidence_or_reason_is_refused_and_what_was_chosen_is_still_there(desk: Desk) -> None:
    desk.begin()
    refused = desk.post("/review/score", element="empathy", score="4")
    assert refused.status_code == 409
    assert "There is a problem" in refused.text
    assert re.search(r'name="score" value="4" checked', refused.text)


def test_opening_the_evidence_leads_to_its_moment_and_lets_a_score_be_confirmed(desk: Desk) -> None:
    desk.begin()
    opened = desk.post("/review/opened", element="empathy")
    assert opened.status_code == 303
    assert re.search(r"/review#u\d+$", opened.headers["location"])
    assert desk.post("/review/score", element="empathy", take="2", score="5").status_code == 303
    assert desk.page().count("Your score: 2") == 1


def test_a_reason_alone_lets_a_score_be_confirmed_and_stands_on_the_page(desk: Desk) -> None:
    desk.begin()
    reason = "Heard <it> in the room"
    assert desk.post("/review/score", element="autonomy", score="not_seen", reason=reason).status_code == 303
    page = desk.page()
    assert html.escape(reason) in page
    assert reason not in page


@pytest.mark.parametrize("verdict", ["accept", "reject", "unsure"])
def test_a_flag_is_decided_on_by_a_form(desk: Desk, verdict: str) -> None:
    about = next(iter(flags_of(desk.begin())))
    sent = desk.post("/review/flag", act=f"{verdict} {about}")
    assert sent.headers["location"].endswith(f"#{about.partition(':')[0]}")
    assert flags_of(desk.page())[about] == verdict


def test_a_flag_is_added_by_a_form(desk: Desk) -> None:
    flags = flags_of(desk.begin())
    utterance = next(iter(flags)).partition(":")[0]
    assert f"{utterance}:child_focus-" not in flags
    fields = {"utterance": utterance, "element": "child_focus", "direction": "-"}
    assert desk.post("/review/flag", act="add", **fields).status_code == 303
    assert flags_of(desk.page())[f"{utterance}:child_focus-"] == "add"


def test_a_review_ends_once_everything_is_scored_and_opens_again(desk: Desk) -> None:
    desk.begin()
    assert desk.post("/review/finish").status_code == 409
    desk.score_all()
    assert desk.post("/review/finish").status_code == 303
    assert "This review is finished" in desk.page()
    assert 'name="score"' not in desk.page()
    assert desk.post("/review/reopen").status_code == 303
    assert 'name="score"' in desk.page()


def test_a_coach_of_nobody_here_reads_what_they_would_of_no_session_at_all(desk: Desk) -> None:
    desk.begin()
    other = desk.council.person("other coach", StaffRole.COACH)
    there = desk.get(by=other)
    nowhere = Desk(desk.council, "0" * 32).get(by=other)
    assert there.status_code == nowhere.status_code == 404


def test_the_worker_never_sees_the_review_of_their_session(desk: Desk) -> None:
    desk.begin()
    assert desk.get(by=desk.council.worker).status_code == 404
    assert desk.post("/review/score", by=desk.council.worker, element="empathy", score="5").status_code == 404


def test_nothing_on_the_page_needs_more_than_its_security_policy_allows(desk: Desk) -> None:
    page = desk.begin()
    assert " style=" not in page
    assert not re.search(r"\son[a-z]+=", page)
    scripts = re.findall(r"<script[^>]*>", page)
    assert all("src=" in one or 'type="application/json"' in one for one in scripts)


def test_two_views_are_compared_once_both_coaches_have_finished(desk: Desk) -> None:
    second = desk.council.person("second coach", StaffRole.COACH)
    desk.council.coaches(second, desk.council.worker)
    desk.begin()
    desk.begin("second", by=second)
    desk.score_all("2")
    assert desk.post("/review/finish").status_code == 303
    assert desk.get("/comparison").status_code == 409
    desk.score_all("4", by=second)
    assert desk.post("/review/finish", by=second).status_code == 303
    shown = desk.get("/comparison").text
    assert shown.count("2 points apart") == ELEMENTS
    assert "The other coach" in shown
