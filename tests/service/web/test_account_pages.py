"""One's own account, as pages without scripts."""

from __future__ import annotations

import re

from service.database.words import StaffRole
from tests.service.house import MINUTE_MS, PASSWORD, House
from tests.service.web.browsing import field, get, heading, send

NEW = "eleven lamps on a quay"
SECRET = re.compile(r"prt_[A-Za-z0-9_-]+")


def test_an_account_shows_names_roles_and_teams(house: House) -> None:
    person_id, _ = house.add_person(StaffRole.COACH, StaffRole.MANAGER)
    team = house.admin().post("/api/v1/teams", json={"name": f"North {person_id[:6]}"}).json()["id"]
    house.admin().put(f"/api/v1/teams/{team}/members/{person_id}", json={"leads": True})
    page = get(house.client(person_id), "/account")
    assert heading(page) == "Your account"
    for said in (house.names[person_id], "Coach, Manager", f"North {person_id[:6]} (you lead it)"):
        assert said in page.text


def test_a_sign_in_elsewhere_can_be_ended(house: House) -> None:
    person_id, browser = house.add_person()
    other = house.client(person_id)
    page = get(browser, "/account")
    ended = send(browser, "/account/sign-ins/end", csrf=field(page, "csrf"), sign_in=field(page, "sign_in"))
    assert (ended.status_code, ended.headers["location"]) == (303, "/account")
    assert "That sign-in has ended." in get(browser, "/account").text
    assert get(other, "/account").status_code == 303


def test_signing_out_everywhere_ends_this_one_too(house: House) -> None:
    _, browser = house.add_person()
    left = send(browser, "/account/sign-ins/end-all", csrf=field(get(browser, "/account"), "csrf"))
    assert left.headers["location"] == "/sign-in"
    assert get(browser, "/account").status_code == 303


def test_a_password_is_changed_and_this_browser_goes_on(house: House) -> None:
    person_id, browser = house.add_person()
    form = get(browser, "/account/password")
    done = send(browser, "/account/password", csrf=field(form, "csrf"), old=PASSWORD, new=NEW)
    assert (done.status_code, done.headers["location"]) == (303, "/account")
    assert "Your password is changed." in get(browser, "/account").text
    assert house.client(person_id, password=NEW)


def test_a_password_is_not_changed_by_who_does_not_know_the_old_one(house: House) -> None:
    person_id, browser = house.add_person()
    form = get(browser, "/account/password")
    refused = send(browser, "/account/password", csrf=field(form, "csrf"), old="not the one at all", new=NEW)
    assert (refused.status_code, 'id="old-error"' in refused.text) == (403, True)
    weak = send(browser, "/account/password", csrf=field(form, "csrf"), old=PASSWORD, new="short")
    assert (weak.status_code, 'id="new-error"' in weak.text) == (422, True)
    assert house.client(person_id)


def test_a_token_is_shown_once_and_works_until_it_is_ended(house: House) -> None:
    _, browser = house.add_person(StaffRole.COACH)
    form = get(browser, "/account/tokens")
    sent = {"csrf": field(form, "csrf"), "act": field(form, "act"), "label": "The import", "days": "30"}
    made = send(browser, "/account/tokens", **sent, scope=["sessions:read", "jobs:read"])
    secret = SECRET.search(made.text)
    assert (made.status_code, secret is not None) == (200, True)
    assert secret is not None
    bearer = {"Authorization": f"Bearer {secret[0]}"}
    assert house.stranger().get("/api/v1/sessions", headers=bearer).status_code == 200
    again = send(browser, "/account/tokens", **sent, scope=["sessions:read", "jobs:read"])
    assert (again.status_code, again.headers["location"]) == (303, "/account/tokens")
    page = get(browser, "/account/tokens")
    assert ("The import" in page.text, SECRET.search(page.text), page.text.count('name="token"')) == (True, None, 1)
    ended = send(browser, "/account/tokens/end", csrf=field(page, "csrf"), token=field(page, "token"))
    assert ended.headers["location"] == "/account/tokens"
    assert house.stranger().get("/api/v1/sessions", headers=bearer).status_code == 401


def test_a_token_that_cannot_be_made_loses_nothing_that_was_typed(house: House) -> None:
    _, browser = house.add_person(StaffRole.COACH)
    form = get(browser, "/account/tokens")
    sent = {"csrf": field(form, "csrf"), "act": field(form, "act"), "label": "The import", "days": "90"}
    refused = send(browser, "/account/tokens", **sent)
    assert (refused.status_code, field(refused, "label")) == (422, "The import")
    refused = send(browser, "/account/tokens", **sent, scope=["people:write"])
    assert (refused.status_code, SECRET.search(refused.text)) == (422, None)


def test_only_scopes_that_ones_roles_allow_are_offered(house: House) -> None:
    _, browser = house.add_person(StaffRole.COACH)
    page = get(browser, "/account/tokens").text
    assert ("reviews:write" in page, "people:read" in page, "uploads:write" in page) == (True, False, False)


def test_making_a_token_asks_for_a_new_proof_first(house: House) -> None:
    _, browser = house.add_person(StaffRole.COACH)
    house.clock.pass_ms(10 * MINUTE_MS)
    page = get(browser, "/account/tokens").text
    assert ("/confirm?next=/account/tokens" in page, 'name="act"' in page) == (True, False)
