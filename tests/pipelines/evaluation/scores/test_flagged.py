"""A session as coded by its labels, and judged from them."""

from __future__ import annotations

from models.coder.labels import evidence_of
from models.records.coding import Setting
from models.records.speech import Role
from pipelines.evaluation.scores.flagged import flagged_coding
from pipelines.evaluation.scores.judged import judge_flags
from pipelines.judges.transparent import TransparentJudge
from pipelines.labelled.records import GoldScore
from tests.pipelines.evaluation.scores.sessions import session


def test_a_flag_is_a_certain_piece_and_everything_else_is_none() -> None:
    coding = flagged_coding(session(flags={3: ("empathy+",)}))
    third = coding.utterances[2]
    assert third.evidence["empathy+"] == 1
    assert sum(third.evidence.values()) == 1
    assert set(third.evidence) == set(evidence_of(Setting.DIRECT_PRACTICE))
    assert third.indicators == {"empathy+": "X1"}
    assert sum(coding.utterances[0].evidence.values()) == 0


def test_two_flags_of_one_line_for_the_same_are_one_piece() -> None:
    assert flagged_coding(session(flags={3: ("empathy+", "empathy+")})).utterances[2].evidence["empathy+"] == 1


def test_only_the_scored_role_carries_evidence() -> None:
    coding = flagged_coding(session(turns=4))
    assert [bool(one.evidence) for one in coding.utterances] == [True, False, True, False]
    assert coding.utterances[1].role is Role.PARENT_OR_CARER


def test_flags_reach_the_judge() -> None:
    held = session(flags=dict.fromkeys((1, 3, 5, 7, 9, 11), ("empathy+",)), scores={"empathy": GoldScore(score=5)})
    (one,) = judge_flags([held], TransparentJudge())
    empathy, collaboration, *_ = one.scoring.suggestions
    assert empathy.score is not None
    assert empathy.score >= 4
    assert {evidence.turn for evidence in empathy.evidence} == {1, 3, 5, 7, 9, 11}
    assert collaboration.score is None
