"""Signing in, proving it again and signing out over HTTP: one cookie, and nothing to be told by trying."""

from __future__ import annotations

import time
from http.cookies import SimpleCookie
from pathlib import Path
from statistics import median
from typing import Any

import pytest
from starlette.testclient import TestClient

from service.api.server import web_server
from service.database.words import StaffRole
from service.people.limits import PER_ACCOUNT, PER_ADDRESS, WINDOW_MS
from tests.service.house import ADDRESS, API, MINUTE_MS, PASSWORD, House, opened_house, prove
from tests.service.stand_ins import ToldClock

SID = "__Host-sid"
KNOWN = "__Host-known"
WRONG = "ladder above ten kettles"


def enter(browser: TestClient, name: str = "first@north", password: str = PASSWORD, **headers: str) -> Any:
    sent = {"sign_in_name": name, "password": password}
    return browser.post(f"{API}/sign-in", json=sent, headers=headers)


def cookies_of(answer: Any) -> SimpleCookie:
    found = SimpleCookie()
    for given in answer.headers.get_list("set-cookie"):
        found.load(given)
    return found


def problem(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].removeprefix("/problems/")


def test_signing_in_gives_a_cookie_that_scripts_and_other_sites_cannot_use(house: House) -> None:
    answer = enter(house.stranger())
    given = cookies_of(answer)[SID]
    assert (given["secure"], given["httponly"], given["samesite"], given["path"]) == (True, True, "lax", "/")
    assert (given["domain"], given["max-age"]) == ("", "")
    assert len(given.value) == 43
    assert given.value not in answer.text
    assert answer.json()["person"] == {
        "id": house.administrator_id, "sign_in_name": "first@north", "shown_name": "First",
        "roles": ["administrator"], "teams": [],
    }  # fmt: skip


def test_on_this_machine_alone_the_cookie_is_a_plain_one(tmp_path: Path) -> None:
    with opened_house(tmp_path, PRACTICE_URL="http://localhost:8765") as house:
        given = cookies_of(enter(house.stranger()))
        assert set(given) == {"sid", "known"}
        assert not given["sid"]["secure"]
        assert given["sid"]["httponly"]
        assert house.client(house.administrator_id).get(f"{API}/me").status_code == 200


