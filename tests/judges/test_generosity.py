"""Models over-praise: this one may not."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from benchmarks.judge import left_out_in_turn
from models.adapters.onnx_coder import OnnxCoder
from models.records.coding import Conversation, Line, Setting
from models.records.scoring import NoScore
from models.records.speech import Role
from pipelines.evaluation.scores.evaluation import ALL, evaluate_scores
from pipelines.evaluation.scores.flagged import flagged_coding
from pipelines.evaluation.scores.judged import Judged, judge_flags
from pipelines.evaluation.scores.reading import read_scored
from pipelines.judges.transparent import TransparentJudge
from pipelines.scoring import score_conversation
from pipelines.training.coder.material import DEVSET
from pipelines.training.judge.fit import scored_sessions
from pipelines.training.judge.unseen import UNSEEN, read_unseen

APART = 0.3
"""How far the mean suggestion on the development set may lie from the mean label."""

NEUTRAL = Path(__file__).with_name("neutral_talk.txt")


def apart(judged: Sequence[Judged]) -> float:
    """How far the means are apart, over elements that have a number on both sides."""
    counts = evaluate_scores(judged, "-").pooled[ALL].counts
    assert counts.grid.total > 50
    assert counts.suggested_mean is not None
    assert counts.gold_mean is not None
    return counts.suggested_mean - counts.gold_mean


def test_the_shipped_scale_is_not_generous_on_the_development_set() -> None:
    assert abs(apart(judge_flags(read_scored(DEVSET).sessions, TransparentJudge()))) <= APART


@pytest.mark.slow
def test_a_scale_that_has_not_seen_a_session_is_not_generous_either() -> None:
    assert abs(apart(left_out_in_turn(read_scored(DEVSET).sessions, scored_sessions(), flagged_coding))) <= APART


@pytest.mark.slow
def test_nor_are_coder_and_scale_that_have_not_seen_it() -> None:
    if not UNSEEN.is_file():
        pytest.skip(f"{UNSEEN.name}, the evidence of coders that had not learned from a session, is not there")
    sessions = read_scored(DEVSET).sessions
    held = read_unseen(UNSEEN, sessions)
    assert set(held) == {one.name for one in sessions}
    assert abs(apart(left_out_in_turn(sessions, scored_sessions(), lambda one: held[one.name]))) <= APART


@pytest.mark.parametrize("setting", list(Setting))
def test_a_session_of_neutral_talk_gets_not_enough_evidence_throughout(setting: Setting) -> None:
    """The weather, the car and the bins, long enough to be judged; no 3 for want of anything else."""
    other = Role.PRACTITIONER if setting is Setting.SUPERVISION else Role.PARENT_OR_CARER
    lines = tuple(
        Line(
            id=f"u{turn}", turn=turn, speaker=str(turn % 2), role=setting.scored_role if turn % 2 else other, text=text
        )
        for turn, text in enumerate(NEUTRAL.read_text("utf-8").splitlines(), 1)
    )
    goal = "home by nine" if setting is Setting.DIRECT_PRACTICE else None
    talk = Conversation(setting=setting, change_goal=goal, lines=lines)
    scored = score_conversation(talk, OnnxCoder(), TransparentJudge())
    assert {one.reason for one in scored.scoring.suggestions} == {NoScore.NOT_ENOUGH_EVIDENCE}
    assert not any("too short" in one.because for one in scored.scoring.suggestions)
