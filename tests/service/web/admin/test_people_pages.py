"""Everybody, one person, invitations and roles, by forms alone."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select, update

from service.database.tables import person, sign_in
from service.database.words import PersonState, StaffRole
from service.people.dossier import dossier
from service.web.admin import people_pages
from tests.service.council import Council
from tests.service.web.admin.conftest import AT, Desk

INVITED = {"sign_in_name": "n.starter@north.example", "shown_name": "A new starter", "roles": ["practitioner"]}


def invited(desk: Desk, name: str) -> tuple[str, str]:
    """The new person's id, and the cookie that their link is shown by."""
    answer = desk.send("/people", INVITED | {"sign_in_name": name})
    assert answer.status_code == 303, answer.text
    found = re.fullmatch(rf"{AT}/people/([0-9a-f]{{32}})/link", answer.headers["location"])
    assert found is not None
    return found[1], answer.headers["set-cookie"].partition(";")[0]


def link_page(desk: Desk, person_id: str, cookie: str) -> str:
    headers = {**desk.caller.headers, "Cookie": f"{desk.caller.headers['Cookie']}; {cookie}", "Accept": "text/html"}
    answer = desk.caller.client.get(f"{AT}/people/{person_id}/link", headers=headers)
    desk.caller.client.cookies.clear()
    return answer.text


def test_an_invitation_leads_to_its_link_which_opens_and_is_for_that_person_alone(desk: Desk, other: str) -> None:
    person_id, cookie = invited(desk, "one@north.example")
    shown = link_page(desk, person_id, cookie)
    link = re.search(r"https://practice\.example/welcome/([\w-]+)", shown)
    assert link is not None
    assert "works once" in shown
    assert link[0] not in desk.page(f"/people/{person_id}/link")
    assert link[0] not in link_page(desk, other, cookie)


def test_the_links_cookie_reaches_its_own_page_alone_and_no_script(desk: Desk) -> None:
    answer = desk.send("/people", INVITED | {"sign_in_name": "two@north.example"})
    cookie = answer.headers["set-cookie"]
    assert f"Path={answer.headers['location']};" in cookie
    assert "HttpOnly" in cookie
    assert "Secure" in cookie
    assert "Max-Age=60" in cookie


def test_a_name_that_is_taken_is_told_and_nothing_that_was_typed_is_lost(desk: Desk) -> None:
    invited(desk, "three@north.example")
    answer = desk.send("/people", INVITED | {"sign_in_name": "three@north.example", "roles": ["coach", "manager"]})
    assert answer.status_code >= 400
    assert "There is one of that name already" in answer.text
    assert 'value="A new starter"' in answer.text
    assert len(re.findall(r'value="(?:coach|manager)"[^>]*checked', answer.text)) == 2


def test_everybody_is_listed_by_name_a_page_at_a_time(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people_pages, "USUAL", 2)
    first, second = desk.page("/people"), desk.page("/people", page="2")
    ids = [set(re.findall(r'people/([0-9a-f]{32})"', page)) for page in (first, second)]
    assert (len(ids[0]), len(ids[1])) == (2, 2)
    assert not ids[0] & ids[1]
    assert "page=2" in first


def test_the_list_can_be_of_those_who_were_invited(desk: Desk, other: str) -> None:
    person_id, _ = invited(desk, "four@north.example")
    shown = desk.page("/people", state="invited")
    assert person_id in shown
    assert other not in shown


def test_a_role_is_given_and_after_a_question_taken_away(desk: Desk, council: Council, other: str) -> None:
    assert desk.send(f"/people/{other}/roles", {"role": "coach"}).status_code == 303
    asked = desk.page(f"/people/{other}/roles/coach/end")
    assert "All coaching relationships in which they are the coach end now" in asked
    assert roles(desk, council, other) == {StaffRole.PRACTITIONER, StaffRole.COACH}
    assert desk.send(f"/people/{other}/roles/coach/end").status_code == 303
    assert roles(desk, council, other) == {StaffRole.PRACTITIONER}


def roles(desk: Desk, council: Council, person_id: str) -> frozenset[StaffRole]:
    return dossier(council.parts, desk.caller.actor, person_id).person.roles


def test_roles_that_exclude_each_other_are_told_on_the_persons_page(desk: Desk, other: str) -> None:
    assert desk.send(f"/people/{other}/roles", {"role": "coach"}).status_code == 303
    answer = desk.send(f"/people/{other}/roles", {"role": "researcher"})
    assert "A researcher cannot also be coach" in answer.text
    assert answer.status_code == 409


def test_disabling_is_asked_once_more_and_can_be_taken_back(desk: Desk, council: Council, other: str) -> None:
    assert "Access tokens that are ended cannot be brought back" in desk.page(f"/people/{other}/disable")
    assert desk.send(f"/people/{other}/disable").status_code == 303
    assert dossier(council.parts, desk.caller.actor, other).person.state is PersonState.DISABLED
    assert desk.send(f"/people/{other}/enable").status_code == 303
    assert dossier(council.parts, desk.caller.actor, other).person.state is not PersonState.DISABLED


def test_signing_somebody_out_ends_what_they_have_open(desk: Desk, council: Council, other: str) -> None:
    assert desk.send(f"/people/{other}/sign-ins").status_code == 303
    with council.parts.database.reading() as rows:
        ended = rows.scalars(select(sign_in.c.ended_ms).where(sign_in.c.person_id == other)).all()
    assert None not in ended
    assert "Nowhere at this moment" in desk.page(f"/people/{other}")


def test_a_form_without_its_hidden_field_does_nothing(desk: Desk, council: Council, other: str) -> None:
    assert desk.send(f"/people/{other}/disable", {"csrf": ""}).status_code == 403
    assert dossier(council.parts, desk.caller.actor, other).person.state is PersonState.ACTIVE


def test_who_has_not_proved_it_lately_looks_but_is_led_to_prove_it_before_a_form(
    desk: Desk, council: Council, other: str
) -> None:
    with council.parts.database.writing() as rows:
        mine = sign_in.c.person_id == desk.caller.actor.person_id
        rows.execute(update(sign_in).where(mine).values(fresh_ms=council.clock() - 300_001))
    assert desk.get(f"/people/{other}").status_code == 200
    asked = desk.caller.client.get(
        f"{AT}/people/new", headers={**desk.caller.headers, "Accept": "text/html"}, follow_redirects=False
    )
    assert asked.status_code == 303
    assert asked.headers["location"] == f"/confirm?next={AT}/people/new"


def test_nobody_but_administrators_sees_a_page_of_administration(council: Council) -> None:
    for name in ("worker", "coach"):
        theirs = Desk(council=council, caller=council.again(name))
        for path in ("", "/people", "/teams", "/permissions", "/erasures", "/retention", "/audit", "/health"):
            assert theirs.get(path).status_code == 403


def test_names_with_markup_in_them_are_shown_as_text(desk: Desk, council: Council, other: str) -> None:
    with council.parts.database.writing() as rows:
        rows.execute(update(person).where(person.c.id == other).values(shown_name="<b>bold</b>"))
    shown = desk.page(f"/people/{other}")
    assert "&lt;b&gt;bold" in shown
    assert "<b>bold" not in shown
