"""What people see and change of themselves over HTTP: names, teams, password, sign-ins, access tokens."""

from __future__ import annotations

import io
import logging
from typing import Any

import pytest
from starlette.testclient import TestClient

from service.api.logs import set_up_logs
from service.database.words import StaffRole
from service.people.records import Scope
from tests.service.house import API, MINUTE_MS, PASSWORD, House, prove, secret_of

DAY_MS = 24 * 60 * MINUTE_MS
NEW = "ladders over seven kettles"
P, A = StaffRole.PRACTITIONER, StaffRole.ADMINISTRATOR


def slug(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].removeprefix("/problems/")


def new_token(browser: TestClient, key: str = "", **more: Any) -> Any:
    sent = {"label": "import", "scopes": ["sessions:read"], "days": 30, **more}
    return browser.post(f"{API}/me/tokens", json=sent, headers={"Idempotency-Key": key} if key else {})


def test_people_see_their_own_names_roles_and_teams_and_no_others(house: House) -> None:
    person_id, browser = house.add_person(P, StaffRole.MANAGER)
    made = [house.admin().post(f"{API}/teams", json={"name": f"Team {name} {person_id}"}).json()["id"] for name in "ab"]
    assert house.admin().put(f"{API}/teams/{made[0]}/members/{person_id}", json={"leads": True}).status_code == 204
    told = browser.get(f"{API}/me").json()
    assert told.pop("csrf") == browser.headers["X-CSRF"]
    assert told == {
        "id": person_id, "sign_in_name": house.names[person_id], "shown_name": "O. Reed",
        "roles": ["manager", "practitioner"], "fresh": True, "has_password": True, "at_provider": False,
        "teams": [{"id": made[0], "name": f"Team a {person_id}", "leads": True}],
    }  # fmt: skip
    assert house.admin().delete(f"{API}/teams/{made[0]}/members/{person_id}").status_code == 204
    assert browser.get(f"{API}/me").json()["teams"] == []


def test_a_new_password_ends_every_other_sign_in_and_token(house: House) -> None:
    person_id, browser = house.add_person(P)
    elsewhere, machine = house.client(person_id), house.token(browser, "sessions:read")
    before = browser.cookies["__Host-sid"]
    answer = browser.post(f"{API}/me/password", json={"old": PASSWORD, "new": NEW})
    assert answer.status_code == 200
    assert browser.cookies["__Host-sid"] != before
    browser.headers["X-CSRF"] = answer.json()["csrf"]
    assert browser.get(f"{API}/me").status_code == 200
    assert elsewhere.get(f"{API}/me").status_code == 401
    assert slug(machine.get(f"{API}/me")) == (401, "not-signed-in")
    assert house.client(person_id, password=NEW).get(f"{API}/me").status_code == 200


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (NEW, "anything at all here", (403, "sign-in-refused")), (PASSWORD, "short", (422, "bad-input")),
        (PASSWORD, "practice practice practice", (422, "bad-input")),
    ],
)  # fmt: skip
def test_a_wrong_old_password_or_a_weak_new_one_changes_nothing(
    house: House, old: str, new: str, expected: tuple[int, str]
) -> None:
    person_id, browser = house.add_person(P)
    assert slug(browser.post(f"{API}/me/password", json={"old": old, "new": new})) == expected
    assert house.client(person_id).get(f"{API}/me").status_code == 200


def test_one_s_sign_ins_are_listed_and_each_can_be_ended(house: House) -> None:
    person_id, browser = house.add_person(P)
    elsewhere = house.client(person_id)
    listed = browser.get(f"{API}/me/sign-ins").json()
    assert listed["next"] is None
    assert sorted(one["current"] for one in listed["items"]) == [False, True]
    other = next(one["id"] for one in listed["items"] if not one["current"])
    assert other not in (elsewhere.cookies["__Host-sid"], browser.cookies["__Host-sid"])
    assert browser.delete(f"{API}/me/sign-ins/{other}").status_code == 204
    assert elsewhere.get(f"{API}/me").status_code == 401
    assert browser.get(f"{API}/me").status_code == 200


def test_nobody_ends_another_one_s_sign_in_or_token(house: House) -> None:
    _, browser = house.add_person(P)
    _, other = house.add_person(P)
    theirs = other.get(f"{API}/me/sign-ins").json()["items"][0]["id"]
    machine = house.token(other, "sessions:read")
    token_id = other.get(f"{API}/me/tokens").json()["items"][0]["id"]
    assert browser.delete(f"{API}/me/sign-ins/{theirs}").status_code == 204
    assert browser.delete(f"{API}/me/tokens/{token_id}").status_code == 204
    assert other.get(f"{API}/me").status_code == 200
    assert slug(machine.get(f"{API}/me")) == (403, "not-allowed")


def test_signing_out_everywhere_ends_this_one_too(house: House) -> None:
    person_id, browser = house.add_person(P)
    elsewhere = house.client(person_id)
    assert browser.delete(f"{API}/me/sign-ins").status_code == 204
    assert elsewhere.get(f"{API}/me").status_code == browser.get(f"{API}/me").status_code == 401


def test_a_token_does_what_its_scopes_say_and_its_roles_allow(house: House) -> None:
    _, boss = house.add_person(A)
    reads, other = house.token(boss, "people:read"), house.token(boss, "sessions:read")
    assert reads.get(f"{API}/people").status_code == 200
    assert slug(other.get(f"{API}/people")) == (403, "not-allowed")
    _, worker = house.add_person(P)
    assert slug(new_token(worker, scopes=["people:read"])) == (422, "bad-input")


