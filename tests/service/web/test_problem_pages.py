"""What a browser is shown when something goes wrong, and that programs are answered as before."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import OperationalError
from starlette.testclient import TestClient

from service.api.boundary import LONGEST_BODY
from service.database.words import StaffRole
from tests.service.house import House
from tests.service.web.browsing import HTML, get, heading, send


def test_an_address_that_there_is_not_is_a_page(house: House) -> None:
    page = get(house.stranger(), "/nowhere")
    assert (page.status_code, heading(page)) == (404, "There is nothing here")
    assert page.headers["x-request-id"] in page.text


def test_who_is_signed_in_keeps_their_menu_on_a_problem(house: House) -> None:
    _, browser = house.add_person(StaffRole.COACH)
    page = get(browser, "/nowhere")
    assert ("Sign out" in page.text, "Go to your home page" in page.text) == (True, True)


def test_a_program_is_answered_with_a_problem(house: House) -> None:
    answer = house.stranger().get("/nowhere")
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/nothing-here")


def test_a_form_that_is_too_large_is_answered_with_a_page(house: House) -> None:
    page = send(house.stranger(), "/sign-in", sign_in_name="x" * LONGEST_BODY)
    assert (page.status_code, heading(page)) == (413, "This is too large")


def test_too_many_attempts_are_told_in_the_form(house: House) -> None:
    browser = house.stranger("192.0.2.77")
    pages = [send(browser, "/sign-in", sign_in_name="o.reed@north", password="not the one") for _ in range(30)]
    assert {page.status_code for page in pages} == {403, 429}
    assert "Wait a few minutes" in pages[-1].text
    assert 'value="o.reed@north"' in pages[-1].text


def test_what_nobody_foresaw_is_a_page_without_its_words(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    person_id, _ = house.add_person()
    browser = house.client(person_id)

    def broken(*_: object) -> None:
        raise RuntimeError("words that nobody should read")

    monkeypatch.setattr("service.web.account_pages.sign_in.list_own", broken)
    browser = TestClient(house.app, house.url, cookies=browser.cookies, raise_server_exceptions=False)
    page = browser.get("/account", headers=HTML)
    assert (page.status_code, heading(page)) == (500, "Something went wrong")
    assert "words that nobody" not in page.text


def test_a_database_that_does_not_answer_is_a_page_too(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: object) -> None:
        raise OperationalError("select", {}, RuntimeError("gone"))

    monkeypatch.setattr("service.people.principal.sign_in_rows.live", gone)
    browser = TestClient(house.app, house.url, raise_server_exceptions=False)
    page = browser.get("/", headers=HTML | {"Cookie": "__Host-sid=x"})
    assert page.status_code >= 500
    assert heading(page)
