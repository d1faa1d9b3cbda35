"""What is kept of one answer."""

from __future__ import annotations

import json
from typing import Any

import pytest

from models.errors import NoAnswerError
from models.records.scoring import NoScore
from pipelines.judges.sheet import numbered
from pipelines.judges.votes import Vote, read_vote
from tests.judges.made import ASKS, SAYS_BACK, TASK, answer, element, observed, piece

SHOWN = numbered(observed().coding, removed=())


def read(text: str, **more: Any) -> Vote:
    return read_vote(text, element(**more), SHOWN)


def test_evidence_that_stands_up_is_kept_with_the_utterance_it_names() -> None:
    vote = read(answer(4, SAYS_BACK, TASK))
    assert vote.score == 4
    assert [(p.utterance, p.turn, p.direction, p.indicator) for p in vote.pieces] == [
        ("x003", 3, "+", "E+1"),
        ("x007", 7, "-", "E-1"),
    ]
    assert vote.dropped == 0


@pytest.mark.parametrize(
    "wrong",
    [
        piece("u3", "+", "E+1", "you feel very alone"),
        piece("u5", "+", "E+1", "you feel alone with all of it"),
        piece("u99", "+", "E+1", "you feel alone with all of it"),
        piece("x003", "+", "E+1", "you feel alone with all of it"),
        piece("u4", "+", "E+1", "That is exactly it."),
        piece("u3", "-", "E+1", "you feel alone with all of it"),
        piece("u3", "+", "E-1", "you feel alone with all of it"),
        piece("u3", "+", "E+9", "you feel alone with all of it"),
        piece("u3", "?", "E+1", "you feel alone with all of it"),
        piece("u3", "+", "E+1", ""),
        {"utterance": "u3"},
        {"utterance": 3, "direction": "+", "indicator": "E+1", "quote": "you feel"},
        "u3",
        None,
    ],
)
def test_evidence_that_does_not_stand_up_is_dropped_and_counted(wrong: Any) -> None:
    """Not the words, not the line, no such line, our own id, not the scored role, the wrong side, no indicator ..."""
    vote = read(answer(4, ASKS, wrong))
    assert [p.utterance for p in vote.pieces] == ["x005"]
    assert vote.dropped == 1


def test_a_score_whose_evidence_all_falls_becomes_none() -> None:
    vote = read(answer(5, piece("u3", "+", "E+1", "never said this")))
    assert (vote.score, vote.reason, vote.dropped) == (None, NoScore.NOT_ENOUGH_EVIDENCE, 1)


def test_a_line_that_was_removed_is_no_evidence() -> None:
    shown = numbered(observed().coding, removed={"x003"})
    vote = read_vote(answer(4, SAYS_BACK, ASKS), element(), shown)
    assert [p.utterance for p in vote.pieces] == ["x005"]


def test_an_element_is_not_applicable_only_where_its_rubric_says_when() -> None:
    said = answer(None, reason="not_applicable")
    assert read(said).reason is NoScore.NOT_ENOUGH_EVIDENCE
    assert read(said, not_applicable_when="No child lives there.").reason is NoScore.NOT_APPLICABLE


@pytest.mark.parametrize(
    "text",
    [
        "", "no", "[]", "4", "{}", "[" * 100_000, answer(6, ASKS), answer(4, ASKS, low=0),
        answer(4, ASKS, low=5, high=2),
        json.dumps({"score": True, "evidence": []}), json.dumps({"score": 4.0, "evidence": []}),
        json.dumps({"score": "4", "evidence": []}), json.dumps({"score": 4, "evidence": {}}), json.dumps({"score": 4}),
    ],
)  # fmt: skip
def test_an_answer_of_another_form_is_no_vote(text: str) -> None:
    with pytest.raises(NoAnswerError):
        read(text)
