"""What holds of the transparent judge whatever the evidence."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.records.coding import CodedUtterance, Coding, Setting
from pipelines.judges.transparent import CLEAR, INSIDE, MOST_SHOWN
from tests.judges.evidence import Pieces, coding, mean, suggestion

ELEMENTS = {Setting.DIRECT_PRACTICE: "empathy", Setting.SUPERVISION: "sup_analysis"}
CHANCE = st.one_of(
    st.floats(0, 1), st.sampled_from([0.0, 0.004, 0.005, 0.24, 0.25, 0.26, CLEAR - 1e-6, CLEAR, CLEAR + 1e-6, 1.0])
)
PLACES = 14
ROUNDING = 1e-3
"""Chances are given to four digits."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """A session in a form that is short to print."""

    setting: Setting
    turns: int
    pieces: Pieces

    @property
    def element(self) -> str:
        return ELEMENTS[self.setting]

    @property
    def coding(self) -> Coding:
        return coding(self.pieces, turns=self.turns, setting=self.setting)


@st.composite
def cases(draw: st.DrawFn, lengths: tuple[int, ...] = (PLACES, 60, 200)) -> Case:
    """Sessions of both settings, short, usual and long, with up to 14 utterances that say something."""
    setting = draw(st.sampled_from(list(Setting)))
    element = ELEMENTS[setting]
    piece = st.fixed_dictionaries({f"{element}+": CHANCE, f"{element}-": CHANCE})
    pieces = draw(st.dictionaries(st.integers(0, PLACES - 1), piece, max_size=PLACES))
    return Case(setting=setting, turns=draw(st.sampled_from(lengths)), pieces=pieces)


def changed(held: Coding, worker_line: int, evidence: str, chance: float) -> Coding:
    """The same session with one probability set."""
    at = 2 * worker_line
    one = held.utterances[at]
    new = replace(one, evidence=one.evidence | {evidence: chance}, indicators=one.indicators | {evidence: "X1"})
    return replace(held, utterances=(*held.utterances[:at], new, *held.utterances[at + 1 :]))


@settings(max_examples=120, deadline=None)
@given(cases(), st.integers(0, PLACES - 1), CHANCE, st.sampled_from("+-"))
def test_more_likely_evidence_never_moves_a_suggestion_the_wrong_way(
    case: Case, line: int, chance: float, direction: str
) -> None:
    held, evidence = case.coding, f"{case.element}{direction}"
    before = held.utterances[2 * line].evidence[evidence]
    low, high = sorted((before, chance))
    less, more = (suggestion(changed(held, line, evidence, one), case.element) for one in (low, high))
    if less.score is None or more.score is None:
        assert more.score is not None or less.score is None
        return
    sign = 1 if direction == "+" else -1
    assert sign * (mean(more) - mean(less)) >= -ROUNDING
    assert sign * (more.score - less.score) >= 0


@settings(max_examples=70, deadline=None)
@given(cases())
def test_a_suggestion_is_whole(case: Case) -> None:
    held = case.coding
    one = suggestion(held, case.element)
    if one.score is None:
        assert one.reason is not None
        assert (one.low, one.high, one.chances, one.evidence) == (None, None, (), ())
        return
    assert one.low is not None
    assert one.high is not None
    assert 1 <= one.low <= one.score <= one.high <= 5
    assert sum(one.chances) == pytest.approx(1, abs=ROUNDING)
    assert sum(one.chances[one.low - 1 : one.high]) >= INSIDE - ROUNDING


@settings(max_examples=70, deadline=None)
@given(cases())
def test_evidence_is_at_most_seven_pieces_most_moving_first_each_in_its_direction(case: Case) -> None:
    held = case.coding
    one = suggestion(held, case.element)
    by = [abs(evidence.moved) for evidence in one.evidence]
    assert len(by) <= MOST_SHOWN
    assert by == sorted(by, reverse=True)
    assert (one.score is None) is (not by)
    for evidence in one.evidence:
        assert evidence.moved >= -ROUNDING if evidence.direction == "+" else evidence.moved <= ROUNDING


@settings(max_examples=50, deadline=None)
@given(cases())
def test_evidence_moved_the_suggestion_by_as_much_as_is_said(case: Case) -> None:
    held = case.coding
    one = suggestion(held, case.element)
    for evidence in one.evidence[:2]:
        line = (evidence.turn - 1) // 2
        without = suggestion(changed(held, line, f"{case.element}{evidence.direction}", 0.0), case.element)
        if without.score is not None:
            assert mean(one) - mean(without) == pytest.approx(evidence.moved, abs=2 * ROUNDING)


def test_a_lone_opposite_is_shown_beside_many_pieces() -> None:
    pieces = {n: {"empathy+": 0.95} for n in range(20)} | {30: {"empathy-": 0.9}}
    assert "-" in {evidence.direction for evidence in suggestion(coding(pieces)).evidence}


WORD_COUNTS = {"one more": 1, "two more": 2, "three more": 3}


@settings(max_examples=70, deadline=None)
@given(cases(lengths=(60, 200)))
def test_what_would_change_it_does_when_acted_on_and_nothing_less_does(case: Case) -> None:
    held = case.coding
    one = suggestion(held, case.element)
    for direction, word in (("+", "for it"), ("-", "against it")):
        said = [sentence for sentence in one.would_change if word in sentence]
        needed = next((n for words, n in WORD_COUNTS.items() if said and words in said[0]), 4)
        for more in range(1, min(needed, 3) + 1):
            acted = held
            for line in range(more):
                acted = changed(acted, PLACES + line, f"{case.element}{direction}", 1.0)
            then = suggestion(acted, case.element).score
            if one.score is None:
                assert not said
            elif more < needed:
                assert then == one.score
            else:
                assert said[0].endswith(f"would be {then}.")
                assert then != one.score


def test_a_clear_piece_against_would_take_a_5_away_at_once() -> None:
    one = suggestion(coding({n: {"empathy+": 1.0} for n in range(20)}))
    assert one.score == 5
    assert one.would_change == ("With one more clear piece of evidence against it, the suggestion would be 4.",)


def test_an_utterance_is_not_touched_by_being_judged() -> None:
    held = coding({0: {"empathy+": 0.9}})
    copies: list[CodedUtterance] = [replace(one, evidence=dict(one.evidence)) for one in held.utterances]
    suggestion(held)
    assert list(held.utterances) == copies
