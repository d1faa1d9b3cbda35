"""Who is who, please check and the transcript in a real browser: by mouse, by keys alone, and without scripts."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.conftest import NEEDS, WATCH
from tests.e2e.voices_place import Place, served_council
from tests.outputs.sessions import long_session, small_session

pytestmark = pytest.mark.slow
SIZES = {"wide": (1280, 900), "narrow": (320, 700)}
SIDEWAYS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
LONG = 2000
PATIENCE_MS = 120_000


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    pytest.importorskip("playwright.sync_api", reason=NEEDS)
    with served_council(tmp_path_factory.mktemp("voices")) as served:
        yield served


@pytest.fixture(scope="module")
def session_id(place: Place) -> str:
    return place.session(small_session())


@pytest.fixture
def opened(browser: Any, place: Place) -> Iterator[Any]:
    """Opens a page, which keeps the ``problems`` that it ran into."""
    contexts = []

    def open_it(path: str, size: str = "wide", **options: Any) -> Any:
        width, height = SIZES[size]
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        context.add_cookies([{"name": "sid", "value": place.cookie, "url": place.url}])
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.problems = []
        page.on("console", lambda message: page.problems.append(message.text))
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        page.on("request", lambda asked: asked.url.startswith(place.url) or page.problems.append(asked.url))
        if options.get("java_script_enabled", True):
            page.add_init_script(WATCH)
        page.goto(place.url + path)
        return page

    yield open_it
    for context in contexts:
        context.close()


def texts(place: Place, session_id: str) -> list[str]:
    found = place.council.worker.get(f"/sessions/{session_id}/transcript").json()["utterances"]
    return [one["text"] for one in found]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("path", ["voices", "check", "transcript", "transcript?edit=FIRST"])
def test_axe_finds_nothing_and_nothing_is_wider_than_the_page(
    place: Place, session_id: str, opened: Any, path: str, size: str, scheme: str
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason=NEEDS)
    first = place.council.worker.get(f"/sessions/{session_id}/transcript").json()["utterances"][0]["id"]
    page = opened(f"/sessions/{session_id}/{path.replace('FIRST', first)}", size, color_scheme=scheme)
    assert not page.evaluate(SIDEWAYS)
    assert page.problems == []
    assert page.evaluate("violations") == []
    found = axe.Axe().run(page).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []


def test_a_clip_plays_and_stops_and_only_one_at_a_time(session_id: str, opened: Any) -> None:
    page = opened(f"/sessions/{session_id}/voices")
    first, second = page.locator(".clip__play").nth(0), page.locator(".clip__play").nth(1)
    first.click()
    page.locator('.clip__play[aria-pressed="true"]').wait_for()
    second.click()
    assert first.get_attribute("aria-pressed") == "false"
    page.locator('.clip__play[aria-pressed="true"]').wait_for()
    second.click()
    assert page.locator('.clip__play[aria-pressed="true"]').count() == 0
    assert page.problems == []


def test_confirming_who_is_who_takes_one_press(place: Place, opened: Any) -> None:
    session_id = place.session(small_session())
    page = opened(f"/sessions/{session_id}/voices")
    page.get_by_role("button", name="Confirm who is who").click()
    page.wait_for_url("**/check")
    assert "Who is who is kept." in page.locator(".govuk-notification-banner").inner_text()
    found = place.council.worker.get(f"/sessions/{session_id}/transcript").json()["voices"]
    assert [one["confirmed"] for one in found] == [True, True]


def test_passages_are_checked_by_keys_alone(place: Place, opened: Any) -> None:
    session_id = place.session(small_session())
    page = opened(f"/sessions/{session_id}/check")
    page.keyboard.press("Space")
    page.get_by_role("button", name="Pause").wait_for()
    page.keyboard.press("e")
    page.keyboard.press("End")
    page.keyboard.type(" Not at all.")
    page.get_by_role("button", name="Play this passage").wait_for()  # typing pauses
    page.keyboard.press("Control+Enter")
    page.get_by_text("2 of 2").wait_for()
    page.keyboard.press("p")
    page.get_by_text("Listened to", exact=True).wait_for()
    page.keyboard.press("n")
    page.get_by_text("2 of 2").wait_for()
    page.keyboard.press("a")
    page.get_by_text("All checked").wait_for()
    assert any(text.endswith(" Not at all.") for text in texts(place, session_id))
    assert page.problems == []


def test_single_keys_can_be_switched_off(session_id: str, opened: Any) -> None:
    page = opened(f"/sessions/{session_id}/check")
    page.get_by_text("Keys and settings").click()
    page.get_by_label("Use single keys").uncheck()
    page.reload()
    page.keyboard.press("e")
    assert page.evaluate("document.activeElement.tagName") == "BODY"


def test_turns_are_split_joined_and_undone_where_they_stand(place: Place, opened: Any) -> None:
    session_id = place.session(small_session())
    before = texts(place, session_id)
    page = opened(f"/sessions/{session_id}/transcript")
    page.locator(".said__change").first.click()
    text = page.get_by_label("What is said", exact=True)
    text.fill("First words. Second words.")
    page.get_by_role("button", name="Save the words").click()
    page.get_by_text("You changed the words").wait_for()
    assert page.evaluate("document.activeElement.className").endswith("said__change")
    page.keyboard.press("Enter")
    page.get_by_text("Split it in two").click()
    page.get_by_label("The second part begins with").select_option(label="Second words.")
    page.get_by_role("button", name="Split", exact=True).click()
    page.locator(".said").nth(len(before)).wait_for()
    page.locator(".said__change").first.click()
    page.get_by_role("button", name="Join with the next turn").click()
    page.get_by_text("First words. Second words.").wait_for()
    for _ in range(3):
        page.get_by_role("button", name="Undo").click()
        page.locator("#state").get_by_text("Saved").wait_for()
        page.wait_for_timeout(300)
    assert texts(place, session_id) == before
    assert page.get_by_role("button", name="Undo").is_disabled()
    assert page.problems == []


def test_a_refused_change_keeps_what_was_typed(session_id: str, opened: Any) -> None:
    page = opened(f"/sessions/{session_id}/transcript")
    page.locator(".said__change").first.click()
    page.get_by_label("What is said", exact=True).fill("far too long " * 500)
    page.get_by_role("button", name="Save the words").click()
    page.get_by_text("Keep it under 5,000 characters").wait_for()
    assert page.get_by_label("What is said", exact=True).input_value().startswith("far too long")


def test_without_scripts_everything_is_a_form(place: Place, opened: Any) -> None:
    session_id = place.session(small_session())
    page = opened(f"/sessions/{session_id}/voices", java_script_enabled=False)
    assert page.locator("audio[controls]").first.is_visible()
    assert not page.locator(".clip__play").first.is_visible()
    page.get_by_role("button", name="Confirm who is who").click()
    page.get_by_role("button", name="It is right").click()
    page.get_by_role("button", name="It is right").click()
    page.get_by_text("All checked").wait_for()
    page.get_by_role("link", name="See the whole transcript").click()
    page.locator(".said__change").first.click()
    page.get_by_label("What is said", exact=True).fill("Written without scripts")
    page.get_by_role("button", name="Save the words").click()
    assert (page.locator(".said__text").first.text_content() or "").strip() == "Written without scripts"
    page.get_by_role("button", name="Undo").click()
    assert texts(place, session_id)[0] != "Written without scripts"


def test_two_thousand_utterances_stay_smooth(place: Place, opened: Any, capsys: pytest.CaptureFixture[str]) -> None:
    session_id = place.session(long_session(LONG))
    page = opened(f"/sessions/{session_id}/transcript")
    assert page.locator(".said").count() == LONG
    timing = "performance.getEntriesByType('navigation')[0]"
    loaded = page.evaluate(f"({timing}).domContentLoadedEventEnd")
    size = page.evaluate(f"({timing}).encodedBodySize")
    took = []
    for step in ("open", "save"):
        begun = page.evaluate("performance.now()")
        if step == "open":
            page.locator(".said__change").nth(1000).click()
            page.get_by_label("What is said", exact=True).wait_for()
        else:
            page.get_by_label("What is said", exact=True).fill("Other words")
            page.get_by_role("button", name="Save the words").click()
            page.get_by_text("Other words").wait_for()
        took.append(round(page.evaluate("performance.now()") - begun))
    with capsys.disabled():
        sys.stdout.write(
            f"\n{LONG} utterances: {size} bytes, read after {loaded:.0f} ms; editor {took[0]} ms, saved {took[1]} ms\n"
        )
    assert page.problems == []
