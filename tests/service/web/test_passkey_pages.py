"""Passkeys over HTTP, with a device in software: forms, cookies, what waits, and what is told of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from service.database.words import StaffRole
from service.people import links
from tests.service.house import API, MINUTE_MS, PASSWORD, House, opened_house, secret_of
from tests.service.people.authenticator import Authenticator
from tests.service.web.browsing import field, get, heading, send

SECOND, PASSKEYS = "/sign-in/second", "/account/passkeys"
NEW_PASSWORD = "eleven lamps on a quay"


@pytest.fixture
def device() -> Authenticator:
    return Authenticator()


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A council that asks everybody for a passkey."""
    with opened_house(tmp_path_factory.mktemp("strict"), PRACTICE_SECOND_PROOF="required") as made:
        yield made


def options(browser: TestClient, path: str) -> Any:
    answer = browser.post(f"{API}{path}")
    assert answer.status_code == 200, answer.text
    return answer.json()["public_key"]


def somebody(house: House, *roles: StaffRole) -> tuple[str, TestClient]:
    return house.add_person(*(roles or (StaffRole.PRACTITIONER,)))


def add(browser: TestClient, device: Authenticator, label: str = "Phone") -> Any:
    page = get(browser, PASSKEYS)
    given = device.create(options(browser, "/me/passkeys/options"))
    answer = send(browser, PASSKEYS, csrf=field(page, "csrf"), credential=given, label=label)
    if answer.status_code == 303:
        browser.headers["X-CSRF"] = field(get(browser, PASSKEYS), "csrf")
    return answer


def by_password(house: House, name: str, browser: TestClient | None = None) -> tuple[TestClient, Any]:
    browser = browser or house.stranger()
    return browser, send(browser, "/sign-in", sign_in_name=name, password=PASSWORD, next="/account")


def test_a_passkey_is_added_and_stands_in_the_list(house: House, device: Authenticator) -> None:
    person_id, browser = somebody(house)
    elsewhere = house.client(person_id)
    answer = add(browser, device, "The phone for work")
    assert (answer.status_code, answer.headers["location"]) == (303, PASSKEYS)
    assert "The phone for work" in get(browser, PASSKEYS).text
    assert [one["label"] for one in browser.get(f"{API}/me/passkeys").json()["items"]] == ["The phone for work"]
    assert elsewhere.get(f"{API}/me").status_code == 401


def test_what_somebody_calls_a_passkey_is_text_and_nothing_else(house: House, device: Authenticator) -> None:
    _, browser = somebody(house)
    add(browser, device, "<script>alert(1)</script>")
    page = get(browser, PASSKEYS).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_the_password_leads_to_the_second_step_and_that_to_the_page_that_was_asked_for(
    house: House, device: Authenticator
) -> None:
    person_id, browser = somebody(house)
    add(browser, device)
    browser, answer = by_password(house, house.names[person_id])
    assert answer.headers["location"] == f"{SECOND}?next=/account"
    assert "__Host-sid" not in browser.cookies
    page = get(browser, answer.headers["location"])
    assert heading(page) == "Use your passkey"
    given = device.get(options(browser, f"{SECOND}/options"))
    done = send(browser, SECOND, credential=given, next=field(page, "next"))
    assert (done.status_code, done.headers["location"]) == (303, "/account")
    assert heading(get(browser, "/account")) == "Your account"
    assert "__Host-second" not in browser.cookies


def test_what_waits_is_nobody_to_every_other_page_and_to_programs(house: House, device: Authenticator) -> None:
    person_id, browser = somebody(house)
    add(browser, device)
    browser, _ = by_password(house, house.names[person_id])
    for path in ("/", "/account", "/confirm", PASSKEYS):
        assert get(browser, path).headers["location"].startswith("/sign-in")
    assert browser.get(f"{API}/me").status_code == 401
    waits = browser.cookies["__Host-second"]
    assert house.stranger(Cookie=f"__Host-sid={waits}").get(f"{API}/me").status_code == 401
    assert house.stranger(Authorization=f"Bearer {waits}").get(f"{API}/me").status_code == 401


