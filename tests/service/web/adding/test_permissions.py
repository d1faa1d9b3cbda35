"""Everybody's permissions by the pages: recording answers, what is missing, taking back."""

from __future__ import annotations

from typing import Any

import pytest

from models.records.speech import Role
from service.permissions.wording import Audience, statements
from service.web.reading_aloud import audience_of, blocks_of, newest_statement
from tests.service.council import Council
from tests.service.web.adding.browsing import Visitor, visitor

WHEN = {"how": "spoken", "said-day": "17", "said-month": "11", "said-year": "2026"}
NOTHING_STARTS = "Nothing starts until everybody has said yes to reflection."


def people_of(who: Visitor, session_id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = who.caller.get(f"/sessions/{session_id}/participants").json()["items"]
    return found


def yes(people: list[dict[str, Any]], *purposes: str) -> dict[str, str]:
    return {f"answer-{one['id']}-{purpose}": "given" for one in people for purpose in purposes}


def standing(who: Visitor, session_id: str, purpose: str) -> dict[str, str]:
    return {one["role"]: one["standing"][purpose] for one in people_of(who, session_id)}


def test_answers_of_everybody_are_kept_with_how_and_when_and_the_page_then_offers_the_recording(
    council: Council,
) -> None:
    worker = visitor(council)
    session_id = worker.new_session()
    path, people = f"/sessions/{session_id}/permissions", people_of(worker, session_id)
    before = worker.get(path).text
    assert NOTHING_STARTS in before
    assert f"/sessions/{session_id}/recording" not in before
    until = {"until-day": "1", "until-month": "3", "until-year": "2027", "how": "written"}
    response = worker.post(path, WHEN | until | yes(people, "reflection", "coaching"))
    assert (response.status_code, response.headers["location"]) == (303, path)
    after = worker.get(path).text
    assert NOTHING_STARTS not in after
    assert f'href="/sessions/{session_id}/recording"' in after
    assert "in writing, 17 November 2026, 12:00pm, until 2 March 2027, 12:00am" in after
    assert set(standing(worker, session_id, "coaching").values()) == {"given"}
    assert set(standing(worker, session_id, "research").values()) == {"missing"}
    heard = {one["role"]: one["answers"][0]["statement"].split()[0] for one in people_of(worker, session_id)}
    assert heard == {"practitioner": "worker-1", "parent_or_carer": "adult-1", "child": "child-1"}


def test_somebody_who_says_no_is_named_as_missing(council: Council) -> None:
    worker = visitor(council)
    session_id = worker.new_session()
    path, people = f"/sessions/{session_id}/permissions", people_of(worker, session_id)
    child = next(one for one in people if one["role"] == "child")
    given = yes(people, "reflection") | {f"answer-{child['id']}-reflection": "refused"}
    worker.post(path, WHEN | given)
    page = worker.get(path).text
    assert NOTHING_STARTS in page
    assert "<li>Child or young person</li>" in page
    assert "<li>Parent or carer</li>" not in page


def test_a_parents_answer_for_a_child_stands_beside_the_childs_own(council: Council) -> None:
    worker = visitor(council)
    session_id = worker.new_session()
    path = f"/sessions/{session_id}/permissions"
    child = next(one for one in people_of(worker, session_id) if one["role"] == "child")
    field, voice = f"answer-{child['id']}-reflection", f"voice-{child['id']}"
    worker.post(path, WHEN | {voice: "parent", field: "given"})
    assert standing(worker, session_id, "reflection")["child"] == "given"
    worker.post(path, WHEN | {voice: "self", field: "refused"})
    assert standing(worker, session_id, "reflection")["child"] == "refused"
    answers = next(one for one in people_of(worker, session_id) if one["role"] == "child")["answers"]
    assert [(one["how"], one["statement"].split()[0]) for one in answers] == [
        ("through-parent", "adult-1"), ("spoken", "child-1"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "said", "linked"),
    [
        ({"how": ""}, "Choose how they answered", "how"),
        ({"said-day": "40"}, "Enter the day on which they answered", "answered-day"),
        ({"said-year": "2199"}, "must be today or in the past", "answered-day"),
        ({"until-day": "1", "until-month": "1", "until-year": "2020"}, "Enter a day after today", "until-day"),
        ({"until-day": "1"}, "Enter a day after today", "until-day"),
    ],
)
def test_one_error_keeps_no_answer_and_loses_nothing_that_was_chosen(
    council: Council, fields: dict[str, str], said: str, linked: str
) -> None:
    worker = visitor(council)
    session_id = worker.new_session()
    people = people_of(worker, session_id)
    page = worker.post(f"/sessions/{session_id}/permissions", WHEN | yes(people, "reflection") | fields)
    assert page.status_code == 422
    assert said in page.text
    assert f'href="#{linked}"' in page.text
    assert page.text.count('id="said"') == 1
    assert page.text.count('data-purpose="reflection" checked') == len(people)
    assert set(standing(worker, session_id, "reflection").values()) == {"missing"}


def test_sending_no_answer_is_an_error_that_leads_to_the_first_one(council: Council) -> None:
    worker = visitor(council)
    page = worker.post(f"/sessions/{worker.new_session()}/permissions", WHEN)
    assert (page.status_code, "Choose yes or no for at least one person" in page.text) == (422, True)


def test_a_yes_becomes_a_no_only_by_taking_it_back(council: Council) -> None:
    worker = visitor(council)
    session_id = worker.new_session()
    path, people = f"/sessions/{session_id}/permissions", people_of(worker, session_id)
    worker.post(path, WHEN | yes(people, "reflection"))
    page = worker.post(path, WHEN | {f"answer-{people[0]['id']}-reflection": "refused"})
    assert (page.status_code, "said yes to reflection before" in page.text) == (422, True)
    assert set(standing(worker, session_id, "reflection").values()) == {"given"}


def test_somebody_else_who_was_there_has_to_agree_too(council: Council) -> None:
    worker = visitor(council)
    session_id = worker.new_session()
    page = f"/sessions/{session_id}/permissions"
    council.agree(session_id)
    assert worker.post(f"/sessions/{session_id}/participants", {"role": "interpreter"}, page).status_code == 303
    assert "<li>Interpreter</li>" in worker.get(page).text
    refused = worker.post(f"/sessions/{session_id}/participants", {"role": ""}, page)
    assert "Choose who else was there" in refused.text


def test_taking_back_one_purpose_leaves_the_rest(council: Council) -> None:
    worker = visitor(council)
    session_id = worker.new_session()
    council.agree(session_id)
    child = next(one for one in people_of(worker, session_id) if one["role"] == "child")
    path = f"/sessions/{session_id}/participants/{child['id']}/withdrawal"
    assert "Without this the whole session ends" in worker.get(path).text
    assert worker.post(path, {"purposes": ["coaching"], "how": "spoken"}).status_code == 303
    assert standing(worker, session_id, "coaching")["child"] == "withdrawn"
    assert set(standing(worker, session_id, "reflection").values()) == {"given"}


def test_taking_back_reflection_is_warned_of_first_and_then_ends_the_session_with_a_receipt(council: Council) -> None:
    worker = visitor(council)
    session_id = worker.new_session()
    council.agree(session_id)
    child = next(one for one in people_of(worker, session_id) if one["role"] == "child")
    path = f"/sessions/{session_id}/participants/{child['id']}/withdrawal"
    warned = worker.post(path, {"purposes": ["reflection", "coaching"], "how": "spoken"})
    assert (warned.status_code, "This ends the whole session" in warned.text) == (200, True)
    assert worker.caller.get(f"/sessions/{session_id}").status_code == 200
    response = worker.post(path, {"purposes": ["reflection", "coaching"], "sure": "yes"})
    assert response.headers["location"] == f"/sessions/{session_id}"
    page = worker.get(f"/sessions/{session_id}").text
    assert "Its key is being destroyed; proof will follow." in page
    assert f'data-forget="{session_id}"' in page
    assert worker.caller.get(f"/sessions/{session_id}").status_code == 404
    assert 'name="how"' not in worker.get(f"/sessions/{session_id}/permissions").text


def test_choosing_nothing_to_take_back_changes_nothing(council: Council) -> None:
    worker = visitor(council)
    session_id = worker.new_session()
    council.agree(session_id)
    one = people_of(worker, session_id)[0]
    page = worker.post(f"/sessions/{session_id}/participants/{one['id']}/withdrawal", {})
    assert (page.status_code, "Choose what is taken back" in page.text) == (422, True)


def test_an_administrator_records_answers_but_does_not_open_the_session(council: Council) -> None:
    worker, administrator = visitor(council), visitor(council, "administrator")
    session_id = worker.new_session()
    people = people_of(worker, session_id)
    path = f"/sessions/{session_id}/permissions"
    assert administrator.post(path, WHEN | yes(people, "reflection")).status_code == 303
    assert set(standing(worker, session_id, "reflection").values()) == {"given"}
    assert f'href="/sessions/{session_id}"' not in administrator.get(path).text
    assert administrator.get(f"/sessions/{session_id}").status_code == 404


def test_the_script_has_the_words_for_everybody_who_was_there_and_the_sheet_has_a_picture_for_each_idea(
    council: Council,
) -> None:
    worker = visitor(council)
    session_id = worker.new_session()
    script = worker.get(f"/sessions/{session_id}/script").text
    for heading in ("Before we record", "Can we record this?", "Your own recording"):
        assert heading in script
    sheet = worker.get(f"/sessions/{session_id}/information").text
    assert sheet.count('class="easy__picture"') == sheet.count('class="easy__idea"') == 9
    assert visitor(council, "stranger").get(f"/sessions/{session_id}/information").status_code == 404


@pytest.mark.parametrize("name", statements())
def test_every_word_of_a_statement_is_shown_and_none_of_its_markup(name: str) -> None:
    words = statements()[name].words
    shown = [str(part) for block in blocks_of(words) for part in block.parts]
    plain = " ".join(shown).replace("<strong>", "").replace("</strong>", "").replace("&#39;", "'")
    expected = [word.strip("*#") for word in words.split() if not word.rstrip(".").isdigit()]
    assert plain.replace("&#34;", '"').split() == [word.replace("**", "") for word in expected if word]


def test_a_child_hears_a_childs_words_and_a_parent_who_answers_an_adults() -> None:
    assert newest_statement(audience_of(Role.CHILD)).audience is Audience.CHILD
    assert newest_statement(audience_of(Role.CHILD, through_parent=True)).audience is Audience.ADULT
    assert newest_statement(audience_of(Role.SUPERVISOR)).audience is Audience.WORKER
