"""A form that was sent too long after the password: what was typed comes through the question for it."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest

from tests.service.house import MINUTE_MS, PASSWORD, House
from tests.service.web.browsing import field, get, heading, send

AT = "/administration"
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)">')


def hidden(page: Any) -> dict[str, list[str]]:
    """Every hidden field of a page's forms, apart from where its council's form goes on."""
    found: dict[str, list[str]] = {}
    for name, value in _HIDDEN.findall(page.text):
        found.setdefault(unescape(name), []).append(unescape(value))
    return found


@pytest.fixture
def late(house: House) -> Any:
    """The administrator's browser, on the form for inviting somebody, ten minutes after the password."""
    browser = house.client(house.administrator_id)
    form = get(browser, f"{AT}/people/new")
    house.clock.pass_ms(10 * MINUTE_MS)
    browser.csrf, browser.here = field(form, "csrf"), field(form, "here")
    return browser


def people(house: House) -> dict[str, tuple[str, list[str]]]:
    """The shown names and roles of everybody, by their sign-in names."""
    listed = house.admin().get("/api/v1/people").json()["items"]
    return {one["sign_in_name"]: (one["shown_name"], sorted(one["roles"])) for one in listed}


def test_what_was_typed_comes_through_the_question_for_the_password(house: House, late: Any) -> None:
    typed = {"shown_name": 'A <b>"new"</b> one', "sign_in_name": "new@north", "roles": ["coach", "practitioner"]}
    asked = send(late, f"{AT}/people", csrf=late.csrf, here=late.here, **typed)
    assert (asked.status_code, heading(asked)) == (403, "Confirm that it is you")
    wrong = send(late, "/confirm", **hidden(asked), password="not the one at all")
    assert (wrong.status_code, hidden(wrong)) == (403, hidden(asked))
    ready = send(late, "/confirm", **hidden(wrong), password=PASSWORD)
    assert (ready.status_code, heading(ready)) == (200, "Go on with your form")
    assert f'action="{AT}/people"' in ready.text
    assert PASSWORD not in ready.text
    assert "new@north" not in people(house)
    assert send(late, f"{AT}/people", **hidden(ready)).status_code == 303
    assert people(house)["new@north"] == ('A <b>"new"</b> one', ["coach", "practitioner"])


def test_a_form_that_cannot_be_kept_comes_back_with_what_was_typed(house: House, late: Any) -> None:
    asked = send(late, f"{AT}/people", csrf=late.csrf, shown_name="Typed for long", sign_in_name="two words")
    ready = send(late, "/confirm", **hidden(asked), password=PASSWORD)
    refused = send(late, f"{AT}/people", **hidden(ready))
    assert (refused.status_code, field(refused, "shown_name")) == (422, "Typed for long")


def test_a_button_without_anything_typed_leads_back_to_its_page(late: Any) -> None:
    led = send(late, f"{AT}/retention/run", csrf=late.csrf, here=f"{AT}/retention")
    assert (led.status_code, led.headers["location"]) == (303, f"/confirm?next={AT}/retention")


def test_a_form_of_another_site_is_not_held(late: Any) -> None:
    refused = send(late, f"{AT}/people", csrf="0" * 64, shown_name="Typed elsewhere")
    assert refused.status_code == 403
    assert "Typed elsewhere" not in refused.text


def test_a_form_that_was_held_leads_nowhere_else(late: Any) -> None:
    held = {"held-to": "https://elsewhere.example/", "held.name": "West"}
    ready = send(late, "/confirm", csrf=late.csrf, password=PASSWORD, **held)
    assert 'action="/"' in ready.text
    assert "elsewhere" not in ready.text


def test_the_password_and_the_old_token_are_not_sent_on(late: Any) -> None:
    held = {"held-to": f"{AT}/teams", "held.name": "West", "held.csrf": "old", "held.here": "/"}
    ready = send(late, "/confirm", csrf=late.csrf, password=PASSWORD, **held)
    assert set(hidden(ready)) == {"csrf", "name"}
    assert hidden(ready)["csrf"] != [late.csrf]
