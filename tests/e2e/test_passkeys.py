"""Passkeys in a real browser, with a device that Chromium pretends to have: added, used alone, after a password."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from benchmarks.page_walk.pretended_device import pretended_device
from service.api.server import web_server
from service.database.words import StaffRole
from service.keybroker.ports import Actor
from service.people import links, staff
from tests.e2e.conftest import NEEDS, WATCH
from tests.service.house import PASSWORD, House, opened_house

pytestmark = pytest.mark.slow
SIDEWAYS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
SIZES = {"wide": (1280, 900), "narrow": (320, 700)}


@contextmanager
def served(folder: Path, **settings: str) -> Iterator[House]:
    """Served as localhost, which is the one name for which browsers take passkeys without https."""
    held = socket.create_server(("127.0.0.1", 0))
    url = f"http://localhost:{held.getsockname()[1]}"
    with opened_house(folder, PRACTICE_URL=url, **settings) as house:
        server = web_server(house.app, house.installation.settings)
        running = threading.Thread(target=server.run, kwargs={"sockets": [held]})
        running.start()
        try:
            yield house
        finally:
            server.should_exit = True
            running.join(30)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with served(tmp_path_factory.mktemp("passkeys")) as house:
        yield house


@pytest.fixture(scope="module")
def strict_place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with served(tmp_path_factory.mktemp("required"), PRACTICE_SECOND_PROOF="required") as house:
        yield house


def opened(browser: Any, house: House, path: str, size: str = "wide", **options: Any) -> Any:
    """A page in a browser of its own, with a device that holds passkeys."""
    width, height = SIZES[size]
    context = browser.new_context(viewport={"width": width, "height": height}, **options)
    page = context.new_page()
    page.problems = []
    page.on("console", lambda told: told.type in ("error", "warning") and page.problems.append(told.text))
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    page.device = pretended_device(page)
    if options.get("java_script_enabled", True):
        page.add_init_script(WATCH)
    page.goto(house.url + path)
    return page


def enter(page: Any, name: str) -> None:
    page.get_by_label("Sign-in name").fill(name)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def heading(page: Any, words: str) -> None:
    page.get_by_role("heading", level=1, name=words, exact=True).wait_for()


def somebody(house: House) -> str:
    """By which name somebody new signs in; an administrator's browser would need a passkey where it is required."""
    lead = Actor(person_id=house.administrator_id, roles=frozenset({StaffRole.ADMINISTRATOR}), request_id="f" * 32)
    name = f"ola{len(house.names)}@north"
    person_id, secret = staff.invite(
        house.parts, lead, sign_in_name=name, shown_name="O. Reed", roles=[StaffRole.PRACTITIONER]
    )
    house.names[person_id] = name
    links.accept(house.people, "f" * 32, secret, PASSWORD)
    return name


def with_passkey(page: Any, house: House) -> str:
    """Somebody who signs in in this page and adds a passkey; their name."""
    name = somebody(house)
    page.goto(f"{house.url}/sign-in?next=/account/passkeys")
    enter(page, name)
    page.get_by_label("What do you call it?").fill("The phone for work")
    page.get_by_role("button", name="Add a passkey").click()
    page.get_by_text("Your passkey is added.").wait_for()
    return name


def sign_out(page: Any) -> None:
    page.get_by_role("button", name="Sign out").first.click()
    heading(page, "Sign in")


