"""What suggestions have to reach, from text, on sessions that neither the shipped coder nor the judge learned from."""

from __future__ import annotations

import pytest

from benchmarks.judge import HELD_OUT, SCORED
from models.adapters.onnx_coder import OnnxCoder
from pipelines.evaluation.scores.evaluation import ALL, ScoreMeasures, evaluate_scores
from pipelines.evaluation.scores.judged import judge_text
from pipelines.evaluation.scores.reading import read_scored
from pipelines.judges.transparent import TransparentJudge

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def measured() -> ScoreMeasures:
    """Both sets together."""
    sessions = [*read_scored(SCORED).sessions, *read_scored(HELD_OUT).sessions]
    return evaluate_scores(judge_text(sessions, OnnxCoder(), TransparentJudge()), "text").pooled[ALL]


def at_least(measured: ScoreMeasures, rate: str, least: float) -> bool:
    value = measured.rates[rate].value
    return value is not None and value >= least


def test_85_of_100_suggestions_lie_within_a_point_of_peoples_scores(measured: ScoreMeasures) -> None:
    assert at_least(measured, "within_1", 0.85)


def test_weighted_kappa_is_at_least_a_half(measured: ScoreMeasures) -> None:
    assert at_least(measured, "weighted_kappa", 0.5)


def test_three_of_four_of_peoples_scores_lie_in_the_interval(measured: ScoreMeasures) -> None:
    assert at_least(measured, "coverage", 0.75)


def test_a_1_never_gets_a_4_or_5_and_a_5_never_a_1(measured: ScoreMeasures) -> None:
    grid = measured.counts.grid
    assert sum(grid.counts[0]) > 0
    assert sum(grid.counts[4]) > 0
    assert (grid.given(4, 5, where=1), grid.given(1, 1, where=5)) == (0, 0)
