"""Plain words for suggestions, evidence and measures."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from models.records.coding import Setting
from models.records.scoring import Measure, NoScore
from pipelines.outputs.scoring_wording import (
    SUGGESTION_NOTICE,
    evidence_phrase,
    interval_phrase,
    measure_phrase,
    measure_title,
    missing_phrase,
    reason_phrase,
    rubric_notice,
    score_phrase,
)
from pipelines.rubrics import shipped_rubric
from pipelines.stages.measures import MEASURES
from tests.outputs.scorings import AGAINST, EMPATHY, FOR, none, rubric, small_scoring


def measure(unit: str, value: float | None = 2.0, name: str = "new_measure", **more: object) -> Measure:
    return Measure(name=name, unit=unit, value=value, **more)  # type: ignore[arg-type]


def test_a_score_is_called_suggested_and_named_by_the_rubric() -> None:
    assert score_phrase(EMPATHY, rubric()) == "suggested 4, Clearly present"
    assert score_phrase(none("empathy"), rubric()) == "no suggestion"


def test_an_interval_is_told_with_what_it_is_and_none_without_a_score() -> None:
    assert interval_phrase(EMPATHY) == "likely 3 to 5"
    assert interval_phrase(replace(EMPATHY, low=4, high=4)) == "likely 4"
    assert interval_phrase(none("empathy")) == ""


def test_every_reason_for_no_score_has_words_of_its_own_and_none_is_a_number() -> None:
    words = {reason_phrase(none("empathy", reason)) for reason in NoScore}
    assert len(words) == len(NoScore)
    assert not any(re.search(r"\d|_", one) for one in words)
    assert reason_phrase(EMPATHY) == ""


def test_evidence_says_its_direction_and_its_indicator_in_the_rubrics_words() -> None:
    assert evidence_phrase(FOR, rubric()) == "for: Names a feeling that was implied, and checks it (EM+2)"
    assert evidence_phrase(AGAINST, rubric()).startswith("against: Asks one fact question after another")


@pytest.mark.parametrize(("indicator", "words"), [("", "for"), ("ZZ+9", "for (ZZ+9)")])
def test_evidence_of_an_unknown_indicator_says_only_what_is_known(indicator: str, words: str) -> None:
    assert evidence_phrase(replace(FOR, indicator=indicator), rubric()) == words


@pytest.mark.parametrize("setting", list(Setting))
def test_every_indicator_of_a_shipped_rubric_is_told_in_words(setting: Setting) -> None:
    ours = shipped_rubric(setting)
    for element in ours.elements:
        for one in (*element.indicators_for, *element.indicators_against):
            assert one.text in evidence_phrase(replace(FOR, indicator=one.id), ours)


def test_measures_are_told_with_their_unit_and_their_interval() -> None:
    assert [measure_phrase(one) for one in small_scoring().measures] == [
        "1 time [1 to 2]",
        "43% of reflections [36% to 50%]",
        "60% of all",
        "1.2 [0.5 to 2.0]",
        "not available",
    ]


@pytest.mark.parametrize(
    ("unit", "value", "words"),
    [
        ("count", 0.0, "0 times"),
        ("seconds", 34.26, "34.3 seconds"),
        ("words", 41.0, "41 words"),
        ("share", 0.004, "under 1% of all"),
    ],
)
def test_a_measure_nobody_knows_is_told_by_its_unit(unit: str, value: float, words: str) -> None:
    assert measure_phrase(measure(unit, value)) == words
    assert measure_title("new_measure") == "New measure"


def test_every_measure_has_a_title_without_underscores() -> None:
    assert [measure_title(kind.name) for kind in MEASURES] == [kind.title for kind in MEASURES]


def test_a_code_that_is_not_stated_is_told_without_figures_and_other_reasons_stay_whole() -> None:
    off = "The coder does not state affirm. Out of fold (44 examples) it was never right."
    assert missing_phrase(measure("count", None, reason=off)) == "The coder does not state affirm."
    goal = "No change goal was stated. State it."
    assert missing_phrase(measure("count", None, reason=goal)) == goal


def test_a_draft_rubric_is_called_one_until_it_has_been_validated() -> None:
    assert rubric_notice(rubric()).endswith("version 1) is a draft that has not been validated.")
    ours = replace(rubric(), ref=replace(rubric().ref, status="validated_locally"), warning="Mind this.")
    assert rubric_notice(ours).endswith("has been validated locally. Mind this.")


def test_the_notice_says_that_a_person_decides() -> None:
    assert "suggestion for a person to confirm" in SUGGESTION_NOTICE
    assert "has not been validated on social work" in SUGGESTION_NOTICE