def whole(page: Any) -> None:
    """Nothing that axe finds, nothing that the browser complains of, and nothing beside the screen."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason=NEEDS).Axe()
    assert page.evaluate("violations") == []
    assert not page.evaluate(SIDEWAYS)
    found = axe.run(page)
    assert found.violations_count == 0, found.generate_report()


def test_a_passkey_is_added_and_signs_in_alone_and_after_a_password(browser: Any, place: House) -> None:
    page = opened(browser, place, "/sign-in")
    name = with_passkey(page, place)
    assert page.get_by_role("row").nth(1).inner_text().startswith("The phone for work")
    sign_out(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    heading(page, "Your sessions")
    sign_out(page)
    enter(page, name)
    heading(page, "Use your passkey")
    page.get_by_role("button", name="Use your passkey").click()
    heading(page, "Your sessions")
    assert page.problems == []
    page.context.close()


def test_the_password_alone_opens_no_page(browser: Any, place: House) -> None:
    page = opened(browser, place, "/sign-in")
    name = with_passkey(page, place)
    sign_out(page)
    enter(page, name)
    heading(page, "Use your passkey")
    for path in ("/", "/account", "/account/passkeys", "/confirm"):
        page.goto(place.url + path)
        heading(page, "Sign in")
    page.goto(f"{place.url}/sign-in/second")
    page.get_by_role("button", name="Sign out").click()
    heading(page, "Sign in")
    page.goto(f"{place.url}/sign-in/second")
    heading(page, "Sign in")
    page.context.close()


def test_a_form_that_needs_a_new_proof_goes_on_after_a_passkey(browser: Any, place: House) -> None:
    page = opened(browser, place, "/sign-in")
    with_passkey(page, place)
    place.clock.pass_ms(6 * 60_000)
    page.get_by_role("button", name="Remove").click()
    heading(page, "Confirm that it is you")
    page.get_by_role("button", name="Confirm with your passkey").click()
    page.get_by_role("button", name="Send it now").click()
    page.get_by_text("That passkey is removed.").wait_for()
    assert page.evaluate("violations") == []
    page.context.close()


def test_a_device_that_knows_nobody_is_told_in_a_sentence(browser: Any, place: House) -> None:
    page = opened(browser, place, "/sign-in")
    with_passkey(page, place)
    sign_out(page)
    page.device.knows_nobody()
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.get_by_text("Nothing was sent").wait_for()
    assert page.get_by_label("Sign-in name").is_visible()
    page.context.close()


def test_a_name_is_asked_for_before_the_device_makes_anything(browser: Any, place: House) -> None:
    page = opened(browser, place, "/sign-in?next=/account/passkeys")
    enter(page, somebody(place))
    page.get_by_role("button", name="Add a passkey").click()
    page.get_by_text("Enter a name for it first.").wait_for()
    assert page.device.kept() == 0
    page.context.close()


def test_without_scripts_the_password_works_and_the_pages_say_what_passkeys_need(browser: Any, place: House) -> None:
    name = somebody(place)
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{place.url}/sign-in?next=/account/passkeys")
    assert page.get_by_text("Passkeys need JavaScript").is_visible()
    assert not page.get_by_role("button", name="Sign in with a passkey").is_visible()
    enter(page, name)
    heading(page, "Passkeys")
    assert page.get_by_text("Passkeys need JavaScript").is_visible()
    context.close()


def test_where_it_is_required_the_first_one_is_added_before_anything_opens(browser: Any, strict_place: House) -> None:
    name = somebody(strict_place)
    page = opened(browser, strict_place, "/account")
    enter(page, name)
    heading(page, "Add a passkey")
    page.goto(f"{strict_place.url}/account")
    heading(page, "Sign in")
    page.goto(f"{strict_place.url}/sign-in/second?next=/account")
    whole(page)
    page.get_by_label("What do you call it?").fill("The phone for work")
    page.get_by_role("button", name="Add it").click()
    heading(page, "Your account")
    strict_place.clock.pass_ms(6 * 60_000)
    page.goto(f"{strict_place.url}/confirm?next=/account/passkeys")
    assert page.locator("input[type=password]").count() == 0
    whole(page)
    page.get_by_role("button", name="Confirm with your passkey").click()
    heading(page, "Passkeys")
    page.get_by_role("button", name="Remove").click()
    page.get_by_role("alert").get_by_text("this is your last one").wait_for()
    page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_every_page_of_passkeys_has_nothing_that_axe_finds(
    browser: Any, place: House, strict_place: House, size: str, scheme: str
) -> None:
    page = opened(browser, place, "/sign-in", size, color_scheme=scheme)
    whole(page)
    name = with_passkey(page, place)
    whole(page)
    page.goto(f"{place.url}/account")
    whole(page)
    page.goto(f"{place.url}/confirm?next=/account/passkeys")
    whole(page)
    sign_out(page)
    enter(page, name)
    heading(page, "Use your passkey")
    whole(page)
    assert page.problems == []
    page.goto(f"{strict_place.url}/sign-in")
    enter(page, somebody(strict_place))
    heading(page, "Add a passkey")
    whole(page)
    page.context.close()
