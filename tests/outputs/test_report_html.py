"""The report page, as its source."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.records.session import Coverage, Session
from models.records.speech import Role
from pipelines.outputs.report_html import to_html
from pipelines.outputs.wording import one_line
from tests.outputs.pages import Page
from tests.outputs.sessions import empty_session, hostile_session, long_session, small_session
from tests.outputs.sound import hum

PEAKS = (0.1, 0.5, 0.9, 0.2) * 50
SESSIONS = [small_session, hostile_session, empty_session]


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    return hum(500, tmp_path / "sound.wav")


def page(session: Session, sound: Path | None = None) -> Page:
    return Page(to_html(session, sound, PEAKS))


@pytest.mark.parametrize("make", SESSIONS)
def test_the_page_is_well_formed_with_ids_that_occur_once(make: Callable[[], Session], sound: Path) -> None:
    ids = Counter(e.attributes["id"] for e in page(make(), sound).elements if "id" in e.attributes)
    assert {name for name, times in ids.items() if times > 1} == set()


@pytest.mark.parametrize("make", SESSIONS)
def test_every_link_leads_to_a_place_on_the_page(make: Callable[[], Session], sound: Path) -> None:
    shown = page(make(), sound)
    ids = {e.attributes.get("id") for e in shown.elements}
    for link in shown.all("a"):
        assert (link.attributes["href"] or "")[1:] in ids


@pytest.mark.parametrize("make", SESSIONS)
def test_the_page_asks_for_nothing_from_elsewhere(make: Callable[[], Session], sound: Path) -> None:
    shown = page(make(), sound)
    assert shown.all("link") == shown.all("img") == shown.all("iframe") == []
    assert all((e.attributes["src"] or "").startswith("data:audio/") for e in shown.elements if "src" in e.attributes)
    style, script = shown.all("style")[0].text, shown.all("script")[-1].text
    assert "url(" not in style
    assert "@import" not in style
    for call in ("fetch(", "XMLHttpRequest", "import(", "localStorage", "innerHTML", "eval("):
        assert call not in script


@pytest.mark.parametrize("make", SESSIONS)
def test_no_element_carries_script_or_style_of_its_own(make: Callable[[], Session], sound: Path) -> None:
    for element in page(make(), sound).elements:
        assert not [name for name in element.attributes if name.startswith("on") or name == "style"]


def test_the_policy_lets_run_only_the_style_and_script_that_are_there(sound: Path) -> None:
    shown = page(small_session(), sound)
    (policy,) = [e.attributes["content"] or "" for e in shown.all("meta") if "http-equiv" in e.attributes]
    for element, rule in ((shown.all("style")[0], "style-src"), (shown.all("script")[-1], "script-src")):
        digest = base64.b64encode(hashlib.sha256(element.text.encode()).digest()).decode()
        assert f"{rule} 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy


def test_hostile_speech_adds_no_element_and_is_shown_as_it_was_said() -> None:
    shown = page(hostile_session())
    assert len(shown.all("script")) == 2
    assert len(shown.all("style")) == 1
    said = [e.text for e in shown.all("p", "text")]
    assert said == [one_line(u.text) for u in hostile_session().utterances]


def test_the_scripts_data_are_numbers_only_so_nothing_said_is_in_them(sound: Path) -> None:
    text = page(hostile_session(), sound).one("data").text
    assert re.fullmatch(r'[\[\]{}0-9,":a-z-]+', text)
    assert json.loads(text)["utterances"][1][:2] == [4050, 4360]


def test_the_script_gets_the_start_of_every_word(sound: Path) -> None:
    data = json.loads(page(small_session(), sound).one("data").text)
    first = small_session().utterances[0]
    assert data["utterances"][0] == [600, 4630, *(word.start_ms - 600 for word in first.words)]


def test_words_that_do_not_match_the_text_are_not_offered_to_click(sound: Path) -> None:
    session = small_session()
    first, *others = session.utterances
    data = page(replace(session, utterances=(replace(first, words=first.words[1:]), *others)), sound).one("data").text
    assert json.loads(data)["utterances"][0] == [600, 4630]


def test_the_recording_is_in_the_page_byte_for_byte(sound: Path) -> None:
    source = page(small_session(), sound).one("audio").attributes["src"] or ""
    kind, _, packed = source.partition(";base64,")
    assert kind == "data:audio/wav"
    assert base64.b64decode(packed) == sound.read_bytes()


def test_an_m4a_is_announced_as_what_browsers_call_it(tmp_path: Path) -> None:
    copy = tmp_path / "playback.m4a"
    copy.write_bytes(b"sound")
    assert (page(small_session(), copy).one("audio").attributes["src"] or "").startswith("data:audio/mp4;base64,")


def test_a_kind_of_sound_that_browsers_do_not_play_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="amr"):
        to_html(small_session(), tmp_path / "x.amr", PEAKS)


def test_without_a_recording_there_is_no_player_and_nothing_to_play() -> None:
    shown = page(small_session())
    assert shown.all("audio") == shown.all("button") == shown.all("dialog") == []
    assert "Click a word" not in shown.all("body")[0].text


def test_the_notice_says_that_a_machine_wrote_it_and_the_advice_stands_with_it() -> None:
    (notice,) = page(small_session()).all("div", "notice")
    assert "machine transcript" in notice.text
    assert "The recording is quiet." in notice.text


def test_speech_that_did_not_become_words_is_said_at_the_top() -> None:
    session = replace(small_session(), coverage=Coverage(speech_ms=100, transcribed_ms=71, share=0.71))
    assert "Only 71%" in page(session).all("div", "notice")[0].text


def test_each_voice_has_its_share_role_and_certainty_in_words() -> None:
    (voices,) = page(small_session()).all("section", "voices")
    text = " ".join(voices.text.split())
    assert "Speaker 1 practitioner likely" in text
    assert "Speaker 2 parent or carer unsure" in text
    assert "65% of the speech" in text
    assert "Asks most of the questions" in text


def test_a_role_that_is_not_known_is_not_called_likely() -> None:
    session = small_session()
    unknown = tuple(replace(s, role=Role.UNKNOWN, role_confidence=0.9) for s in session.speakers)
    (voices,) = page(replace(session, speakers=unknown)).all("section", "voices")
    assert "role not known" in voices.text
    assert "likely" not in voices.text


def test_checks_are_listed_by_rank_with_reason_heard_words_and_links_there_and_back(sound: Path) -> None:
    session = small_session()
    turned = replace(session, checks=tuple(reversed(session.checks)))
    shown = page(turned, sound)
    first, second = shown.all("li", "check")
    assert "wasn't" in first.text
    assert "A second reading" in first.text
    assert "never" in second.text
    assert "Check 1" in shown.one("u-u0003").text
    assert [a.attributes["href"] for a in shown.all("a", "to-line")] == ["#u-u0003", "#u-u0005"]
    assert [a.attributes["href"] for a in shown.all("a", "mark")] == ["#c-c0003", "#c-c0005"]
    assert "6% of the recording" in shown.one("checks").text


def test_without_checks_there_is_no_check_list_and_no_way_to_it(sound: Path) -> None:
    shown = page(empty_session(), sound)
    assert "checks" not in {e.attributes.get("id") for e in shown.elements}
    assert "Skip to the passages" not in shown.all("nav")[0].text


def test_overlap_is_said_in_words() -> None:
    assert "over another voice" in page(small_session()).one("u-u0004").text


def test_words_that_a_check_doubts_and_words_under_the_threshold_are_marked() -> None:
    session = small_session()
    first, *others = session.utterances
    words = tuple(replace(word, probability=0.3 if word.text == "today." else 0.9) for word in first.words)
    shown = page(replace(session, utterances=(replace(first, words=words), *others)))
    marked = [e.text for e in shown.all("span", "unsure")]
    assert marked == ["today.", "We", "wasn't", "never"]  # "We" has a low probability in the fixture


def test_a_voice_that_goes_on_and_on_is_split_into_cards() -> None:
    session = small_session()
    many = tuple(replace(session.utterances[0], id=f"m{n}") for n in range(30))
    assert [card.text.count("Thanks") for card in page(replace(session, utterances=many)).all("li", "card")] == [
        12,
        12,
        6,
    ]


def test_speech_in_another_language_or_direction_finds_its_own_direction() -> None:
    assert {e.attributes.get("dir") for e in page(small_session()).all("p", "text")} == {"auto"}


def test_speech_in_another_language_is_announced_in_it_and_a_broken_code_is_left_out() -> None:
    for language, expected in (("cy", "cy"), ("en", None), ('x"><script>', None)):
        shown = page(replace(small_session(), language=language))
        assert {e.attributes.get("lang") for e in shown.all("p", "text")} == {expected}


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_whatever_is_said_is_shown_as_it_is(text: str) -> None:
    session = small_session()
    first, *others = session.utterances
    shown = page(replace(session, utterances=(replace(first, text=text), *others)))
    assert shown.all("p", "text")[0].text == one_line(text)


def test_the_waveform_has_a_colour_for_each_voice_and_a_tick_for_each_check(sound: Path) -> None:
    shown = page(small_session(), sound)
    strokes = [e for e in shown.all("path") if e.classes]
    assert [e.attributes["class"] for e in strokes] == ["silence", "voice-0", "voice-1"]
    assert len([e for e in shown.all("path") if not e.classes]) == 2


def test_the_same_session_gives_the_same_page(sound: Path) -> None:
    assert to_html(small_session(), sound, PEAKS) == to_html(small_session(), sound, PEAKS)


def test_two_thousand_utterances_make_a_page_under_two_megabytes_without_the_sound() -> None:
    assert len(to_html(long_session(), None, PEAKS)) < 2_000_000
