"""The coach's workspace in a browser: by keys alone, over a lost connection, in two tabs, and with axe."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.e2e.review_place import Place, served_council
from tests.service.council import Council
from tests.service.talks import lengthen

UTTERANCES, FLAGS, ELEMENTS = 34, 14, 7
MOST_PRESSES = 40
SAVED = 20_000


def _made(council: Council) -> dict[str, str]:
    made = {}
    for name in ("expert", "shared", "blind"):
        made[name] = council.ready()
        lengthen(council.parts, made[name], UTTERANCES, flags=FLAGS)
        council.worker.done("PUT", f"/sessions/{made[name]}/sharing")
        kind = "blind" if name == "blind" else "open"
        council.coach.done("POST", f"/sessions/{made[name]}/reviews", {"kind": kind})
    return made


@pytest.fixture(scope="module")
def place(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with served_council(tmp_path_factory.mktemp("council"), _made) as served:
        yield served


@pytest.fixture
def workspace(browser: Any, place: Place) -> Iterator[Callable[..., Any]]:
    """Opens a review's page; the page keeps ``problems`` that its console told."""
    contexts = []

    def open_it(name: str, **options: Any) -> Any:
        context = browser.new_context(**({"viewport": {"width": 1440, "height": 900}} | options))
        contexts.append(context)
        context.add_cookies([{"name": "sid", "value": place.cookies["coach"], "url": place.url}])
        page = context.new_page()
        page.problems = []
        page.on("console", lambda message: page.problems.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        page.goto(f"{place.url}/sessions/{place.made[name]}/review")
        if options.get("java_script_enabled", True):
            page.locator("html[data-review=ready]").wait_for()
        return page

    yield open_it
    for context in contexts:
        context.close()


def _saved(page: Any) -> None:
    page.locator("#saved[data-state=saved]").wait_for(timeout=SAVED)


def test_an_expert_decides_on_everything_with_few_keys(workspace: Callable[..., Any]) -> None:
    page, presses = workspace("expert"), 0
    for _ in range(FLAGS + 1):  # the first goes to the first flag
        page.keyboard.press("a")
        presses += 1
    assert page.locator("#count").inner_text() == f"{FLAGS} of {FLAGS} decided"
    for _ in range(ELEMENTS):
        page.keyboard.press("s")
        presses += 1
    assert page.locator("#elements-count").inner_text() == f"{ELEMENTS} of {ELEMENTS} scored"
    _saved(page)
    page.get_by_role("button", name="Finish the review").click()
    page.get_by_text("This review is finished").wait_for()
    assert presses + 1 <= MOST_PRESSES
    assert page.problems == []
    sys.stdout.write(f"\n{presses + 1} presses for {UTTERANCES} utterances, {FLAGS} flags, {ELEMENTS} elements\n")


def test_what_was_done_without_a_connection_is_saved_once_there_is_one_again(workspace: Callable[..., Any]) -> None:
    page = workspace("shared")
    before = page.locator(".flag--accept").count(), page.locator(".flag--reject").count()
    page.context.set_offline(True)
    for key in "nax":
        page.keyboard.press(key)
    page.locator("#saved[data-state=trying]").wait_for()
    assert page.locator(".flag--accept").count() == before[0] + 1
    page.context.set_offline(False)
    _saved(page)
    page.reload()
    page.locator("html[data-review=ready]").wait_for()
    assert page.locator(".flag--accept").count() == before[0] + 1
    assert page.locator(".flag--reject").count() == before[1] + 1


def test_undo_takes_back_what_was_done_last_and_redo_restores_it(workspace: Callable[..., Any]) -> None:
    page = workspace("shared")
    before = page.locator(".flag--unsure").count()
    page.locator(".flag--suggested a").first.click()
    page.keyboard.press("u")
    assert page.locator(".flag--unsure").count() == before + 1
    page.keyboard.press("Control+z")
    assert page.locator(".flag--unsure").count() == before
    page.keyboard.press("Control+Shift+Z")
    assert page.locator(".flag--unsure").count() == before + 1
    _saved(page)
    page.reload()
    assert page.locator(".flag--unsure").count() == before + 1


def test_a_second_tab_shows_what_the_first_did(workspace: Callable[..., Any]) -> None:
    first, second = workspace("shared"), workspace("shared")
    first.locator(".flag--suggested a").first.click()
    about = first.locator(".flag--here").get_attribute("data-about")
    first.keyboard.press("a")
    _saved(first)
    second.evaluate("() => dispatchEvent(new Event('focus'))")
    second.locator(f'.flag--accept[data-about="{about}"]').wait_for()


def test_a_score_without_opened_evidence_waits_for_a_moment_or_a_reason(workspace: Callable[..., Any]) -> None:
    page = workspace("shared")
    page.locator("#element-child_focus summary").first.click()
    page.keyboard.press("4")
    page.get_by_text("Open a moment first").first.wait_for()
    assert page.locator("#element-child_focus [data-state]").inner_text().startswith("Suggested")
    page.keyboard.press("e")
    page.keyboard.press("4")
    assert page.locator("#element-child_focus [data-state]").inner_text() == "Your score: 4"
    _saved(page)


def test_single_keys_do_nothing_where_somebody_writes_or_once_they_are_off(workspace: Callable[..., Any]) -> None:
    page = workspace("shared")
    before = page.locator(".flag--reject").count()
    page.keyboard.press("n")
    page.locator("#note").fill("")
    page.locator("#note").press("x")
    assert page.locator("#note").input_value() == "x"
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    page.get_by_label("Use single keys").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("x")
    assert page.locator(".flag--reject").count() == before


def test_a_blind_review_shows_suggestions_only_after_every_score(workspace: Callable[..., Any]) -> None:
    page = workspace("blind")
    assert page.locator(".suggestion, .flag, .code").count() == 0
    for _ in range(ELEMENTS):
        page.keyboard.press("3")
    _saved(page)
    page.get_by_role("button", name="Show the suggestions").click()
    page.locator(".suggestion").first.wait_for(state="attached")
    assert page.locator(".suggestion").count() == ELEMENTS


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 320])
def test_axe_finds_nothing_and_nothing_is_wider_than_the_window(
    workspace: Callable[..., Any], scheme: str, width: int
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    page = workspace("shared", color_scheme=scheme, viewport={"width": width, "height": 800})
    page.keyboard.press("n")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.problems == []
    found = axe.Axe().run(page).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"][:100]) for one in found] == []


def test_without_scripts_a_flag_is_accepted_with_its_button(workspace: Callable[..., Any]) -> None:
    page = workspace("shared", java_script_enabled=False)
    before = page.locator(".flag--accept").count()
    page.locator(".flag--suggested").first.get_by_role("button", name="Accept").click()
    assert page.locator(".flag--accept").count() == before + 1
