"""A worker's reflection as they use it, in a real browser: with a keyboard, with scripts and without."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from models.records.coding import Off
from tests.e2e.conftest import NEEDS, WATCH
from tests.e2e.reflection_place import Place, served_place, with_sound
from tests.service.council import VISIT, Council
from tests.service.reflection.made import made_session

pytestmark = pytest.mark.slow
Open = Callable[..., Any]
ELEMENTS = 7


def _made(council: Council) -> dict[str, str]:
    """A session to look at and one that nobody rated; each test that changes one has its own."""
    off = (Off(name="empathy-", reason="x"), Off(name="affirm", reason="x"))
    looked = made_session(council, session_id=with_sound(council), each_ms=4_000, off=off)
    council.worker.done("POST", f"/sessions/{looked}/reflection/rated", {"without_rating": True})
    ids = {"looked": looked}
    for name in ("fresh", "plain"):
        made = council.worker.done("POST", "/sessions", {**VISIT, "participants": ["practitioner"]})["id"]
        council.agree(made, "reflection")
        ids[name] = made
    return ids


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with served_place(tmp_path_factory.mktemp("reflection"), _made) as served:
        yield served


@pytest.fixture
def open_page(browser: Any, place: Place) -> Iterator[Open]:
    """Opens a page as the worker, and keeps what it ran into."""
    contexts = []

    def open_it(path: str, *, width: int = 1280, **options: Any) -> Any:
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
        context.add_cookies([{"name": "sid", "value": place.cookie, "url": place.url}])
        page = context.new_page()
        page.problems, page.elsewhere = [], []
        page.on("console", lambda message: page.problems.append(message.text))
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        page.on("request", lambda request: _told(page, request.url, place.url))
        if options.get("java_script_enabled", True):
            page.add_init_script(WATCH)
        page.goto(place.url + path)
        return page

    yield open_it
    for context in contexts:
        context.close()


def _told(page: Any, url: str, own: str) -> None:
    if not url.startswith((own, "data:", "blob:")):
        page.elsewhere.append(url)


def until(page: Any, condition: Callable[[], bool], timeout_s: float = 15) -> None:
    end = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < end
        page.wait_for_timeout(50)


def state(page: Any) -> str:
    return str(page.locator("#state").inner_text())


def rate_all(page: Any) -> None:
    """With the keyboard alone: a number, then the button."""
    for number in range(ELEMENTS):
        page.locator("#rating").focus()
        page.keyboard.press("Space")
        for _ in range(number % 5):
            page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.wait_for_load_state()


def test_a_worker_rates_themself_by_keyboard_and_then_sees_the_suggestions(open_page: Open, place: Place) -> None:
    page = open_page(f"/sessions/{place.made['fresh']}/reflection")
    assert page.get_by_text("Suggested by the program").count() == 0
    page.get_by_role("button", name="Rate yourself").click()
    rate_all(page)
    page.get_by_role("button", name="Show me what the program suggests").click()
    assert page.get_by_text("5, Sustained and skilful").count() >= 1
    assert page.get_by_text("The program has not finished with this session").count() == 1
    assert page.problems == []


def test_everything_works_without_scripts(open_page: Open, place: Place) -> None:
    page = open_page(f"/sessions/{place.made['plain']}/reflection", java_script_enabled=False)
    page.get_by_role("link", name="Show me the suggestions without rating").click()
    page.get_by_role("button", name="Show me the suggestions").click()
    page.get_by_label("Your note on the session").fill("Written without a script")
    page.get_by_role("button", name="Save").click()
    assert page.get_by_label("Your note on the session").input_value() == "Written without a script"
    page.goto(f"{place.url}/sessions/{place.made['looked']}/reflection")
    assert page.locator(".reflection-sound audio").count() > 0


def test_what_is_written_is_kept_without_pressing_anything(open_page: Open, place: Place) -> None:
    path = f"/sessions/{place.made['looked']}/reflection"
    page = open_page(path)
    page.locator("#empathy summary", has_text="Think about it").first.click()
    page.locator("#empathy textarea").first.fill("She looked up.")
    until(page, lambda: state(page) == "Saved. Only you can open it.")
    page.reload()
    assert page.locator("#empathy textarea").first.input_value() == "She looked up."
    assert page.problems == []


def test_a_moment_plays_from_its_place_and_stops_at_its_end(open_page: Open, place: Place) -> None:
    page = open_page(f"/sessions/{place.made['looked']}/reflection")
    button = page.locator("#empathy [data-moment] button").first
    start = int(page.locator("#empathy [data-moment]").first.get_attribute("data-start"))
    button.click()
    at = "document.getElementById('player').currentTime"
    until(page, lambda: page.evaluate(at) > start / 1000)
    assert button.inner_text() == "Stop"
    page.evaluate(f"document.getElementById('player').currentTime = {start / 1000 + 3.8}")
    until(page, lambda: page.evaluate("document.getElementById('player').paused"))
    assert "Play the moment" in button.inner_text()
    assert page.problems == []


def test_two_windows_lose_nothing(open_page: Open, place: Place) -> None:
    path = f"/sessions/{place.made['looked']}/reflection"
    first, second = open_page(path), open_page(path)
    first.get_by_label("What you want from your coach").fill("From the first window")
    until(first, lambda: state(first).startswith("Saved"))
    second.get_by_label("What you want from your coach").fill("From the second window")
    until(second, lambda: "Both texts are kept" in state(second))
    second.get_by_role("link", name="Load the page to see both").click()
    beside = second.locator("#beside")
    assert "From the first window" in beside.inner_text()
    assert "From the second window" in beside.inner_text()
    beside.get_by_role("button", name="Use what came later").click()
    assert second.get_by_label("What you want from your coach").input_value() == "From the second window"


def test_sharing_is_taken_back(open_page: Open, place: Place) -> None:
    page = open_page(f"/sessions/{place.made['looked']}/reflection")
    page.get_by_role("button", name="Share with my coach").click()
    assert page.get_by_text("Your coach will never see").count() == 1
    page.get_by_role("button", name="Share with my coach").click()
    page.goto(f"{place.url}/sessions/{place.made['looked']}/reflection")
    page.get_by_role("link", name="take that back").click()
    page.get_by_role("button", name="Take sharing back").click()
    page.get_by_text("Sharing was taken back.").wait_for()


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_overflows(open_page: Open, place: Place, scheme: str, width: int) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason=NEEDS)
    looked, fresh = (f"/sessions/{place.made[name]}/reflection" for name in ("looked", "plain"))
    page = open_page(looked, width=width, color_scheme=scheme)
    for path in (looked, fresh, f"{fresh}/without", "/about-scores"):
        page.goto(place.url + path)
        page.evaluate("() => { for (const one of document.querySelectorAll('main details')) one.open = true; }")
        assert page.evaluate("violations") == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        found = axe.Axe().run(page)
        assert found.violations_count == 0, f"{path}: {found.generate_report()}"
    assert page.problems == []
    assert page.elsewhere == []
