"""What administrators see and change of people, teams and coaching over HTTP, and that nobody else does."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from service.audit.records import Action
from service.audit.sql_rows import SqlRows
from service.database.words import StaffRole
from service.ids import new_id
from tests.service.house import API, MINUTE_MS, PASSWORD, House, secret_of

P, C, M, R, A = (
    StaffRole.PRACTITIONER, StaffRole.COACH, StaffRole.MANAGER, StaffRole.RESEARCHER, StaffRole.ADMINISTRATOR,
)  # fmt: skip
ANY = "a" * 32
READS = ("/people", "/teams", "/coaching")
CHANGES: tuple[tuple[str, str, dict[str, Any] | None], ...] = (
    ("POST", "/people", {"sign_in_name": "x", "shown_name": "X", "roles": []}),
    ("POST", f"/people/{ANY}/disable", None), ("POST", f"/people/{ANY}/enable", None),
    ("POST", f"/people/{ANY}/link", None), ("DELETE", f"/people/{ANY}/sign-ins", None),
    ("PUT", f"/people/{ANY}/roles/coach", None), ("DELETE", f"/people/{ANY}/roles/coach", None),
    ("POST", "/teams", {"name": "North"}), ("PUT", f"/teams/{ANY}/members/{ANY}", {}),
    ("DELETE", f"/teams/{ANY}/members/{ANY}", None), ("PUT", f"/coaching/{ANY}/{ANY}", {}),
    ("DELETE", f"/coaching/{ANY}/{ANY}", None),
)  # fmt: skip


def slug(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].removeprefix("/problems/")


def shown(house: House, person_id: str) -> dict[str, Any]:
    listed = house.admin().get(f"{API}/people").json()
    assert listed["next"] is None
    return next(one for one in listed["items"] if one["id"] == person_id)


def named(word: str) -> str:
    return f"{word} {new_id()}"


def invite(house: House, *roles: StaffRole, key: str = "", name: str = "") -> Any:
    sent = {"sign_in_name": name or f"{new_id()}@north", "shown_name": "I. Vale", "roles": list(roles)}
    return house.admin().post(f"{API}/people", json=sent, headers={"Idempotency-Key": key} if key else {})


def test_nobody_but_an_administrator_sees_or_changes_people(house: House) -> None:
    _, browser = house.add_person(P, C, M)
    for path in READS:
        assert slug(browser.get(f"{API}{path}")) == (403, "not-allowed"), path
    for method, path, body in CHANGES:
        assert slug(browser.request(method, f"{API}{path}", json=body)) == (403, "not-allowed"), path


def test_a_stranger_is_asked_to_sign_in(house: House) -> None:
    for method, path, body in (*(("GET", path, None) for path in READS), *CHANGES):
        assert slug(house.stranger().request(method, f"{API}{path}", json=body)) == (401, "not-signed-in"), path


def test_every_change_asks_an_administrator_for_a_new_proof(house: House) -> None:
    browser = house.client(house.administrator_id)
    house.clock.pass_ms(5 * MINUTE_MS)
    for method, path, body in CHANGES:
        assert slug(browser.request(method, f"{API}{path}", json=body)) == (403, "confirm-sign-in"), path
    for path in READS:
        assert browser.get(f"{API}{path}").status_code == 200, path


def test_who_or_what_is_not_there_is_told_alike(house: House) -> None:
    for method, path, body in CHANGES:
        if ANY in path and (method, path) != ("DELETE", f"/coaching/{ANY}/{ANY}"):  # of people an administrator knows
            assert slug(house.admin().request(method, f"{API}{path}", json=body)) == (404, "nothing-here"), path


def test_an_invitation_is_taken_up_once_and_the_person_signs_in(house: House) -> None:
    made = invite(house, P, name=f"  Ola.{new_id()}@North ").json()
    assert made["link"].startswith("https://practice.example/welcome/")
    assert shown(house, made["id"]) | {"sign_in_name": ""} == {
        "id": made["id"], "sign_in_name": "", "shown_name": "I. Vale", "state": "invited", "roles": ["practitioner"],
        "has_password": False, "at_provider": False,
    }  # fmt: skip
    taken = {"secret": secret_of(made["link"]), "password": PASSWORD}
    first, second = (house.stranger().post(f"{API}/links/accept", json=taken) for _ in range(2))
    assert (first.status_code, first.json()) == (201, {"person_id": made["id"]})
    assert slug(second) == (404, "link-refused")
    house.names[made["id"]] = shown(house, made["id"])["sign_in_name"]
    assert house.names[made["id"]].startswith("ola.")
    assert house.client(made["id"]).get(f"{API}/me").json()["id"] == made["id"]


def test_a_link_stays_good_after_a_weak_password(house: House) -> None:
    secret = secret_of(invite(house, P).json()["link"])
    weak = house.stranger().post(f"{API}/links/accept", json={"secret": secret, "password": "too short"})
    assert slug(weak) == (422, "bad-input")
    assert "15" in weak.json()["detail"]
    good = house.stranger().post(f"{API}/links/accept", json={"secret": secret, "password": PASSWORD})
    assert good.status_code == 201


def test_a_first_administrator_s_link_is_good_for_nobody_else(house: House) -> None:
    sent = {"secret": "x" * 43, "sign_in_name": "b", "shown_name": "B", "password": PASSWORD}
    assert slug(house.stranger().post(f"{API}/links/first", json=sent)) == (404, "link-refused")


def test_a_new_link_ends_the_one_before(house: House) -> None:
    made = invite(house, P).json()
    newer = house.admin().post(f"{API}/people/{made['id']}/link").json()["link"]
    for link, status in ((made["link"], 404), (newer, 201)):
        sent = {"secret": secret_of(link), "password": PASSWORD}
        assert house.stranger().post(f"{API}/links/accept", json=sent).status_code == status


def test_a_link_is_taken_by_the_service_s_own_pages_alone(house: House) -> None:
    sent = {"secret": secret_of(invite(house, P).json()["link"]), "password": PASSWORD}
    foreign = house.stranger(Origin="https://elsewhere.example")
    assert slug(foreign.post(f"{API}/links/accept", json=sent)) == (403, "foreign-origin")


def test_a_repeated_invitation_makes_one_person_and_shows_its_link_once(house: House) -> None:
    name = f"{new_id()}@north"
    first, second = (invite(house, P, key="an-invitation", name=name) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert second.json() == {"id": first.json()["id"], "link": None}
    assert slug(invite(house, P, name=name)) == (409, "exists-already")


def test_a_repeated_team_is_made_once(house: House) -> None:
    sent, key = {"name": named("North")}, {"Idempotency-Key": "a-team-of-ours"}
    first, second = (house.admin().post(f"{API}/teams", json=sent, headers=key) for _ in range(2))
    assert first.json() == second.json()
    assert slug(house.admin().post(f"{API}/teams", json=sent)) == (409, "exists-already")


@pytest.mark.parametrize(
    ("roles", "expected"),
    [([R, A], (409, "other-state")), (["king"], (422, "invalid")), ([R, C], (409, "other-state"))],
)
def test_roles_that_do_not_go_together_or_are_none_are_refused(
    house: House, roles: list[StaffRole], expected: tuple[int, str]
) -> None:
    assert slug(invite(house, *roles)) == expected


def test_a_role_that_is_given_or_ended_ends_the_person_s_sign_ins(house: House) -> None:
    person_id, browser = house.add_person(P)
    assert house.admin().put(f"{API}/people/{person_id}/roles/manager").status_code == 204
    assert browser.get(f"{API}/me").status_code == 401
    assert shown(house, person_id)["roles"] == ["manager", "practitioner"]
    again = house.client(person_id)
    assert house.admin().delete(f"{API}/people/{person_id}/roles/manager").status_code == 204
    assert again.get(f"{API}/me").status_code == 401
    assert slug(house.admin().delete(f"{API}/people/{person_id}/roles/manager")) == (409, "other-state")


def test_the_last_administrator_stays(new_house: House) -> None:
    path = f"{API}/people/{new_house.administrator_id}"
    assert slug(new_house.admin().post(f"{path}/disable")) == (409, "other-state")
    assert slug(new_house.admin().delete(f"{path}/roles/administrator")) == (409, "other-state")
    assert new_house.admin().get(f"{API}/people").status_code == 200


def test_a_disabled_person_is_shown_so_and_may_come_back(house: House) -> None:
    person_id, _ = house.add_person(P)
    assert house.admin().post(f"{API}/people/{person_id}/disable").status_code == 204
    assert shown(house, person_id)["state"] == "disabled"
    assert slug(house.admin().post(f"{API}/people/{person_id}/link")) == (409, "other-state")
    assert house.admin().post(f"{API}/people/{person_id}/enable").status_code == 204
    assert house.client(person_id).get(f"{API}/me").status_code == 200


def test_an_administrator_ends_all_sign_ins_of_a_person(house: House) -> None:
    person_id, browser = house.add_person(P)
    machine = house.token(browser, "sessions:read")
    assert house.admin().delete(f"{API}/people/{person_id}/sign-ins").status_code == 204
    assert [one.get(f"{API}/me").status_code for one in (browser, machine)] == [401, 401]


def test_teams_say_who_is_in_them_and_who_leads(house: House) -> None:
    manager, worker = house.add_person(M)[0], house.add_person(P)[0]
    name = named("South")
    team_id = house.admin().post(f"{API}/teams", json={"name": name}).json()["id"]
    path = f"{API}/teams/{team_id}/members"
    assert house.admin().put(f"{path}/{manager}", json={"leads": True}).status_code == 204
    assert house.admin().put(f"{path}/{worker}", json={}).status_code == 204
    assert slug(house.admin().put(f"{path}/{worker}", json={"leads": True})) == (409, "other-state")
    listed = house.admin().get(f"{API}/teams").json()["items"]
    assert next(one for one in listed if one["id"] == team_id) == {
        "id": team_id, "name": name, "members": sorted([manager, worker]), "leaders": [manager],
    }  # fmt: skip


def test_coaching_is_between_a_coach_and_a_worker_until_it_is_ended(house: House) -> None:
    coach, worker = house.add_person(C)[0], house.add_person(P)[0]
    path, until_ms = f"{API}/coaching/{coach}/{worker}", house.clock() + MINUTE_MS
    assert house.admin().put(path, json={"until_ms": until_ms}).status_code == 204
    told = {"coach_id": coach, "worker_id": worker, "from_ms": house.clock(), "until_ms": until_ms}
    assert told in house.admin().get(f"{API}/coaching").json()["items"]
    assert house.admin().delete(path).status_code == 204
    assert told not in house.admin().get(f"{API}/coaching").json()["items"]
    assert slug(house.admin().put(f"{API}/coaching/{worker}/{coach}", json={})) == (409, "other-state")
    assert slug(house.admin().put(path, json={"until_ms": str(until_ms)})) == (422, "invalid")


@pytest.mark.parametrize("person_id", ["A" * 32, "a" * 31, "a" * 32 + "%0A", "%00" * 32, "1' or 1=1"])
def test_an_id_of_another_form_is_no_failure(house: House, person_id: str) -> None:
    browser: TestClient = house.admin()
    assert browser.post(f"{API}/people/{person_id}/disable").status_code in (404, 422)


def test_what_an_administrator_did_is_in_the_audit(house: House) -> None:
    made = invite(house, P).json()["id"]
    with house.parts.database.reading() as rows:
        last = SqlRows(rows).last()
    assert last is not None
    for told in (Action.ADMINISTRATION, made, house.administrator_id):
        assert told.encode() in last.link
