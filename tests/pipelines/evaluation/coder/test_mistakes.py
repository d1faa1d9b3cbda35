"""The most confident mistakes."""

from __future__ import annotations

import pytest

from pipelines.evaluation.coder.mistakes import mistakes
from tests.coder.table_coder import Answer
from tests.pipelines.evaluation.coder.talks import coded, parent, talk, worker


def question(opened: float) -> Answer:
    return Answer(heads={"question": {"none": 1 - opened, "open": opened, "closed": 0.0}})


LINES = (
    worker("first", question="none"),
    parent("second"),
    worker("third", question="none"),
    parent("fourth"),
    parent("fifth"),
)


def test_the_most_confident_mistake_comes_first_with_two_lines_before_and_one_after() -> None:
    found = mistakes(coded(talk("one", *LINES), first=question(0.7), third=question(0.9)), 10)
    assert [one.probability for one in found] == [0.9, 0.7]
    assert [line.text for line in found[0].lines] == ["first", "second", "third", "fourth"]
    assert found[0].lines[found[0].at].text == "third"
    assert (found[0].task, found[0].expected, found[0].given) == ("question", "none", "open")
    assert [line.text for line in found[1].lines] == ["first", "second"]


def test_a_right_answer_is_no_mistake() -> None:
    assert mistakes(coded(talk("one", *LINES), first=question(0.2)), 10) == ()


def test_false_and_missed_flags_are_mistakes_with_the_probability_of_the_wrong_side() -> None:
    said = talk("one", worker("a", labels=()), worker("b", labels=("empathy+",)))
    answers = {"a": Answer(evidence={"empathy+": 0.8}), "b": Answer(evidence={"empathy+": 0.1})}
    missed, false = mistakes(coded(said, **answers), 10)
    assert (false.expected, false.given, false.probability) == ("no empathy+", "empathy+", 0.8)
    assert (missed.expected, missed.given) == ("empathy+", "no empathy+")
    assert missed.probability == pytest.approx(0.9)


def test_tasks_take_turns_so_that_none_fills_the_list() -> None:
    said = talk("one", worker("a", question="none", labels=()), worker("b", question="none", labels=()))
    both = Answer(heads=question(0.6).heads, evidence={"empathy+": 0.99})
    found = mistakes(coded(said, a=both, b=both), 3)
    assert [one.task for one in found] == ["flags", "question", "flags"]


def test_none_are_given_where_none_are_asked_for() -> None:
    assert mistakes(coded(talk("one", *LINES), first=question(0.7)), 0) == ()