def test_a_sign_in_from_another_site_s_page_is_refused(house: House) -> None:
    for headers in ({"Origin": "https://elsewhere.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}):
        answer = enter(house.stranger(), **headers)
        assert problem(answer) == (403, "foreign-origin")
        assert not answer.cookies


def test_a_change_without_the_page_s_token_or_with_another_one_s_is_refused(house: House) -> None:
    other = house.client(house.administrator_id).headers["X-CSRF"]
    for csrf in ("", "x", other):
        browser = house.client(house.administrator_id)
        browser.headers["X-CSRF"] = csrf
        assert problem(browser.post(f"{API}/sign-out")) == (403, "foreign-origin")
        assert browser.get(f"{API}/me").status_code == 200


def test_a_change_that_does_not_say_where_it_comes_from_is_refused(house: House) -> None:
    browser = house.client(house.administrator_id)
    del browser.headers["Origin"]
    assert problem(browser.post(f"{API}/sign-out")) == (403, "foreign-origin")


def test_a_cookie_that_was_planted_before_opens_nothing_afterwards(house: House) -> None:
    """Session fixation: the sign-in's secret is always a new one."""
    planted = "p" * 43
    browser = house.stranger()
    browser.cookies.set(SID, planted, domain="practice.example", path="/")
    answer = enter(browser, Cookie=f"{SID}={planted}")
    assert cookies_of(answer)[SID].value != planted
    assert house.stranger(Cookie=f"{SID}={planted}").get(f"{API}/me").status_code == 401


def test_signing_in_again_in_one_browser_ends_what_was_open_there(house: House) -> None:
    browser = house.client(house.administrator_id)
    before = browser.cookies[SID]
    assert enter(browser).status_code == 200
    assert browser.cookies[SID] != before
    assert house.stranger(Cookie=f"{SID}={before}").get(f"{API}/me").status_code == 401
    assert len(browser.get(f"{API}/me/sign-ins").json()["items"]) == 1


def test_signing_out_ends_it_at_the_next_request_and_clears_the_browser(house: House) -> None:
    browser = house.client(house.administrator_id)
    secret = browser.cookies[SID]
    answer = browser.post(f"{API}/sign-out")
    assert answer.status_code == 204
    assert answer.headers["clear-site-data"] == '"cache", "storage"'
    assert SID not in browser.cookies
    assert problem(house.stranger(Cookie=f"{SID}={secret}").get(f"{API}/me")) == (401, "not-signed-in")


def test_a_new_proof_gives_a_new_cookie_and_the_old_one_is_dead(house: House) -> None:
    browser = house.client(house.administrator_id)
    house.clock.pass_ms(6 * MINUTE_MS)
    assert browser.get(f"{API}/me").json()["fresh"] is False
    before, csrf = browser.cookies[SID], browser.headers["X-CSRF"]
    assert prove(browser).status_code == 200
    assert browser.cookies[SID] != before
    assert browser.headers["X-CSRF"] != csrf
    assert browser.get(f"{API}/me").json()["fresh"] is True
    assert house.stranger(Cookie=f"{SID}={before}").get(f"{API}/me").status_code == 401


def test_a_wrong_proof_changes_nothing(house: House) -> None:
    browser = house.client(house.administrator_id)
    house.clock.pass_ms(6 * MINUTE_MS)
    assert problem(prove(browser, WRONG)) == (403, "sign-in-refused")
    assert browser.get(f"{API}/me").json()["fresh"] is False


def test_what_needs_a_proof_says_so_when_it_is_too_old(house: House) -> None:
    browser = house.client(house.administrator_id)
    house.clock.pass_ms(5 * MINUTE_MS)
    assert problem(browser.post(f"{API}/teams", json={"name": "North"})) == (403, "confirm-sign-in")


def test_a_disabled_person_s_next_request_is_nobody_s(house: House) -> None:
    person_id, browser = house.add_person(StaffRole.PRACTITIONER)
    assert browser.get(f"{API}/me").status_code == 200
    assert house.admin().post(f"{API}/people/{person_id}/disable").status_code == 204
    assert problem(browser.get(f"{API}/me")) == (401, "not-signed-in")
    assert problem(enter(house.stranger(), house.names[person_id])) == (403, "sign-in-refused")


def test_an_unknown_name_and_a_wrong_password_are_answered_alike(house: House) -> None:
    person_id, _ = house.add_person(StaffRole.PRACTITIONER)
    assert house.admin().post(f"{API}/people/{person_id}/disable").status_code == 204
    tried = [("nobody@north", PASSWORD), ("first@north", WRONG), (house.names[person_id], PASSWORD)]
    answers = [enter(house.stranger(f"192.0.2.{number}"), *given) for number, given in enumerate(tried, 10)]
    own = {"instance"}
    assert len({str({n: v for n, v in answer.json().items() if n not in own}) for answer in answers}) == 1
    headers = [{n: v for n, v in answer.headers.items() if n != "x-request-id"} for answer in answers]
    assert headers[0] == headers[1] == headers[2]


def test_an_unknown_name_takes_about_as_long_as_a_known_one(house: House) -> None:
    """The password is hashed for nobody too: without that, the hash alone would be missing from the time."""
    took: dict[str, list[float]] = {"first@north": [], "nobody@north": []}
    for number in range(9):
        for name, times in took.items():
            browser = house.stranger(f"198.51.100.{number}" if name.startswith("first") else f"203.0.113.{number}")
            begun = time.perf_counter()
            enter(browser, name, WRONG)
            times.append(time.perf_counter() - begun)
    known, unknown = (median(times) for times in took.values())
    assert 0.4 < unknown / known < 2.5


def test_too_many_wrong_passwords_wait_and_nothing_is_locked_for_good(house: House) -> None:
    for number in range(PER_ACCOUNT):
        assert problem(enter(house.stranger(f"198.51.100.{number}"), password=WRONG)) == (403, "sign-in-refused")
    refused = enter(house.stranger("203.0.113.1"))
    assert problem(refused) == (429, "too-many")
    wait_ms = int(refused.headers["retry-after"]) * 1000
    assert 0 < wait_ms <= WINDOW_MS + MINUTE_MS
    house.clock.pass_ms(wait_ms)
    assert enter(house.stranger("203.0.113.1")).status_code == 200


def test_a_name_that_is_not_there_is_limited_alike(house: House) -> None:
    for number in range(PER_ACCOUNT):
        enter(house.stranger(f"198.51.100.{number}"), "nobody@north", WRONG)
    assert problem(enter(house.stranger("203.0.113.1"), "nobody@north")) == (429, "too-many")


def test_a_browser_that_is_known_gets_in_while_strangers_guess(house: House) -> None:
    browser = house.client(house.administrator_id)
    assert browser.post(f"{API}/sign-out").status_code == 204
    for number in range(PER_ACCOUNT):
        enter(house.stranger(f"198.51.100.{number}"), password=WRONG)
    assert problem(enter(house.stranger("203.0.113.1"))) == (429, "too-many")
    assert KNOWN in browser.cookies
    assert enter(browser).status_code == 200


def test_what_a_stranger_says_about_its_address_is_not_believed(house: House) -> None:
    for number in range(PER_ADDRESS):
        told = {"X-Forwarded-For": f"198.51.100.{number}", "Forwarded": f"for=198.51.100.{number}"}
        enter(house.stranger(), f"nobody{number}@north", WRONG, **told)
    assert problem(enter(house.stranger(), "someone@north", WRONG, **{"X-Forwarded-For": "203.0.113.9"}))[0] == 429


@pytest.mark.parametrize(("through", "status"), [("10.0.0.1", 403), ("10.0.0.2", 429)])
def test_a_trusted_proxy_alone_is_believed_about_addresses(tmp_path: Path, through: str, status: int) -> None:
    """Behind the server as it is run: the trusted proxy's clients are told apart, another machine's are one."""
    clock = ToldClock()
    with opened_house(tmp_path, clock, PRACTICE_TRUSTED_PROXY="10.0.0.1") as house:
        server = web_server(house.app, house.installation.settings)
        server.config.load()
        with TestClient(server.config.loaded_app, base_url=house.url, client=(through, 40000)) as browser:
            for number in range(PER_ADDRESS):
                enter(browser, f"nobody{number}@north", WRONG, **{"X-Forwarded-For": f"198.51.100.{number}"})
            last = enter(browser, "someone@north", WRONG, **{"X-Forwarded-For": "203.0.113.9"})
        assert last.status_code == status


def test_one_ipv6_network_counts_as_one_address(house: House) -> None:
    for number in range(PER_ADDRESS):
        enter(house.stranger(f"2001:db8:1:2::{number + 1:x}"), f"nobody{number}@north", WRONG)
    assert problem(enter(house.stranger("2001:db8:1:2:ffff::1"), "someone@north", WRONG))[0] == 429
    assert problem(enter(house.stranger("2001:db8:1:3::1"), "someone@north", WRONG))[0] == 403


@pytest.mark.parametrize(
    "sent",
    [
        {}, {"sign_in_name": "first@north"}, {"sign_in_name": "", "password": PASSWORD}, [], "first@north",
        {"sign_in_name": "first@north", "password": PASSWORD, "stay": True},
        {"sign_in_name": ["first@north"], "password": PASSWORD}, {"sign_in_name": "a" * 255, "password": PASSWORD},
        {"sign_in_name": "first@north", "password": "p" * 1025},
    ],
)  # fmt: skip
def test_a_body_of_another_form_is_refused_by_its_fields(house: House, sent: object) -> None:
    answer = house.stranger().post(f"{API}/sign-in", json=sent)
    assert problem(answer) == (422, "invalid")
    assert PASSWORD not in answer.text


@pytest.mark.parametrize(
    ("name", "status"),
    [("\0", 403), ("first@north\0", 403), ("\ud800", 422), ("\ufb01rst@north", 200), (" FIRST@north ", 200)],
)
def test_a_name_is_taken_as_it_is_meant_and_a_strange_one_is_no_failure(house: House, name: str, status: int) -> None:
    content = f'{{"sign_in_name": {ascii_json(name)}, "password": "{PASSWORD}"}}'
    answer = house.stranger(ADDRESS, **{"Content-Type": "application/json"}).post(f"{API}/sign-in", content=content)
    assert answer.status_code == status


def ascii_json(text: str) -> str:
    return '"' + "".join(f"\\u{ord(letter):04x}" for letter in text) + '"'
