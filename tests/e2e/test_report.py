"""The report page as a person uses it, in a real browser."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.e2e.conftest import NEEDS
from tests.outputs.sessions import empty_session, hostile_session, long_session, small_session

pytestmark = pytest.mark.slow
Open = Callable[..., Any]
SEARCH = """async () => {
    const search = document.getElementById("search");
    search.value = "drunk";
    search.dispatchEvent(new Event("input"));
    const from = performance.now();
    while (document.getElementById("found").textContent === "") await new Promise((done) => setTimeout(done, 5));
    document.body.getBoundingClientRect();
    return performance.now() - from;
}"""
FRAMES = """() => new Promise((done) => {
    const gaps = [];
    let last = performance.now();
    const tick = (time) => {
        gaps.push(time - last);
        last = time;
        if (gaps.length < 60) requestAnimationFrame(tick); else done(gaps);
    };
    requestAnimationFrame(tick);
})"""


def now(page: Any) -> float:
    return float(page.evaluate("document.getElementById('audio').currentTime"))


def wait_until(page: Any, condition: str, timeout_s: float = 10) -> None:
    """Ask again and again; the page's policy forbids the browser driver's own way of waiting."""
    end = time.monotonic() + timeout_s
    while not page.evaluate(condition):
        assert time.monotonic() < end, condition
        page.wait_for_timeout(20)


def playing(page: Any) -> bool:
    return not page.evaluate("document.getElementById('audio').paused")


@pytest.mark.parametrize("make", [small_session, hostile_session, empty_session])
def test_the_page_runs_without_errors_violations_or_requests(open_report: Open, make: Callable[[], Any]) -> None:
    page = open_report(make())
    page.keyboard.press("k")
    page.wait_for_timeout(300)
    assert page.problems == []
    assert page.evaluate("violations") == []
    assert set(page.requests) <= {"file", "data"}


def test_hostile_speech_does_nothing_but_stand_there(open_report: Open) -> None:
    page = open_report(hostile_session())
    page.on("dialog", lambda dialog: pytest.fail("a script in the speech ran"))
    assert page.locator("img").count() == 0
    assert page.locator("li.card").count() == 3
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_time_button_plays_from_its_utterance_and_marks_it(open_report: Open) -> None:
    page = open_report(small_session())
    page.get_by_role("button", name="Play from 0:10", exact=True).click()
    page.wait_for_selector("#u-u0002.current")
    assert playing(page)
    assert 10.3 < now(page) < 11.5
    assert page.locator("[aria-current]").count() == 1


def test_a_click_on_a_word_plays_from_that_word(open_report: Open) -> None:
    page = open_report(small_session())
    place = page.evaluate("""() => {
        const text = document.querySelector('#u-u0001 .text').firstChild;
        const range = new Range();
        const at = text.data.indexOf('suppose');
        range.setStart(text, at + 2); range.setEnd(text, at + 3);
        const box = range.getBoundingClientRect();
        return [box.x + 2, box.y + box.height / 2];
    }""")
    page.mouse.click(*place)
    wait_until(page, "!document.getElementById('audio').paused")
    assert 4.98 + 3 * 0.31 - 0.05 <= now(page) < 4.98 + 3 * 0.31 + 0.8


def test_a_click_on_the_waveform_goes_there_without_playing(open_report: Open) -> None:
    page = open_report(small_session())
    box = page.locator("#wave").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 20)
    page.wait_for_timeout(200)
    assert not playing(page)
    assert now(page) == pytest.approx(small_session().recording.duration_ms / 2000, abs=0.1)


def test_a_check_plays_its_passage_with_a_second_around_it_and_stops(open_report: Open) -> None:
    page = open_report(small_session())
    check = small_session().checks[0]
    page.evaluate("document.getElementById('audio').playbackRate = 4")
    page.evaluate("audio.addEventListener('seeking', () => { window.sought = audio.currentTime; })")
    page.get_by_role("button", name="Play check 1,").click()
    assert page.evaluate("sought") == pytest.approx(check.start_ms / 1000 - 1, abs=0.01)
    wait_until(page, "document.getElementById('audio').paused")
    assert now(page) == pytest.approx(check.end_ms / 1000 + 1, abs=0.9)


def test_after_a_passage_stopped_play_goes_on_past_it(open_report: Open) -> None:
    page = open_report(small_session())
    page.evaluate("document.getElementById('audio').playbackRate = 4")
    page.keyboard.press("n")
    wait_until(page, "audio.paused && audio.currentTime > 5")
    page.keyboard.press("k")
    page.wait_for_timeout(500)
    assert playing(page)


def test_going_elsewhere_during_a_passage_means_playing_on(open_report: Open) -> None:
    page = open_report(small_session())
    page.get_by_role("button", name="Play check 1,").click()
    page.evaluate("audio.currentTime = 20")
    page.wait_for_timeout(500)
    assert playing(page)


def test_the_keys_play_step_replay_and_move_between_checks(open_report: Open) -> None:
    page = open_report(small_session())
    page.keyboard.press("Space")
    wait_until(page, "!document.getElementById('audio').paused")
    page.keyboard.press("k")
    wait_until(page, "document.getElementById('audio').paused")
    page.keyboard.press("l")
    assert 5 <= now(page) < 6.5
    page.keyboard.press("j")
    assert now(page) < 1.5
    page.keyboard.press("n")
    page.wait_for_selector("#c-c0003.current")
    page.keyboard.press("n")
    page.wait_for_selector("#c-c0005.current")
    assert "Check 2 of 2" in page.locator("#status").text_content()
    page.keyboard.press("p")
    page.wait_for_selector("#c-c0003.current")
    page.keyboard.press("l")
    page.keyboard.press("r")
    assert now(page) == pytest.approx(small_session().checks[0].start_ms / 1000 - 1, abs=0.4)


def test_the_keys_can_be_switched_off_and_do_nothing_in_the_search_field(open_report: Open) -> None:
    page = open_report(small_session())
    page.locator("#search").press_sequentially("k l")
    assert not playing(page)
    assert now(page) == 0
    page.locator("h1").click()
    page.keyboard.press("?")
    page.get_by_label("Use these keys").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("k")
    page.keyboard.press("l")
    page.wait_for_timeout(200)
    assert not playing(page)
    assert now(page) == 0


def test_the_space_bar_on_a_button_presses_that_button(open_report: Open) -> None:
    page = open_report(small_session())
    page.get_by_role("button", name="Play from 0:10", exact=True).focus()
    page.keyboard.press("Space")
    wait_until(page, "!document.getElementById('audio').paused")
    assert now(page) > 10


def test_everything_can_be_reached_with_the_tab_key_starting_with_the_skip_links(open_report: Open) -> None:
    page = open_report(small_session())
    reached = []
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()"))
    assert reached[0] == "Skip to the dialogue"
    assert {"audio", "next-check", "replay", "speed", "to-current", "show-keys", "search", "mark-unsure"} <= set(
        reached
    )
    assert {"0:00", "0:17"} <= set(reached)


def test_a_check_leads_to_the_dialogue_and_back_even_when_it_is_filtered_away(open_report: Open) -> None:
    page = open_report(small_session())
    page.locator(".filter").nth(1).uncheck()
    assert page.locator("#u-u0003").is_hidden()
    page.get_by_role("link", name="In the dialogue (check 1)").click()
    assert page.locator("#u-u0003").is_visible()
    assert page.evaluate("document.activeElement.id") == "u-u0003"
    page.locator("#u-u0003 a.mark").click()
    assert page.evaluate("document.activeElement.id") == "c-c0003"


def test_search_and_filters_say_how_much_they_show(open_report: Open) -> None:
    page = open_report(small_session())
    page.locator("#search").fill("DRUNK")
    wait_until(page, "document.getElementById('found').textContent === '1 of 6 utterances'")
    assert page.locator(".line:visible").count() == 1
    page.locator("#search").fill("")
    page.locator(".filter").nth(0).uncheck()
    wait_until(page, "document.getElementById('found').textContent === '3 of 6 utterances'")


def test_ticks_are_counted_and_kept_nowhere(open_report: Open) -> None:
    page = open_report(small_session())
    page.get_by_label("Heard check 1").check()
    assert page.locator("#heard-count").text_content() == "1 of 2 ticked off."
    assert page.evaluate("localStorage.length + sessionStorage.length + document.cookie.length") == 0


def test_unsure_words_lose_their_line_on_demand(open_report: Open) -> None:
    page = open_report(small_session())
    page.get_by_label("Mark unsure words").uncheck()
    line = page.evaluate("getComputedStyle(document.querySelector('.unsure')).textDecorationLine")
    assert line == "none"


def test_the_page_does_not_scroll_by_itself_but_on_demand(open_report: Open) -> None:
    page = open_report(long_session(400), reduced_motion="reduce")
    page.evaluate("document.getElementById('audio').currentTime = 250")
    page.keyboard.press("k")
    page.wait_for_selector(".line.current", state="attached")
    assert page.evaluate("scrollY") == 0
    page.get_by_role("button", name="Scroll to current").click()
    wait_until(page, "scrollY > 1000")
    box = page.locator(".line.current").bounding_box()
    assert 0 < box["y"] < 900


@pytest.mark.parametrize("sound", [True, False])
def test_the_page_can_be_read_without_javascript(open_report: Open, sound: bool) -> None:
    page = open_report(small_session(), sound=sound, java_script_enabled=False)
    assert page.get_by_text("I wasn't drunk.").is_visible()
    assert page.get_by_text("A second reading of the sound does not have").is_visible()
    assert page.locator("#search").is_hidden()
    assert page.locator(".tick").first.is_hidden()


@pytest.mark.parametrize(("width", "height"), [(320, 256), (320, 800), (768, 1024), (1280, 800)])
def test_no_width_or_zoom_makes_the_page_scroll_sideways(open_report: Open, width: int, height: int) -> None:
    page = open_report(hostile_session(), width=width, height=height)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_at_four_times_zoom_the_player_does_not_cover_the_text(open_report: Open) -> None:
    page = open_report(small_session(), width=320, height=256)
    page.locator("#u-u0005").scroll_into_view_if_needed()
    assert page.locator(".player").bounding_box()["y"] < -100


def test_print_shows_dialogue_and_checks_without_the_player(open_report: Open) -> None:
    page = open_report(small_session())
    page.emulate_media(media="print")
    assert page.locator(".player").is_hidden()
    assert page.locator("#search").is_hidden()
    assert page.locator("#u-u0003").is_visible()
    assert page.locator("#c-c0003").is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 320])
def test_axe_finds_nothing(open_report: Open, scheme: str, width: int) -> None:
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright",
        reason=NEEDS,
    )
    page = open_report(small_session(), color_scheme=scheme, width=width, bypass_csp=True)
    page.keyboard.press("n")
    for details in page.locator("summary").all():
        details.click()
    results = axe.Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
    page.keyboard.press("?")
    assert axe.Axe().run(page).violations_count == 0


def test_scrolling_to_the_current_utterance_finds_it_deep_in_a_long_session(open_report: Open) -> None:
    page = open_report(long_session())
    page.evaluate("document.getElementById('audio').currentTime = 290")
    page.wait_for_selector(".line.current", state="attached")
    page.get_by_role("button", name="Scroll to current").click()
    page.wait_for_timeout(500)
    box = page.locator(".line.current").bounding_box()
    assert 150 < box["y"] < 850


def test_searching_two_thousand_utterances_takes_a_moment(open_report: Open) -> None:
    page = open_report(long_session(), sound=False)
    spent = page.evaluate(SEARCH)
    assert page.locator("#found").text_content() == "333 of 2000 utterances"
    assert spent < 1000


def test_two_thousand_utterances_open_quickly_and_play_cheaply(open_report: Open) -> None:
    page = open_report(long_session())
    loaded = page.evaluate("performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd")
    assert loaded < 5000
    page.evaluate("document.getElementById('audio').play()")
    frames = page.evaluate(FRAMES)
    assert sorted(frames)[len(frames) // 2] < 100
