"""Flags, elements and measures of the report page as a person uses them, in a real browser."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from models.records.session import Session
from pipelines.outputs.practice_view import Practice
from tests.e2e.conftest import NEEDS
from tests.outputs.practices import flagged_everywhere, hostile_practice, small_practice, without_practitioner
from tests.outputs.sessions import empty_session, hostile_session, long_session, small_session

pytestmark = pytest.mark.slow
Open = Callable[..., Any]
FILTER = """async () => {
    const list = document.getElementById("by-direction");
    list.value = "-";
    const from = performance.now();
    list.dispatchEvent(new Event("change"));
    document.body.getBoundingClientRect();
    return performance.now() - from;
}"""


def opened(open_report: Open, **options: Any) -> Any:
    return open_report(small_session(), small_practice(small_session()), **options)


def wait_until(page: Any, condition: str, timeout_s: float = 10) -> None:
    """Ask again and again; the page's policy forbids the browser driver's own way of waiting."""
    end = time.monotonic() + timeout_s
    while not page.evaluate(condition):
        assert time.monotonic() < end, condition
        page.wait_for_timeout(20)


def now(page: Any) -> float:
    return float(page.evaluate("document.getElementById('audio').currentTime"))


def shown_lines(page: Any) -> list[str]:
    return list(page.evaluate("[...document.querySelectorAll('.line')].filter((l) => l.offsetParent).map((l) => l.id)"))


@pytest.mark.parametrize(
    ("make", "practise"),
    [
        (small_session, small_practice),
        (small_session, without_practitioner),
        (hostile_session, hostile_practice),
        (empty_session, without_practitioner),
    ],
)
def test_the_page_runs_without_errors_violations_or_requests(
    open_report: Open, make: Callable[[], Session], practise: Callable[[Session], Practice]
) -> None:
    page = open_report(make(), practise(make()))
    page.on("dialog", lambda dialog: pytest.fail("a script in the speech ran"))
    for key in ("f", "Shift+F", "n", "k"):
        page.keyboard.press(key)
    page.wait_for_timeout(300)
    assert page.problems == []
    assert page.evaluate("violations") == []
    assert set(page.requests) <= {"file", "data"}


def test_a_click_on_evidence_scrolls_to_its_utterance_plays_it_and_marks_it(open_report: Open) -> None:
    session = long_session(400)
    practice = small_practice(session)
    page = open_report(session, practice)
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    page.get_by_text("2 moments behind Empathy").click()
    page.get_by_role("button", name="Play 0:10, evidence for Empathy").click()
    wait_until(page, "!document.getElementById('audio').paused")
    assert 10.3 < now(page) < 11.8
    box = page.locator("#u-u0002.marked").bounding_box()
    assert 100 < box["y"] < 850
    assert page.locator(".moment.chosen").count() == 1
    assert "evidence for Empathy" in page.locator("#status").text_content()


def test_on_a_narrow_screen_the_focus_goes_along_to_the_utterance(open_report: Open) -> None:
    page = opened(open_report, width=390)
    page.get_by_text("2 moments behind Empathy").click()
    page.get_by_role("button", name="Play 0:10, evidence for Empathy").click()
    assert page.evaluate("document.activeElement.id") == "u-u0002"


def test_on_a_wide_screen_the_focus_stays_with_the_evidence(open_report: Open) -> None:
    page = opened(open_report)
    page.get_by_text("2 moments behind Empathy").click()
    page.get_by_role("button", name="Play 0:10, evidence for Empathy").press("Enter")
    assert page.evaluate("document.activeElement.dataset.moment") == "2"


def test_the_lists_filter_by_element_and_direction_from_the_keyboard(open_report: Open) -> None:
    page = opened(open_report)
    page.get_by_label("Show flags of").focus()
    page.keyboard.type("Empathy")
    wait_until(page, "document.getElementById('found').textContent === '2 of 6 utterances'")
    assert shown_lines(page) == ["u-u0000", "u-u0002"]
    page.keyboard.press("Tab")
    page.keyboard.type("Against")
    wait_until(page, "document.getElementById('found').textContent === '1 of 6 utterances'")
    assert shown_lines(page) == ["u-u0000"]


def test_a_direction_alone_filters_the_flags_of_every_element(open_report: Open) -> None:
    page = opened(open_report)
    page.get_by_label("Direction of flags").select_option("+")
    assert shown_lines(page) == ["u-u0000", "u-u0002"]


def test_an_element_shows_its_flags_in_the_dialogue_on_demand(open_report: Open) -> None:
    page = opened(open_report)
    page.get_by_role("button", name="Show these flags of Evocation").click()
    assert shown_lines(page) == ["u-u0000"]
    assert page.evaluate("document.activeElement.id") == "u-u0000"
    assert page.locator("#status").text_content() == "1 of 6 utterances are shown: Evocation."


def test_evidence_that_is_filtered_away_comes_back_when_it_is_asked_for(open_report: Open) -> None:
    page = opened(open_report)
    page.get_by_label("Show flags of").select_option(label="Evocation")
    page.get_by_text("2 moments behind Empathy").click()
    page.get_by_role("button", name="Play 0:10, evidence for Empathy").click()
    assert len(shown_lines(page)) == 6


def test_a_flag_tells_its_indicator_when_it_is_pressed(open_report: Open) -> None:
    page = opened(open_report)
    told = page.get_by_text("Asks one fact question after another").first
    assert told.is_hidden()
    flag = page.locator("#u-u0000 .flag.against summary")
    flag.focus()
    page.keyboard.press("Enter")
    assert told.is_visible()


def test_the_f_key_goes_from_flag_to_flag_and_back_within_the_filter(open_report: Open) -> None:
    page = opened(open_report)
    visited = []
    for key in ("f", "f", "f", "Shift+F"):
        page.keyboard.press(key)
        visited.append(page.evaluate("document.activeElement.id"))
    assert visited == ["u-u0000", "u-u0002", "u-u0002", "u-u0000"]
    assert "against Empathy" in page.locator("#status").text_content()
    page.get_by_label("Direction of flags").select_option("-")
    page.locator("h1").click()
    page.keyboard.press("f")
    assert page.locator("#u-u0000.marked").count() == 1


def test_elements_and_check_list_take_turns_beside_the_dialogue(open_report: Open) -> None:
    page = opened(open_report)
    assert page.locator("#practice").is_visible()
    assert page.locator("#checks").is_hidden()
    page.get_by_role("button", name="Please check").click()
    assert page.locator("#practice").is_hidden()
    page.get_by_role("button", name="Elements", exact=True).click()
    page.keyboard.press("n")
    assert page.locator("#c-c0003.current").is_visible()
    page.get_by_role("button", name="Elements", exact=True).click()
    page.locator("#u-u0005 a.mark").click()
    assert page.evaluate("document.activeElement.id") == "c-c0005"


def test_on_a_narrow_screen_elements_and_check_list_follow_the_dialogue(open_report: Open) -> None:
    page = opened(open_report, width=390)
    places = [page.locator(name).bounding_box()["y"] for name in ("#dialogue", "#practice", "#checks", "#measures")]
    assert places == sorted(places)


def test_everything_can_be_reached_with_the_tab_key(open_report: Open) -> None:
    page = opened(open_report)
    page.get_by_role("button", name="Open all evidence").click()
    page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
    page.locator("h1").click()
    reached = set()
    for _ in range(90):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()"))
    assert {"by-element", "by-direction", "open-all"} <= reached
    assert {"Skip to the elements of practice", "+ for Evocation", "− against Empathy", "0:10"} <= reached
    assert "Show these flags of Empathy" in reached


def test_without_javascript_everything_is_visible(open_report: Open) -> None:
    page = opened(open_report, java_script_enabled=False)
    for told in (
        "With one more clear piece of evidence against it",
        "“it still goes wrong”",
        "A second reading of the sound does not have",
        "Listen first",
        "Asks why the person might want",
    ):
        assert page.get_by_text(told).first.is_visible(), told
    assert page.locator("#practice").is_visible()
    assert page.locator("#checks").is_visible()
    assert page.locator("#by-element").is_hidden()
    assert page.locator("#open-all").is_hidden()


def test_print_has_every_piece_of_evidence_with_its_time_and_no_controls(open_report: Open) -> None:
    page = opened(open_report)
    page.emulate_media(media="print")
    assert page.get_by_text("“it still goes wrong”").is_visible()
    assert page.locator(".moment .time").first.is_visible()
    assert page.locator("#checks").is_visible()
    assert page.get_by_text("With one more clear piece of evidence against it").is_visible()
    for control in ("#by-element", "#open-all", ".switch", ".player", "[data-show]"):
        assert page.locator(control).first.is_hidden(), control
    places = [page.locator(name).bounding_box()["y"] for name in ("#dialogue", "#practice", "#checks", "#measures")]
    assert places == sorted(places)


@pytest.mark.parametrize(("width", "height"), [(320, 256), (320, 800), (768, 1024), (1440, 900)])
def test_no_width_or_zoom_makes_the_page_scroll_sideways(open_report: Open, width: int, height: int) -> None:
    page = open_report(hostile_session(), hostile_practice(hostile_session()), width=width, height=height)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [320, 1440])
def test_measures_keep_whole_words_at_every_width(open_report: Open, width: int) -> None:
    """A column so narrow that a word breaks would make rows of single letters."""
    page = opened(open_report, width=width)
    heights = page.evaluate(
        "[...document.querySelectorAll('.measures td')].map((cell) => cell.scrollWidth > cell.clientWidth)"
    )
    assert not any(heights)


def test_nothing_that_can_be_pressed_is_smaller_than_24_pixels(open_report: Open) -> None:
    page = opened(open_report, width=320)
    page.get_by_role("button", name="Open all evidence").click()
    pressed = ".practice button, .flag summary, .evidence summary, .pick select"
    small = "(one) => one.offsetParent && one.getBoundingClientRect().height < 24"
    assert page.evaluate(f"[...document.querySelectorAll('{pressed}')].filter({small}).length") == 0


@pytest.mark.parametrize("practise", [small_practice, without_practitioner])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 320])
def test_axe_finds_nothing(open_report: Open, scheme: str, width: int, practise: Callable[[Session], Practice]) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason=NEEDS)
    session = small_session()
    page = open_report(session, practise(session), color_scheme=scheme, width=width, bypass_csp=True)
    page.keyboard.press("f")
    for details in page.locator("details.flag summary, details.evidence summary").all():
        details.click()
    results = axe.Axe().run(page)
    assert results.violations_count == 0, results.generate_report()


def test_two_thousand_flagged_utterances_open_and_filter_quickly(open_report: Open) -> None:
    session = long_session()
    page = open_report(session, flagged_everywhere(session))
    loaded = page.evaluate("performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd")
    assert loaded < 5000
    assert page.evaluate(FILTER) < 1500
    assert page.locator("#found").text_content() == "500 of 2000 utterances"
