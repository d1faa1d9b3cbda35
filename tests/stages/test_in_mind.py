from __future__ import annotations

import pytest

from models.records.speech import Alternative, Stretch, Timing, Words
from pipelines.stages.check import check_list
from pipelines.stages.in_mind import full_negation, in_mind
from tests.stages.timeline import said, speech, turns, words


def heard(text: str, *alternatives: tuple[int, str, float]) -> Words:
    """Sure words, and what the recogniser had in mind instead of some: number, text, probability."""
    spoken = said(text, probability=0.99)
    rivals = tuple(
        Alternative(start_ms=spoken[at].start_ms, end_ms=spoken[at].end_ms, text=other, probability=p)
        for at, other, p in alternatives
    )
    stretch = Stretch(start_ms=0, end_ms=spoken[-1].end_ms, text=text, alternatives=rivals)
    return words(spoken, timing=Timing.ESTIMATED, stretches=(stretch,))


@pytest.mark.parametrize(
    ("begun", "whole"), [("wasn", "wasn't"), ("Not", "not"), ("didn't", "didn't"), ("garden", ""), ("is", "")]
)
def test_the_beginning_of_a_negation_is_completed(begun: str, whole: str) -> None:
    assert full_negation(begun) == whole


def test_a_not_that_the_recogniser_nearly_wrote_is_asked_for() -> None:
    found = heard("We were at home that day.", (1, "weren", 0.05))
    (check,) = check_list(found, (), turns(), speech((0, 1800)), 60_000)
    assert check.kinds == ("negation",)
    assert check.reason == "Heard 'were at'; a 'not' may be missing."


def test_a_negation_that_ends_the_word_before_is_told_as_a_missing_not() -> None:
    found = heard("He could have left.", (2, "couldn't", 0.02))
    (check,) = check_list(found, (), turns(), speech((0, 1800)), 60_000)
    assert check.reason == "Heard 'could have'; a 'not' may be missing."


def test_a_never_that_the_recogniser_nearly_wrote_is_named_alone() -> None:
    found = heard("We went there at night.", (2, "never", 0.2))
    (check,) = check_list(found, (), turns(), speech((0, 1800)), 60_000)
    assert check.reason == "Heard 'there'; there may be a 'never' here."


def test_a_risk_word_that_the_recogniser_nearly_wrote_is_asked_for() -> None:
    found = heard("There is a line here.", (3, "wine", 0.3))
    (check,) = check_list(found, (), turns(), speech((0, 1800)), 60_000)
    assert check.kinds == ("risk_word",)
    assert check.reason == "Heard 'line'; it could be 'wine'."


def test_the_clear_beginning_of_a_risk_word_counts_as_that_word() -> None:
    assert in_mind(heard("a strampled mark", (1, "strang", 0.2))).risks[1].text == "strangle"


def test_a_likelier_not_comes_before_a_less_likely_one() -> None:
    found = heard("We were at home |9000 and he was out.", (1, "weren", 0.006), (6, "wasn", 0.2))
    checks = check_list(found, (), turns(), speech((0, 1200), (10_200, 11_400)), 60_000)
    assert [check.heard for check in checks] == ["was out", "were at"]


def test_an_alternative_beside_a_written_negation_changes_nothing() -> None:
    assert not in_mind(heard("I was not there.", (1, "wasn", 0.1))).negations


def test_of_several_negations_in_one_place_the_likeliest_counts() -> None:
    rival = in_mind(heard("I was there.", (1, "wasn", 0.1), (1, "never", 0.01))).negations[1]
    assert rival.text == "wasn't"