def test_the_cookie_of_what_waits_is_no_script_s_and_ends_in_minutes(house: House, device: Authenticator) -> None:
    person_id, browser = somebody(house)
    add(browser, device)
    _, answer = by_password(house, house.names[person_id])
    (given,) = [one for one in answer.headers.get_list("set-cookie") if one.startswith("__Host-second=")]
    for mark in ("HttpOnly", "Max-Age=600", "Path=/", "SameSite=lax", "Secure"):
        assert mark in given


def test_leaving_the_second_step_ends_it(house: House, device: Authenticator) -> None:
    person_id, browser = somebody(house)
    add(browser, device)
    browser, _ = by_password(house, house.names[person_id])
    waits = browser.cookies["__Host-second"]
    assert send(browser, f"{SECOND}/leave").headers["location"] == "/sign-in"
    other = house.stranger(Cookie=f"__Host-second={waits}")
    assert get(other, SECOND).headers["location"] == "/sign-in"
    assert other.post(f"{API}{SECOND}/options").status_code == 401


def test_programs_are_told_that_a_passkey_is_needed_and_get_no_sign_in(house: House, device: Authenticator) -> None:
    person_id, browser = somebody(house)
    add(browser, device)
    asked = {"sign_in_name": house.names[person_id], "password": PASSWORD}
    answer = house.stranger().post(f"{API}/sign-in", json=asked)
    assert (answer.status_code, answer.json()) == (202, {"needs": "passkey", "page": SECOND})
    assert set(answer.cookies) == {"__Host-second"}


def test_a_wrong_password_is_answered_alike_with_a_passkey_and_without(house: House, device: Authenticator) -> None:
    with_one, browser = somebody(house)
    add(browser, device)
    without, _ = somebody(house)
    told = []
    for name in (house.names[with_one], house.names[without], "nobody@north"):
        asked = {"sign_in_name": name, "password": "ladder above ten kettles"}
        answer = house.stranger().post(f"{API}/sign-in", json=asked)
        told.append((answer.status_code, answer.json() | {"instance": ""}, dict(answer.cookies)))
    assert told[0] == told[1] == told[2]


def test_a_passkey_alone_signs_in_in_the_browser_that_asked(house: House, device: Authenticator) -> None:
    _, browser = somebody(house)
    add(browser, device)
    browser = house.stranger()
    given = device.get(options(browser, "/sign-in/passkey/options"))
    other = send(house.stranger(), "/sign-in/passkey", credential=given, next="/account")
    assert (other.status_code, heading(other)) == (403, "Sign in")
    done = send(browser, "/sign-in/passkey", credential=given, next="/account")
    assert done.headers["location"] == "/account"
    assert heading(get(browser, "/account")) == "Your account"


def test_a_form_that_came_too_late_is_held_over_a_passkey(house: House, device: Authenticator) -> None:
    _, browser = somebody(house)
    add(browser, device)
    house.clock.pass_ms(6 * MINUTE_MS)
    csrf, passkey = field(get(browser, PASSKEYS), "csrf"), field(get(browser, PASSKEYS), "passkey")
    held = send(browser, f"{PASSKEYS}/remove", csrf=csrf, here=PASSKEYS, passkey=passkey)
    assert (held.status_code, heading(held)) == (403, "Confirm that it is you")
    given = device.get(options(browser, "/step-up/options"))
    kept = {"held-to": field(held, "held-to"), "held.passkey": field(held, "held.passkey")}
    page = send(browser, "/confirm", csrf=csrf, next=PASSKEYS, credential=given, **kept)
    assert heading(page) == "Go on with your form"
    sent = send(browser, f"{PASSKEYS}/remove", csrf=field(page, "csrf"), passkey=field(page, "passkey"))
    assert sent.headers["location"] == PASSKEYS
    assert browser.get(f"{API}/me/passkeys").json()["items"] == []


