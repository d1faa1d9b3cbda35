"""The frame's pages in a real browser: nothing that axe finds, light or dark, wide or narrow; whole without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.conftest import NEEDS, WATCH
from tests.e2e.frame_place import Place, served_frame
from tests.service.house import PASSWORD

pytestmark = pytest.mark.slow
PAGES = (
    ("", "/sign-in"),
    ("", "INVITATION"),
    ("", "/help"),
    ("", "/accessibility"),
    ("", "/nothing-here"),
    ("practitioner", "/"),
    ("coach", "/"),
    ("coach", "/?released=true"),
    ("manager", "/"),
    ("researcher", "/"),
    ("administrator", "/"),
    ("several", "/"),
    ("coach", "/account"),
    ("coach", "/account/password"),
    ("coach", "/account/tokens"),
    ("coach", "/account/passkeys"),
    ("coach", "/confirm?next=/account"),
    ("coach", f"/sessions/{0:032}"),
)
SIZES = {"wide": (1280, 900), "narrow": (320, 700)}
SIDEWAYS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with served_frame(tmp_path_factory.mktemp("frame")) as served:
        yield served


def opened(browser: Any, place: Place, who: str, path: str, size: str, **options: Any) -> Any:
    """A page, which keeps the ``problems`` that it ran into."""
    width, height = SIZES[size]
    context = browser.new_context(viewport={"width": width, "height": height}, **options)
    if who:
        context.add_cookies([{"name": "sid", "value": place.cookies[who], "url": place.url}])
    page = context.new_page()
    page.problems = []
    page.on("console", lambda told: told.type in ("error", "warning") and page.problems.append(told.text))
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    page.on("request", lambda asked: asked.url.startswith(place.url) or page.problems.append(asked.url))
    if options.get("java_script_enabled", True):
        page.add_init_script(WATCH)
    page.goto(place.url + (place.invitation if path == "INVITATION" else path))
    return page


def expected_problems(path: str) -> list[str]:
    """What the browser itself says of a page that is not there."""
    missing = "Failed to load resource: the server responded with a status of 404 (Not Found)"
    return [missing] if path in ("/nothing-here", f"/sessions/{0:032}") else []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("who", "path"), PAGES)
def test_a_page_has_nothing_that_axe_finds(
    browser: Any, place: Place, who: str, path: str, size: str, scheme: str
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason=NEEDS).Axe()
    page = opened(browser, place, who, path, size, color_scheme=scheme)
    assert page.problems == expected_problems(path)
    assert page.evaluate("violations") == []
    assert not page.evaluate(SIDEWAYS)
    found = axe.run(page)
    assert found.violations_count == 0, found.generate_report()
    page.context.close()


@pytest.mark.parametrize(("who", "path"), PAGES)
def test_a_page_is_whole_without_scripts(browser: Any, place: Place, who: str, path: str) -> None:
    page = opened(browser, place, who, path, "narrow", java_script_enabled=False)
    assert page.problems == expected_problems(path)
    assert page.locator("h1").count() == 1
    if who:
        assert page.get_by_role("button", name="Sign out", exact=True).is_visible()
    page.context.close()


@pytest.mark.parametrize("scripts", [True, False])
def test_an_invitation_is_taken_up_and_leads_home(browser: Any, place: Place, scripts: bool) -> None:
    name = f"scripts-{scripts}@north.example"
    sent = {"sign_in_name": name, "shown_name": "O. Reed", "roles": ["practitioner"]}
    link = place.house.admin().post("/api/v1/people", json=sent).json()["link"]
    page = opened(browser, place, "", link.removeprefix(place.url), "wide", java_script_enabled=scripts)
    page.get_by_label("Password", exact=True).fill("eleven lamps on a quay")
    page.get_by_role("button", name="Choose this password").click()
    page.get_by_label("Sign-in name").fill(name)
    page.get_by_label("Password", exact=True).fill("eleven lamps on a quay")
    page.get_by_role("button", name="Sign in", exact=True).click()
    assert page.locator("h1").inner_text() == "Your sessions"
    page.get_by_role("button", name="Sign out").click()
    assert page.locator("h1").inner_text() == "Sign in"
    assert page.problems == []
    page.context.close()


def test_a_wrong_password_puts_the_reader_at_what_is_wrong(browser: Any, place: Place) -> None:
    page = opened(browser, place, "", "/sign-in", "wide")
    page.get_by_label("Sign-in name").fill("nobody@north.example")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("alert").wait_for()
    assert page.evaluate("document.activeElement.className") == "govuk-error-summary"
    assert page.get_by_label("Sign-in name").input_value() == "nobody@north.example"
    page.context.close()


def test_a_keyboard_reaches_the_content_past_the_menu(browser: Any, place: Place) -> None:
    page = opened(browser, place, "coach", "/", "wide")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main-content"
    page.context.close()
