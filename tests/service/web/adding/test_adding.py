"""Adding a session by its form."""

from __future__ import annotations

import re

import pytest

from service.database.words import StaffRole
from tests.service.council import Council
from tests.service.web.adding.browsing import Visitor, act, visitor

GOOD = {
    "held-day": "17", "held-month": "11", "held-year": "2026", "setting": "direct_practice",
    "lawful_basis": "public-task", "legal_status": "child-in-need", "present-practitioner": "1",
    "present-child": "2", "purpose": "A first visit", "change_goal": "Mornings without shouting",
}  # fmt: skip


def added(worker: Visitor, **other: str) -> str:
    response = worker.post("/sessions/new", {**GOOD, "act": act(), **other})
    assert response.status_code == 303, response.text
    return response.headers["location"].split("/")[2]


def test_a_session_is_added_with_everything_that_was_said_and_leads_to_its_permissions(council: Council) -> None:
    worker = visitor(council)
    response = worker.post("/sessions/new", {**GOOD, "act": act()})
    session_id = response.headers["location"].split("/")[2]
    assert (response.status_code, response.headers["location"]) == (303, f"/sessions/{session_id}/permissions")
    found = worker.caller.get(f"/sessions/{session_id}").json()
    assert (found["held_on"], found["legal_status"], found["lawful_basis"]) == (
        "2026-11-17", "child-in-need", "public-task",
    )  # fmt: skip
    assert [one["role"] for one in found["participants"]] == ["child", "child", "practitioner"]
    assert found["details"]["change_goal"] == "Mornings without shouting"
    assert found["details"]["purpose"] == "A first visit"


@pytest.mark.parametrize(
    ("fields", "said", "linked"),
    [
        ({"held-day": "31", "held-month": "2"}, "Enter the day of the session", "#held-day"),
        ({"held-year": "2199"}, "must be today or in the past", "#held-day"),
        ({"held-day": "²"}, "Enter the day of the session", "#held-day"),
        ({"present-practitioner": "0"}, "in such a session there is one", "#present-practitioner"),
        ({"present-child": "many"}, "enter how many there were", "#present-child"),
        ({"present-child": "99"}, "1 to 20 people", "#present-practitioner"),
        ({"setting": "supervision"}, "Choose what kind of session", "#setting"),
        ({"lawful_basis": "because"}, "Choose what the council relies on", "#lawful_basis"),
        ({"legal_status": "Unheard Of"}, "Choose one of the list", "#legal_status"),
        ({"purpose": "a" * 4001}, "4000 characters or fewer", "#purpose"),
    ],
)
def test_what_cannot_be_used_is_said_with_a_link_to_its_field_and_nothing_typed_is_lost(
    council: Council, fields: dict[str, str], said: str, linked: str
) -> None:
    worker = visitor(council)
    before = len(worker.caller.get("/sessions").json()["items"])
    page = worker.post("/sessions/new", {**GOOD, "act": act(), **fields})
    assert page.status_code == 422
    assert said in page.text
    assert f'href="{linked}"' in page.text
    assert f'id="{linked[1:]}"' in page.text
    assert "Mornings without shouting" in page.text
    assert "<title>Error: Add a session" in page.text
    assert len(worker.caller.get("/sessions").json()["items"]) == before


def test_the_same_form_sent_twice_adds_one_session_and_a_changed_one_another(council: Council) -> None:
    worker, once = visitor(council), act()
    first, second = added(worker, act=once), added(worker, act=once)
    assert first == second
    assert added(worker, act=once, purpose="Another visit") != first


def test_what_was_typed_comes_back_as_text_and_not_as_markup(council: Council) -> None:
    page = visitor(council).post("/sessions/new", {**GOOD, "held-day": "", "purpose": "<b>bold</b>"})
    assert "&lt;b&gt;bold&lt;/b&gt;" in page.text
    assert "<b>bold" not in page.text


def test_a_manager_is_offered_supervision_and_somebody_with_both_roles_chooses(council: Council) -> None:
    council.person("manager of the page", StaffRole.MANAGER)
    council.person("both", StaffRole.MANAGER, StaffRole.PRACTITIONER)
    manager, both = visitor(council, "manager of the page"), visitor(council, "both")
    page = manager.get("/sessions/new").text
    assert 'type="hidden" name="setting" value="supervision"' in page
    assert re.search(r'name="present-supervisor"[^>]*value="1"', page)
    assert 'type="radio" value="direct_practice"' in both.get("/sessions/new").text
    supervised = {**GOOD, "setting": "supervision", "present-supervisor": "1", "act": act()}
    assert manager.post("/sessions/new", supervised).status_code == 303


def test_a_coach_cannot_add_a_session(council: Council) -> None:
    assert visitor(council, "coach").get("/sessions/new").status_code == 403


def test_a_form_without_its_token_adds_nothing(council: Council) -> None:
    worker = visitor(council)
    headers = {"Cookie": worker.caller.headers["Cookie"], "Content-Type": "application/x-www-form-urlencoded"}
    response = worker.caller.client.post("/sessions/new", content="held-day=1", headers=headers)
    assert response.status_code == 403