def test_removing_by_the_api_goes_on_under_a_new_cookie(house: House, device: Authenticator) -> None:
    _, browser = somebody(house)
    add(browser, device)
    before = browser.cookies["__Host-sid"]
    (passkey,) = browser.get(f"{API}/me/passkeys").json()["items"]
    answer = browser.delete(f"{API}/me/passkeys/{passkey['id']}")
    assert answer.status_code == 200, answer.text
    assert browser.cookies["__Host-sid"] != before
    assert browser.get(f"{API}/me/passkeys").json()["items"] == []


def test_an_administrator_sees_how_many_and_their_link_takes_them_away(house: House, device: Authenticator) -> None:
    person_id, browser = somebody(house)
    add(browser, device)
    page = get(house.admin(), f"/administration/people/{person_id}")
    assert "Whoever lost a passkey needs the same link." in page.text
    link = house.admin().post(f"{API}/people/{person_id}/link").json()["link"]
    welcome = house.stranger()
    assert "your passkeys are removed" in get(welcome, f"/welcome/{secret_of(link)}").text
    assert send(welcome, f"/welcome/{secret_of(link)}", password=NEW_PASSWORD).status_code == 303
    assert house.client(person_id, password=NEW_PASSWORD).get(f"{API}/me/passkeys").json()["items"] == []


def test_where_the_address_is_a_number_the_pages_say_so(tmp_path: Path, device: Authenticator) -> None:
    with opened_house(tmp_path, PRACTICE_URL="http://127.0.0.1:8765") as house:
        _, browser = house.add_person(StaffRole.COACH)
        assert "Passkeys work where this service has a name" in get(browser, PASSKEYS).text
        assert "with a passkey" not in get(house.stranger(), "/sign-in").text
        assert house.stranger().post(f"{API}/sign-in/passkey/options").status_code == 409


def test_where_it_is_required_nobody_gets_in_without_adding_one(strict: House, device: Authenticator) -> None:
    name = strict.names[strict.administrator_id]
    browser, answer = by_password(strict, name)
    assert answer.headers["location"] == f"{SECOND}?next=/account"
    page = get(browser, SECOND)
    assert heading(page) == "Add a passkey"
    assert get(browser, "/account").headers["location"].startswith("/sign-in")
    given = device.create(options(browser, f"{SECOND}/options"))
    nameless = send(browser, SECOND, credential=given, next="/account", label=" ")
    assert (nameless.status_code, heading(nameless)) == (422, "Add a passkey")
    done = send(browser, SECOND, credential=given, next="/account", label="Phone")
    assert done.headers["location"] == "/account"
    confirm = get(browser, "/confirm")
    assert 'type="password"' not in confirm.text
    refused = send(browser, "/confirm", csrf=field(confirm, "csrf"), password=PASSWORD)
    assert refused.status_code == 403
    proof = browser.post(f"{API}/step-up", json={"password": PASSWORD}, headers={"X-CSRF": field(confirm, "csrf")})
    assert proof.json()["type"] == "/problems/passkey-needed"


def test_who_took_a_passkey_s_place_by_a_link_is_asked_again_for_a_first_one(strict: House) -> None:
    """The machine's owner makes a link where the last administrator lost theirs."""
    name, browser, device = strict.names[strict.administrator_id], strict.stranger(), Authenticator()
    secret = links.recovery_link(strict.parts, "f" * 32, name)
    links.accept(strict.people, "f" * 32, secret, PASSWORD)
    browser, _ = by_password(strict, name, browser)
    given = device.create(options(browser, f"{SECOND}/options"))
    assert send(browser, SECOND, credential=given, label="Key").headers["location"] == "/"
    assert len(browser.get(f"{API}/me/passkeys").json()["items"]) == 1
