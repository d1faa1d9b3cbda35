"""The rules of the transparent judge, one by one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from models.records.coding import Setting
from models.records.scoring import NoScore
from pipelines.judges.counts import MOST, at_least, count_chances, expected
from pipelines.judges.scale import Scale, document_of, scale_of, shipped_scales
from pipelines.judges.transparent import TransparentJudge, interval, likeliest
from pipelines.rubrics import shipped_rubric
from tests.judges.evidence import TURNS, coding, element, even, mean, observed, suggestion

LEVEL = Scale(up=4.0, down=4.0, cuts=(-6.0, -2.0, 2.0, 6.0))
EVEN_JUDGE = TransparentJudge(dict.fromkeys(Setting, LEVEL))


def test_a_session_starts_at_3() -> None:
    """As much for as against, and no lean: a 3."""
    one = suggestion(coding(even("empathy+", [1.0]) | even("empathy-", [1.0], 5)), judge=EVEN_JUDGE)
    assert one.score == 3
    assert mean(one) == pytest.approx(3, abs=1e-3)


def test_evidence_for_moves_up_and_against_moves_down() -> None:
    up = suggestion(coding(even("empathy+", [1.0] * 5)))
    down = suggestion(coding(even("empathy-", [1.0] * 5)))
    assert (up.score, down.score) == (5, 1)


def test_one_decisive_piece_is_enough_for_a_suggestion() -> None:
    assert suggestion(coding(even("empathy+", [0.5]))).score is not None


def test_one_doubtful_piece_is_not_enough() -> None:
    one = suggestion(coding(even("empathy+", [0.49])))
    assert (one.score, one.reason) == (None, NoScore.NOT_ENOUGH_EVIDENCE)
    assert "two pieces" in one.because


def test_two_pieces_that_are_likely_enough_together_are_enough() -> None:
    """Two of 0.49 are both there with a chance of 0.24; a third makes it 0.48."""
    assert suggestion(coding(even("empathy+", [0.49] * 2))).score is None
    assert suggestion(coding(even("empathy+", [0.49] * 3))).score is not None


def test_pieces_in_both_directions_count_together_as_evidence() -> None:
    assert suggestion(coding(even("empathy+", [0.49] * 2) | even("empathy-", [0.49], 5))).score is not None


def test_many_faint_pieces_without_one_to_show_are_not_enough() -> None:
    one = suggestion(coding(even("empathy+", [0.2] * 30)))
    assert (one.score, one.reason) == (None, NoScore.NOT_ENOUGH_EVIDENCE)


def test_there_is_no_5_beside_a_prominent_opposite() -> None:
    alone = suggestion(coding(even("empathy+", [1.0] * 20)))
    beside = suggestion(coding(even("empathy+", [1.0] * 20) | even("empathy-", [0.5], 30)))
    assert (alone.score, beside.score) == (5, 4)
    assert beside.chances[4] == 0
    assert beside.high == 4


def test_a_faint_opposite_does_not_bar_a_5() -> None:
    assert suggestion(coding(even("empathy+", [1.0] * 20) | even("empathy-", [0.2], 30))).score == 5


def test_there_is_no_1_beside_a_prominent_piece_for() -> None:
    alone = suggestion(coding(even("empathy-", [1.0] * 20)))
    beside = suggestion(coding(even("empathy-", [1.0] * 20) | even("empathy+", [0.5], 30)))
    assert (alone.score, beside.score) == (1, 2)
    assert beside.chances[0] == 0


def test_evocation_without_a_change_goal_does_not_apply() -> None:
    one = suggestion(coding(even("evocation+", [1.0] * 5), goal=None), "evocation")
    assert (one.score, one.reason) == (None, NoScore.NOT_APPLICABLE)
    assert suggestion(coding(even("evocation+", [1.0] * 5)), "evocation").score is not None


@pytest.mark.parametrize("setting", list(Setting))
def test_neutral_talk_has_not_enough_evidence_for_any_element(setting: Setting) -> None:
    held = coding(setting=setting, turns=120)
    verdict = TransparentJudge().judge(observed(held), shipped_rubric(setting))
    assert {one.reason for one in verdict.suggestions} == {NoScore.NOT_ENOUGH_EVIDENCE}
    assert all(one.score is None and not one.evidence and one.because for one in verdict.suggestions)


def test_other_elements_evidence_changes_nothing() -> None:
    alone = coding(even("empathy+", [0.7] * 3))
    crowded = coding({n: {"empathy+": 0.7, "autonomy-": 0.9, "child_focus+": 0.8} for n in range(3)})
    assert suggestion(alone) == suggestion(crowded)


def test_the_order_of_utterances_changes_nothing() -> None:
    held = coding(even("empathy+", [0.9, 0.6, 0.3, 0.7]) | even("empathy-", [0.8, 0.4], 30))
    turned = replace(held, utterances=held.utterances[::-1])
    assert suggestion(turned) == suggestion(held)


@pytest.mark.parametrize("times", [2, 10, 40])
@pytest.mark.parametrize(("up", "down"), [(1, 0), (8, 0), (3, 3), (0, 6)])
def test_a_long_session_of_equal_density_gets_an_equal_score(times: int, up: int, down: int) -> None:
    one = coding(even("empathy+", [1.0] * up) | even("empathy-", [1.0] * down, 30))
    long = replace(one, utterances=one.utterances * times)
    assert suggestion(long).chances == pytest.approx(suggestion(one).chances, abs=1e-3)


def test_a_long_session_with_doubtful_pieces_is_surer_and_lies_at_most_a_fifth_of_a_point_away() -> None:
    one = coding(even("empathy+", [0.7] * 4) | even("empathy-", [0.4] * 2, 30))
    long = replace(one, utterances=one.utterances * 10)
    assert mean(suggestion(long)) == pytest.approx(mean(suggestion(one)), abs=0.2)
    assert max(suggestion(long).chances) >= max(suggestion(one).chances)


def test_the_same_evidence_in_a_longer_session_says_less() -> None:
    short = suggestion(coding(even("empathy+", [1.0] * 4)))
    long = suggestion(coding(even("empathy+", [1.0] * 4), turns=4 * TURNS))
    assert mean(long) < mean(short)


def test_the_listeners_mark_is_the_rubrics() -> None:
    for one in (suggestion(coding(even("empathy+", [1.0] * n))) for n in (1, 3, 8)):
        assert one.listen_first is (one.score in element().listen_before)


def test_suggestions_come_in_the_rubrics_order_and_progress_ends_at_1() -> None:
    rubric, told = shipped_rubric(Setting.DIRECT_PRACTICE), list[float]()
    verdict = TransparentJudge().judge(observed(coding()), rubric, told.append)
    assert [one.element for one in verdict.suggestions] == [one.id for one in rubric.elements]
    assert told == sorted(told)
    assert told[-1] == 1


def test_an_element_the_coder_does_not_know_has_not_enough_evidence() -> None:
    rubric = shipped_rubric(Setting.DIRECT_PRACTICE)
    odd = replace(rubric, elements=(replace(element(), id="kindness", name="Kindness"),))
    (one,) = TransparentJudge().judge(observed(coding(even("empathy+", [1.0] * 5))), odd).suggestions
    assert one.reason is NoScore.NOT_ENOUGH_EVIDENCE


def test_the_numbers_in_use_are_told() -> None:
    assert len(TransparentJudge().engine.options["scale"]) == 64
    assert EVEN_JUDGE.engine != TransparentJudge().engine


def test_likeliest_is_the_score_in_the_middle_of_the_chances() -> None:
    assert [likeliest(chances) for chances in ([0.6, 0.4, 0, 0, 0], [0.4, 0.3, 0.3, 0, 0], [0.1] * 3 + [0.3, 0.4])] == [
        1,
        2,
        4,
    ]


def test_an_interval_is_the_shortest_that_holds_three_quarters_of_the_chances() -> None:
    assert interval(_chances(0.02, 0.08, 0.8, 0.08, 0.02)) == (3, 3)
    assert interval(_chances(0.05, 0.19, 0.51, 0.2, 0.05)) == (2, 4)
    assert interval(_chances(0.05, 0.15, 0.55, 0.2, 0.05)) == (3, 4)
    assert interval(_chances(0.5, 0.3, 0.2, 0, 0)) == (1, 2)


def _chances(*chances: float) -> NDArray[np.float64]:
    return np.array(chances)


def test_the_chances_of_numbers_of_pieces_are_exact() -> None:
    counts = count_chances([0.5, 0.5, 0.2])
    assert counts[:4] == pytest.approx([0.2, 0.45, 0.3, 0.05])
    assert expected(counts) == pytest.approx(1.2)
    assert at_least(counts, 2) == pytest.approx(0.35)


def test_more_pieces_than_are_reckoned_with_are_held_as_that_many() -> None:
    counts = count_chances([1.0] * (MOST + 50))
    assert counts[MOST] == pytest.approx(1)
    assert counts.sum() == pytest.approx(1)


def test_a_scale_survives_being_written() -> None:
    for scale in shipped_scales().values():
        assert scale_of(document_of(scale)) == scale


@pytest.mark.parametrize("wrong", [{"up": -1}, {"down": -0.1}, {"cuts": [1, 0, 2, 3]}, {"cuts": [0, 1, 2]}])
def test_numbers_out_of_order_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="not in order"):
        scale_of(document_of(LEVEL) | wrong)
