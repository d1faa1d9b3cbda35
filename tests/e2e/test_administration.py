"""The administration pages in a real browser: without scripts, light and dark, wide and narrow."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from service.database.words import StaffRole
from tests.e2e.conftest import NEEDS, WATCH
from tests.service.house import PASSWORD, House, opened_house

pytestmark = pytest.mark.slow
AT = "/administration"
PAGES = (
    "", "/people", "/people/new", "/people/{person}", "/people/{person}/disable", "/people/{person}/link",
    "/people/{person}/roles/coach/end", "/teams", "/teams/{team}", "/coaching", "/permissions", "/subject-access",
    "/erasures", "/retention", "/retention/sound", "/retention/run", "/audit", "/audit/check", "/health",
)  # fmt: skip


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, dict[str, str]]]:
    """A house behind a real server, with a coach in a team; ids of both."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    url = f"http://localhost:{listening.getsockname()[1]}"
    with opened_house(tmp_path_factory.mktemp("served"), PRACTICE_URL=url) as house:
        person, _ = house.add_person(StaffRole.COACH)
        team = house.admin().post("/api/v1/teams", json={"name": "North"}).json()["id"]
        house.admin().put(f"/api/v1/teams/{team}/members/{person}", json={"leads": False})
        house.installation.keeper.keep()
        server = uvicorn.Server(uvicorn.Config(house.app, lifespan="off", log_level="error"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        while not server.started:
            time.sleep(0.05)
        yield house, {"person": person, "team": team}
        server.should_exit = True
        thread.join()


def entered(browser: Any, house: House, **options: Any) -> Any:
    """A page in which the administrator has signed in; it keeps the ``problems`` that it ran into."""
    context = browser.new_context(**options)
    if options.get("java_script_enabled", True):
        context.add_init_script(WATCH)
    page = context.new_page()
    page.problems = []
    page.on("console", lambda told: page.problems.append(told.text) if told.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    page.on("request", lambda asked: None if asked.url.startswith(house.url) else page.problems.append(asked.url))
    page.goto(f"{house.url}/sign-in?next={AT}")
    page.get_by_label("Sign-in name").fill(house.names[house.administrator_id])
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(f"{house.url}{AT}")
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 320])
def test_every_page_passes_axe_fits_its_width_and_runs_into_nothing(
    browser: Any, served: tuple[House, dict[str, str]], scheme: str, width: int
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason=NEEDS)
    house, ids = served
    page = entered(
        browser, house, viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True
    )  # fmt: skip
    for path in PAGES:
        page.goto(house.url + AT + path.format(**ids))
        results = axe.Axe().run(page)
        assert results.violations_count == 0, path + results.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    assert page.problems == []
    page.context.close()


def test_no_page_violates_the_policy_of_its_own_headers(browser: Any, served: tuple[House, dict[str, str]]) -> None:
    house, ids = served
    page = entered(browser, house)
    for path in PAGES:
        page.goto(house.url + AT + path.format(**ids))
        assert page.evaluate("violations") == [], path
    assert page.problems == []
    page.context.close()


def test_somebody_is_invited_and_given_a_role_without_scripts(
    browser: Any, served: tuple[House, dict[str, str]]
) -> None:
    house, _ = served
    page = entered(browser, house, java_script_enabled=False)
    page.get_by_role("link", name="People", exact=True).click()
    page.get_by_role("button", name="Invite somebody").click()
    page.get_by_label("Name that others see").fill("A new starter")
    page.get_by_label("Sign-in name").fill("starter@north.example")
    page.get_by_label("Social worker").check()
    page.get_by_role("button", name="Invite and make a link").click()
    assert re.match(rf"{house.url}/welcome/", page.get_by_label("Their link").input_value())
    assert page.get_by_role("button", name="Copy the link").is_hidden()
    page.get_by_role("link", name="To A new starter").click()
    page.get_by_label("Give a role").select_option("coach")
    page.get_by_role("button", name="Give this role").click()
    assert page.get_by_text("The role is given.").is_visible()
    page.get_by_role("link", name="Take away the role coach").click()
    page.get_by_role("button", name="Take this role away").click()
    assert page.get_by_text("The role is taken away").is_visible()
    page.context.close()


def test_the_link_is_copied_and_that_is_said(browser: Any, served: tuple[House, dict[str, str]]) -> None:
    house, ids = served
    page = entered(browser, house, permissions=["clipboard-read", "clipboard-write"])
    page.goto(f"{house.url}{AT}/people/{ids['person']}")
    page.get_by_role("button", name="Make a link for a new password").click()
    page.get_by_role("button", name="Copy the link").click()
    page.get_by_role("button", name="Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == page.get_by_label("Their link").input_value()
    assert page.locator("#said").text_content() == "The link is copied."
    page.context.close()


def test_the_files_that_are_handed_out_are_saved(
    browser: Any, served: tuple[House, dict[str, str]], tmp_path: Path
) -> None:
    house, _ = served
    page = entered(browser, house, accept_downloads=True)
    page.goto(f"{house.url}{AT}/audit")
    with page.expect_download() as coming:
        page.get_by_role("link", name="Download these as CSV").click()
    coming.value.save_as(tmp_path / "audit.csv")
    assert (tmp_path / "audit.csv").read_text("utf-8").startswith("sequence,time,action")
    page.context.close()