def test_a_token_is_for_no_page_of_a_browser_and_changes_no_people(house: House) -> None:
    machine = house.token(house.admin(), "people:read", "people:write")
    for method, path, body in (
        ("GET", "/me", None), ("GET", "/me/tokens", None), ("POST", "/sign-out", None),
        ("POST", "/step-up", {"password": PASSWORD}), ("POST", "/teams", {"name": "North"}),
        ("POST", "/me/tokens", {"label": "x", "scopes": ["people:read"], "days": 1}),
    ):  # fmt: skip
        assert slug(machine.request(method, f"{API}{path}", json=body)) == (403, "not-allowed"), path


def test_a_token_whose_role_has_ended_is_good_for_nothing(house: House) -> None:
    person_id, boss = house.add_person(A)
    machine = house.token(boss, "people:read")
    assert house.admin().delete(f"{API}/people/{person_id}/roles/administrator").status_code == 204
    assert machine.get(f"{API}/people").status_code == 403


def test_a_token_ends_when_it_is_ended_and_when_its_days_are_over(house: House) -> None:
    _, boss = house.add_person(A)
    ended, short = house.token(boss, "people:read"), house.token(boss, "people:read", days=1)
    assert short.get(f"{API}/people").status_code == 200
    newest_first = boss.get(f"{API}/me/tokens").json()["items"]
    long = next(one["id"] for one in newest_first if one["until_ms"] - one["created_ms"] > 2 * DAY_MS)
    assert boss.delete(f"{API}/me/tokens/{long}").status_code == 204
    assert ended.get(f"{API}/people").status_code == 401
    house.clock.pass_ms(DAY_MS)
    assert short.get(f"{API}/people").status_code == 401


def test_making_a_token_asks_for_a_new_proof(house: House) -> None:
    _, browser = house.add_person(P)
    house.clock.pass_ms(6 * MINUTE_MS)
    assert slug(new_token(browser)) == (403, "confirm-sign-in")
    assert prove(browser).status_code == 200
    assert new_token(browser).status_code == 201


def test_a_repeated_request_makes_one_token_and_shows_its_secret_once(house: House) -> None:
    _, browser = house.add_person(P)
    first, second = (new_token(browser, "the-same-key") for _ in range(2))
    assert second.json() == {"id": first.json()["id"], "secret": None}
    assert second.headers["idempotency-replayed"] == "true"
    assert len(browser.get(f"{API}/me/tokens").json()["items"]) == 1
    assert slug(new_token(browser, "the-same-key", days=31)) == (409, "key-used")


@pytest.mark.parametrize(
    "more",
    [
        {"scopes": []}, {"scopes": ["everything"]}, {"days": 0}, {"days": 366}, {"label": ""}, {"label": "a" * 81},
        {"label": "two\nlines"}, {"person_id": "a" * 32},
    ],
)  # fmt: skip
def test_a_token_of_another_form_is_refused(house: House, more: dict[str, object]) -> None:
    assert new_token(house.admin(), **more).status_code == 422


def test_secrets_appear_once_and_in_no_log_and_no_other_answer(house: House) -> None:
    """A token, two links, a password and cookies: used everywhere, told once."""
    written, answers = io.StringIO(), []
    before = logging.getLogger().handlers[:]
    set_up_logs(written)
    try:
        person_id, browser = house.add_person(P)
        made = new_token(browser)
        link = house.admin().post(f"{API}/people/{person_id}/link").json()["link"]
        bearer = {"Authorization": f"Bearer {made.json()['secret']}"}
        answers += [browser.get(f"{API}/me/tokens"), browser.get(f"{API}/me"), house.admin().get(f"{API}/people")]
        answers += [browser.get(f"{API}/me/sign-ins"), house.stranger(**bearer).get(f"{API}/me")]
        answers.append(house.stranger().post(f"{API}/links/accept", json={"secret": secret_of(link), "password": "x"}))
        answers.append(house.stranger().post(f"{API}/links/first", json={"secret": secret_of(link), "password": NEW}))
        assert browser.get(f"/welcome/{secret_of(link)}").status_code == 200  # its form gives the link back, once
    finally:
        logging.getLogger().handlers[:] = before
    secrets = [made.json()["secret"], secret_of(link), PASSWORD, NEW, browser.cookies["__Host-sid"]]
    told = written.getvalue() + "".join(answer.text + str(answer.headers) for answer in answers)
    assert written.getvalue().count('"event": "request"') >= len(answers)
    assert [secret for secret in secrets if secret in told] == []
    assert link.startswith(f"{house.url}/welcome/")


def test_no_secret_is_kept_in_the_database(house: House) -> None:
    person_id, browser = house.add_person(P)
    made = new_token(browser, "a-key-that-is-kept").json()["secret"]
    sent = {"sign_in_name": f"new.{person_id}", "shown_name": "New", "roles": []}
    invited = house.admin().post(f"{API}/people", json=sent, headers={"Idempotency-Key": "another-key"})
    file = house.installation.settings.data / "service.sqlite3"
    stored = b"".join(path.read_bytes() for path in file.parent.glob("service.sqlite3*"))
    secrets = [made, secret_of(invited.json()["link"]), PASSWORD, browser.cookies["__Host-sid"]]
    assert house.names[person_id].encode() in stored
    assert [secret for secret in secrets if secret.encode() in stored] == []


def test_every_scope_can_be_asked_for_by_its_word(house: House) -> None:
    """The words of the API are the words of the service."""
    document = house.stranger().get(f"{API}/openapi.json").json()
    assert document["components"]["schemas"]["Scope"]["enum"] == [scope.value for scope in Scope]
