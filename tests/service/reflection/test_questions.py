"""Questions to think about moments with, and what is put beside the words that were said."""

from __future__ import annotations

import re

import pytest

from models.records.coding import Off, Setting
from models.records.provenance import Engine
from models.records.scoring import NoScore, Scoring, Suggestion
from pipelines.rubrics import shipped_rubric
from service.reflection import wording
from service.reflection.moments import Suggested, suggested
from service.reflection.questions import ASKED, question_of, questions, questions_about
from service.transcripts.machine import of_lines
from tests.service.reflection.made import coding

ADVICE = re.compile(r"\b(should|try|could you have|next time|better|instead|why did(n't)? you|need to)\b", re.I)


def test_every_element_has_questions_for_both_directions() -> None:
    wanted = {f"{one.id}{way}" for setting in Setting for one in shipped_rubric(setting).elements for way in "+-"}
    assert set(questions()) == wanted
    assert all(len(of) >= ASKED for of in questions().values())


def test_questions_ask_and_never_advise() -> None:
    every = [one.text for of in questions().values() for one in of]
    assert len(set(every)) == len(every)
    assert [text for text in every if not text.endswith("?") or ADVICE.search(text)] == []


def test_a_question_is_found_by_its_name() -> None:
    for direction, of in questions().items():
        assert [question_of(direction, one.id) for one in of] == list(of)
    assert question_of("empathy+", "else") is None


def test_a_moment_is_asked_the_same_questions_each_time_and_moments_differ() -> None:
    assert questions_about("u12:empathy+") == questions_about("u12:empathy+")
    asked = {questions_about(f"u{number}:empathy+") for number in range(20)}
    assert len(asked) > 1
    assert all(len(one) == ASKED == len(set(one)) for one in asked)


def looked() -> Suggested:
    made = coding(off=(Off(name="empathy-", reason="x"), Off(name="affirm", reason="x")))
    rubric = shipped_rubric(Setting.DIRECT_PRACTICE)
    scoring = Scoring(
        judge=Engine(name="j", version="1"), coder=made.engine, rubric=rubric.ref, suggestions=(), measures=()
    )  # fmt: skip
    return suggested(rubric, of_lines(made.utterances), made, scoring)


def test_moments_stand_with_their_element_strengths_first() -> None:
    found = {one.element.id: one for one in looked().elements}
    assert [one.about for one in found["empathy"].moments][:2] == ["u3:empathy+", "u5:empathy+"]
    assert found["child_focus"].moments[0].before.text == "Horrible. He made his own breakfast."
    assert [one.direction for one in found["collaboration"].moments] == ["-"]


def test_what_is_off_stands_with_its_element_and_the_rest_apart() -> None:
    made = looked()
    assert [one.name for one in made.elements[0].off] == ["empathy-"]
    assert [one.name for one in made.off] == ["affirm"]


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [(3, 3, "likely 3"), (3, 4, "likely 3 or 4"), (2, 4, "unsure, anything from 2 to 4"),
     (1, 4, "could not tell, anything from 1 to 4")],
)  # fmt: skip
def test_an_interval_is_told_in_words(low: int, high: int, words: str) -> None:
    assert wording.interval_words(Suggestion(element="empathy", score=3, low=low, high=high)) == words


def test_an_element_without_a_score_is_never_called_low() -> None:
    none = Suggestion(element="empathy", score=None, reason=NoScore.NOT_ENOUGH_EVIDENCE)
    assert wording.interval_words(none) == "could not tell"
    assert "no low score" in wording.why_none(none)
    assert wording.beside("4", none) == ""


@pytest.mark.parametrize(("probability", "word"), [(0.9, "likely"), (0.6, "unsure"), (0.3, "could not tell")])
def test_how_sure_a_mark_is_is_a_word(probability: float, word: str) -> None:
    assert wording.sure_word(probability) == word


@pytest.mark.parametrize(("own", "words"), [("3", "the same"), ("4", "one point apart"), ("5", "differently")])
def test_a_rating_and_a_suggestion_stand_beside_each_other(own: str, words: str) -> None:
    assert words in wording.beside(own, Suggestion(element="empathy", score=3, low=3, high=3))
