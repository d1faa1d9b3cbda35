"""Signing in and out, proving it again, and one-time links, as pages without scripts."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from service.database.words import StaffRole
from service.ids import new_id
from service.installation import opened_installation
from service.people.links import first_administrator_link
from service.settings_service import LINK_PATH, ServiceSettings
from service.web_process import web_app
from tests.service.house import MINUTE_MS, PASSWORD, URL, House, cheap_people
from tests.service.web.browsing import field, get, heading, send

NEW = "eleven lamps on a quay"


def invited(house: House) -> tuple[str, str]:
    """The path of an invitation, and the sign-in name that it is for."""
    name = f"{new_id()}@north"
    sent = {"sign_in_name": name, "shown_name": "O. Reed", "roles": ["practitioner"]}
    made = house.admin().post("/api/v1/people", json=sent).json()
    return made["link"].removeprefix(house.url), name


def test_who_is_not_signed_in_is_led_to_sign_in_and_back(house: House) -> None:
    person_id, _ = house.add_person(StaffRole.COACH)
    browser = house.stranger()
    led = get(browser, "/account/tokens?a=b")
    assert (led.status_code, led.headers["location"]) == (303, "/sign-in?next=/account/tokens%3Fa%3Db")
    form = get(browser, led.headers["location"])
    entered = send(
        browser, "/sign-in", next=field(form, "next"), sign_in_name=house.names[person_id], password=PASSWORD
    )
    assert (entered.status_code, entered.headers["location"]) == (303, "/account/tokens?a=b")
    assert heading(get(browser, entered.headers["location"])) == "Access tokens"


def test_a_wrong_password_keeps_the_name_and_not_the_password(house: House) -> None:
    page = send(house.stranger(), "/sign-in", next="/help", sign_in_name="o.reed@north", password="not the one at all")
    assert page.status_code == 403
    assert (field(page, "sign_in_name"), field(page, "next")) == ("o.reed@north", "/help")
    assert "not the one at all" not in page.text
    assert "Error: Sign in" in page.text


@pytest.mark.parametrize(
    "to", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", "javascript:"]
)
def test_signing_in_never_leads_elsewhere(house: House, to: str) -> None:
    person_id, _ = house.add_person()
    sent = {"next": to, "sign_in_name": house.names[person_id], "password": PASSWORD}
    assert send(house.stranger(), "/sign-in", **sent).headers["location"] == "/"


def test_a_password_with_blanks_at_its_ends_is_taken_as_it_was_typed(house: House) -> None:
    path, name = invited(house)
    assert send(house.stranger(), path, password=f" {NEW} ").headers["location"] == "/sign-in"
    assert send(house.stranger(), "/sign-in", sign_in_name=name, password=f" {NEW} ").headers["location"] == "/"


def test_signing_out_ends_the_sign_in(house: House) -> None:
    _, browser = house.add_person()
    left = send(browser, "/sign-out", csrf=field(get(browser, "/"), "csrf"))
    assert (left.status_code, left.headers["location"]) == (303, "/sign-in")
    assert get(browser, "/").headers["location"] == "/sign-in"


def test_a_form_without_its_token_changes_nothing(house: House) -> None:
    _, browser = house.add_person()
    refused = send(browser, "/sign-out", csrf="")
    assert refused.status_code == 403
    assert 'data-problem="/problems/foreign-origin"' in refused.text
    assert get(browser, "/").status_code == 200


def test_without_a_council_sign_in_no_page_offers_one(house: House) -> None:
    path, _ = invited(house)
    for page in (get(house.stranger(), "/sign-in"), get(house.stranger(), path)):
        assert "council account" not in page.text
    assert send(house.stranger(), f"{path}/council").status_code == 404


def test_an_invitation_shows_the_name_and_takes_a_password(house: House) -> None:
    path, name = invited(house)
    page = get(house.stranger(), path)
    assert (heading(page), name in page.text) == ("Welcome to Practice", True)
    taken = send(browser := house.stranger(), path, password=NEW)
    assert (taken.status_code, taken.headers["location"]) == (303, "/sign-in")
    assert "Your password is set." in get(browser, "/sign-in").text
    assert send(browser, "/sign-in", sign_in_name=name, password=NEW).headers["location"] == "/"


def test_a_weak_password_is_refused_in_place_and_the_link_stays_good(house: House) -> None:
    path, _ = invited(house)
    refused = send(house.stranger(), path, password="short")
    assert refused.status_code == 422
    assert 'id="password-error"' in refused.text
    assert send(house.stranger(), path, password=NEW).status_code == 303


@pytest.mark.parametrize("what", ["used", "made up"])
def test_a_link_that_is_not_good_says_so(house: House, what: str) -> None:
    path, _ = invited(house)
    send(house.stranger(), path, password=NEW)
    page = get(house.stranger(), path if what == "used" else f"{LINK_PATH}made-up")
    assert page.status_code in (404, 410)
    assert "Ask an administrator for a new one" in page.text


def test_a_new_password_link_says_what_it_is_for(house: House) -> None:
    person_id, _ = house.add_person()
    link = house.admin().post(f"/api/v1/people/{person_id}/link").json()["link"]
    path = link.removeprefix(house.url)
    assert heading(get(house.stranger(), path)) == "Choose a new password"
    assert send(house.stranger(), path, password=NEW).status_code == 303
    assert house.client(person_id, password=NEW)


def test_a_link_is_in_no_log(house: House, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> None:
    path, _ = invited(house)
    caplog.clear()
    caplog.set_level("DEBUG")
    get(house.stranger(), path)
    send(house.stranger(), path, password="short")
    ours = [record for record in caplog.records if not record.name.startswith("httpx2")]  # the test's own client
    told = "".join(str(record.__dict__) for record in ours) + "".join(capfd.readouterr())
    assert path.removeprefix(LINK_PATH) not in told
    assert "/welcome/{secret}" in told


def test_a_proof_leads_back_to_what_it_was_for(house: House) -> None:
    _, browser = house.add_person(StaffRole.COACH)
    house.clock.pass_ms(10 * MINUTE_MS)
    asked = get(browser, "/account/tokens")
    led = send(browser, "/account/tokens", csrf=field(asked, "csrf"), here="/account/tokens")
    assert (led.status_code, led.headers["location"]) == (303, "/confirm?next=/account/tokens")
    form = get(browser, led.headers["location"])
    wrong = send(browser, "/confirm", csrf=field(form, "csrf"), next=field(form, "next"), password="not the one at all")
    assert (wrong.status_code, "That is not your password" in wrong.text) == (403, True)
    proved = send(browser, "/confirm", csrf=field(wrong, "csrf"), next=field(wrong, "next"), password=PASSWORD)
    assert (proved.status_code, proved.headers["location"]) == (303, "/account/tokens")
    assert 'name="act"' in get(browser, "/account/tokens").text


def test_the_first_administrator_comes_in_by_a_page(tmp_path: Path) -> None:
    settings = ServiceSettings.from_environment({"PRACTICE_DATA": str(tmp_path / "data"), "PRACTICE_URL": URL})
    with opened_installation(settings, may_begin=True) as installation:
        browser = TestClient(web_app(installation, cheap_people(installation)), URL, headers={"Origin": URL})
        path = f"{LINK_PATH}{first_administrator_link(installation.parts, new_id())}"
        assert heading(get(browser, path)) == "Set this service up"
        typed = {"sign_in_name": "two words", "shown_name": "First"}
        refused = send(browser, path, **typed, password=NEW)
        assert (refused.status_code, field(refused, "shown_name")) == (422, "First")
        assert send(browser, path, **typed | {"sign_in_name": "first@north"}, password=NEW).status_code == 303
        assert send(browser, "/sign-in", sign_in_name="first@north", password=NEW).status_code == 303
        assert "/administration" in get(browser, "/").text
