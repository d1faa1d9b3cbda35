"""Flags, elements and measures on the report page, as its source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from models.records.scoring import Measure
from models.records.session import Session
from pipelines.outputs.practice_view import Practice
from pipelines.outputs.report_html import to_html
from pipelines.outputs.wording import one_line
from pipelines.stages.measures import MEASURES
from tests.outputs.pages import Page
from tests.outputs.practices import (
    NOBODY,
    RUBRIC,
    TOO_LITTLE,
    flagged_everywhere,
    hostile_practice,
    small_practice,
    without_practitioner,
)
from tests.outputs.sessions import empty_session, hostile_session, long_session, small_session
from tests.outputs.sound import hum

PEAKS = (0.1, 0.9) * 50
PAIRS = [
    (small_session, small_practice),
    (small_session, without_practitioner),
    (hostile_session, hostile_practice),
    (empty_session, without_practitioner),
]


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    return hum(500, tmp_path / "sound.wav")


def small_page(sound: Path | None = None) -> Page:
    return Page(to_html(small_session(), sound, PEAKS, small_practice(small_session())))


def text_of(page: Page, identifier: str) -> str:
    return " ".join(page.one(identifier).text.split())


@pytest.mark.parametrize(("make", "practise"), PAIRS)
def test_the_page_is_well_formed_and_its_links_and_labels_lead_somewhere(
    make: Callable[[], Session], practise: Callable[[Session], Practice], sound: Path
) -> None:
    page = Page(to_html(make(), sound, PEAKS, practise(make())))
    ids = Counter(e.attributes["id"] for e in page.elements if "id" in e.attributes)
    assert {name for name, times in ids.items() if times > 1} == set()
    assert {(link.attributes["href"] or "")[1:] for link in page.all("a")} <= set(ids)
    assert {name for e in page.elements if (name := e.attributes.get("aria-labelledby"))} <= set(ids)


@pytest.mark.parametrize(("make", "practise"), PAIRS)
def test_no_element_carries_script_or_style_of_its_own(
    make: Callable[[], Session], practise: Callable[[Session], Practice], sound: Path
) -> None:
    for element in Page(to_html(make(), sound, PEAKS, practise(make()))).elements:
        assert not [name for name in element.attributes if name.startswith("on") or name == "style"]


def test_a_flag_stands_beside_its_utterance_with_direction_element_and_indicator_in_words() -> None:
    page = small_page()
    told = text_of(page, "u-u0000")
    assert "+ for Evocation" in told
    assert "− against Empathy Asks one fact question after another and takes up none of the answers 62% likely" in told
    assert "Empathy" not in text_of(page, "u-u0001")


def test_a_flag_is_never_called_certain() -> None:
    assert "over 99% likely" in text_of(small_page(), "u-u0002")


def test_the_elements_are_grouped_by_factor_in_the_rubrics_order() -> None:
    headings = [(e.tag, e.text) for e in small_page().elements if e.tag in ("h3", "h4")][:10]
    expected = []
    for factor in RUBRIC.factors:
        expected += [("h3", factor.name), *(("h4", RUBRIC.element(name).name) for name in factor.elements)]
    assert headings == expected


def test_a_suggestion_has_its_label_interval_and_doubt_in_words_and_says_that_it_is_one() -> None:
    page = small_page()
    told = text_of(page, "element-0")
    assert "suggested 4 Clearly present likely 3 to 5" in told
    (scale, *_) = page.all("svg", "scale")
    assert scale.attributes["aria-label"] == "Suggested 4 on a scale from 1 to 5, likely 3 to 5"
    assert page.all("p", "suggested")[0].text.split() == ["suggested", "4"]


def test_evidence_has_time_direction_words_indicator_and_what_it_moved(sound: Path) -> None:
    page = small_page(sound)
    first, second = page.all("li", "moment")[:2]
    assert " ".join(first.text.split()) == (
        "0:10 + for moved it up by 0.5 “it still goes wrong” Says back what the person means, in fresh words"
    )
    assert "Thanks for seeing me today." in second.text
    button = next(e for e in page.all("button", "time") if "data-moment" in e.attributes)
    assert button.attributes["data-moment"] == "2"
    assert button.attributes["aria-label"] == "Play 0:10, evidence for Empathy"


def test_without_a_recording_evidence_leads_to_its_utterance() -> None:
    page = small_page()
    links = [e.attributes["href"] for e in page.all("a", "time")]
    assert links[:2] == ["#u-u0002", "#u-u0000"]
    assert page.all("audio") == []


def test_what_would_have_changed_a_suggestion_and_what_to_hear_first_are_said() -> None:
    told = text_of(small_page(), "element-0")
    assert "the suggestion would be 3." in told
    assert "Listen first Tone, pace and silence carry much of empathy" in told


def test_an_element_without_a_suggestion_says_why_and_shows_no_number_and_no_scale() -> None:
    page = small_page()
    place = [one.id for one in RUBRIC.elements].index("evocation")
    told = text_of(page, f"element-{place}")
    assert f"no suggestion Not enough evidence. {TOO_LITTLE}" in told
    assert len(page.all("svg", "scale")) == len(RUBRIC.elements) - 1


def test_there_is_no_overall_score_and_the_page_says_so() -> None:
    page = small_page()
    assert "there is no overall score" in page.all("div", "notice")[0].text
    assert len(page.all("p", "suggested")) == len(RUBRIC.elements)


def test_where_nobody_is_the_practitioner_it_is_said_once_and_every_element_is_still_named() -> None:
    session = small_session()
    page = Page(to_html(session, None, PEAKS, without_practitioner(session)))
    told = text_of(page, "practice")
    assert told.count(NOBODY) == 1
    assert all(element.name in told for element in RUBRIC.elements)
    assert page.all("p", "suggested") == page.all("details", "flag") == []
    assert "dashed frame" not in told


def test_without_a_flag_there_is_no_filter_of_flags() -> None:
    session = small_session()
    page = Page(to_html(session, None, PEAKS, without_practitioner(session)))
    assert "by-element" not in {e.attributes.get("id") for e in page.elements}


def test_measures_have_a_value_an_interval_and_a_sentence() -> None:
    rows = [" ".join(e.text.split()) for e in small_page().all("tr")]
    kinds = {kind.name: kind for kind in MEASURES}
    for name, values in (
        ("count_question", "5 4 to 6"),
        ("reflection_to_question_ratio", "0.6 0.3 to 1.0"),
        ("talk_share_practitioner", "60% not known"),
        ("longest_monologue", "1 minute 5 seconds 1 minute 5 seconds"),
    ):
        assert f"{kinds[name].title} {kinds[name].explanation} {values}" in rows


def test_measures_that_are_not_available_stand_together_by_their_reason() -> None:
    page = small_page()
    assert [(e.tag, e.text) for e in page.elements if e.tag in ("dt", "dd")] == [
        ("dt", "Affirming; Inviting and strengthening, together"),
        ("dd", "The coder does not state affirm."),
        ("dt", "Share of change talk"),
        ("dd", "No change goal is stated."),
    ]


def test_a_coders_own_figures_are_left_to_the_documents() -> None:
    session = small_session()
    practice = small_practice(session)
    long = Measure(
        name="count_affirm", unit="count", value=None, reason="The coder does not state affirm. Out of fold (44) no."
    )
    page = Page(to_html(session, None, PEAKS, replace(practice, scoring=replace(practice.scoring, measures=(long,)))))
    assert [e.text for e in page.all("dd")] == ["The coder does not state affirm."]


def test_the_foot_names_judge_coder_rubric_its_status_and_what_is_off() -> None:
    (foot,) = small_page().all("footer")
    assert "(msw, version 1), a draft that has not been validated." in foot.text
    assert "Scores suggested by fake-judge 3." in foot.text
    assert "Utterances marked by fake-coder 7." in foot.text
    assert "Autonomy (-): Too unreliable when it was measured." in foot.text


def test_notes_for_the_reviewer_stand_above_the_elements() -> None:
    assert "Nobody has confirmed yet who is who." in text_of(small_page(), "practice")


def test_hostile_words_add_no_element_and_are_shown_as_they_are() -> None:
    session = hostile_session()
    practice = hostile_practice(session)
    page = Page(to_html(session, None, PEAKS, practice))
    assert len(page.all("script")) == 2
    assert page.all("img") == page.all("i") == []
    shown = one_line(practice.scoring.notes[0])
    assert page.all("li", "moment")[0].text.count(shown) == 2
    assert "2 quotes were not in the transcript" in page.one("practice").text


def test_evidence_that_is_not_on_the_page_is_shown_with_its_quote_and_no_way_to_it(sound: Path) -> None:
    session = hostile_session()
    page = Page(to_html(session, sound, PEAKS, hostile_practice(session)))
    lost = page.all("li", "moment")[1]
    assert lost.text.split()[0] == "−"


def test_an_utterance_that_speaks_to_the_machine_is_named_with_a_way_to_it() -> None:
    session = small_session()
    practice = small_practice(session)
    practice = replace(practice, scoring=replace(practice.scoring, addressed=("u0003",)))
    page = Page(to_html(session, None, PEAKS, practice))
    assert "At 0:13 somebody speaks to the machine. It moved no score." in text_of(page, "practice")


def test_the_scripts_data_hold_no_speech_with_practice_either(sound: Path) -> None:
    session = hostile_session()
    plain = Page(to_html(session, sound, PEAKS)).one("data").text
    assert Page(to_html(session, sound, PEAKS, hostile_practice(session))).one("data").text == plain


def test_two_thousand_flagged_utterances_make_a_page_under_three_megabytes() -> None:
    session = long_session()
    assert len(to_html(session, None, PEAKS, flagged_everywhere(session))) < 3_000_000


def test_the_same_practice_gives_the_same_page(sound: Path) -> None:
    session = small_session()
    pages = {to_html(session, sound, PEAKS, small_practice(session)) for _ in range(2)}
    assert len(pages) == 1
