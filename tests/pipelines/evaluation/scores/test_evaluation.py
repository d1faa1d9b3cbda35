"""What is measured of suggested scores."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.agreement import score_grid
from models.records.coding import Setting
from models.records.scoring import NoScore
from pipelines.evaluation.scores.counts import ScoreCounts, count_score
from pipelines.evaluation.scores.document import scores_document
from pipelines.evaluation.scores.evaluation import evaluate_scores
from pipelines.evaluation.scores.rates import RATES, VALUES, flat
from pipelines.labelled.records import GoldScore
from tests.pipelines.evaluation.scores.sessions import judged, session, suggest

SCORE = st.integers(1, 5)
PAIRS = st.lists(st.tuples(SCORE, SCORE), max_size=30)


@pytest.fixture(scope="module")
def metrics() -> ModuleType:
    found: ModuleType = pytest.importorskip("sklearn.metrics", reason="scikit-learn comes with the extra `train`")
    return found


@given(PAIRS, PAIRS)
def test_grids_add(first: list[tuple[int, int]], second: list[tuple[int, int]]) -> None:
    assert score_grid(first) + score_grid(second) == score_grid([*first, *second])


@given(PAIRS)
def test_errors_are_those_of_the_pairs(pairs: list[tuple[int, int]]) -> None:
    grid = score_grid(pairs)
    if not pairs:
        assert grid.mean_error is grid.mean_absolute_error is grid.within(0) is None
        return
    apart = np.array([given - gold for gold, given in pairs])
    assert grid.mean_error == pytest.approx(apart.mean())
    assert grid.mean_absolute_error == pytest.approx(abs(apart).mean())
    assert grid.within(1) == pytest.approx((abs(apart) <= 1).mean())


@given(st.lists(st.tuples(SCORE, SCORE), min_size=2, max_size=30))
def test_weighted_kappa_is_scikit_learns(metrics: ModuleType, pairs: list[tuple[int, int]]) -> None:
    gold, given = zip(*pairs, strict=True)
    found = score_grid(pairs).weighted_kappa
    if len({*gold, *given}) == 1:
        assert found is None
    else:
        assert found == pytest.approx(
            metrics.cohen_kappa_score(gold, given, weights="quadratic", labels=[1, 2, 3, 4, 5])
        )


def test_weighted_kappa_of_a_grid_reckoned_by_hand() -> None:
    """Squared distances 0 + 4 + 0; by chance (2 x 2 x 4 + 1 x 1 x 4) / 3 = 20 / 3."""
    assert score_grid([(1, 1), (1, 3), (3, 3)]).weighted_kappa == pytest.approx(0.4)


def test_praise_of_a_1_and_blame_of_a_5_are_counted() -> None:
    grid = score_grid([(1, 4), (1, 5), (1, 3), (5, 1), (5, 2), (2, 5)])
    assert grid.given(4, 5, where=1) == 2
    assert grid.given(1, 1, where=5) == 1


def test_a_number_beside_a_number_counts_its_interval_and_turns() -> None:
    counts = count_score(GoldScore(score=4, evidence_turns=(1, 3, 5)), suggest("e", 3, 2, 4, turns=(3, 5, 7, 9)))
    assert (counts.covered.part, counts.width.part, counts.without.part) == (1, 3, 0)
    assert (counts.turns.right, counts.turns.wrong, counts.turns.missed) == (2, 2, 1)
    assert counts.none_met.whole == 0


def test_a_score_outside_the_interval_is_not_covered() -> None:
    assert count_score(GoldScore(score=5), suggest("e", 3, 2, 4)).covered.part == 0


def test_turns_are_not_compared_where_people_named_none() -> None:
    counts = count_score(GoldScore(score=4), suggest("e", 3, turns=(3,)))
    assert (counts.turns.right, counts.turns.wrong, counts.turns.missed) == (0, 0, 0)


def test_no_suggestion_beside_a_number_is_in_no_figure_but_its_own() -> None:
    counts = count_score(GoldScore(score=2, evidence_turns=(1,)), suggest("e", None))
    assert (counts.without.part, counts.without.whole) == (1, 1)
    assert (counts.grid.total, counts.covered.whole, counts.turns.missed) == (0, 0, 0)


def test_two_without_a_number_agree_and_their_reasons_are_compared() -> None:
    same = count_score(GoldScore(score=NoScore.NOT_ENOUGH_EVIDENCE), suggest("e", None))
    other = count_score(GoldScore(score=NoScore.NOT_APPLICABLE), suggest("e", None))
    number = count_score(GoldScore(score=NoScore.NOT_APPLICABLE), suggest("e", 3))
    total = same + other + number
    assert (total.none_met.part, total.none_met.whole) == (2, 3)
    assert (total.same_reason.part, total.same_reason.whole) == (1, 2)
    assert total.without.whole == 0


@given(
    st.lists(
        st.tuples(st.sampled_from([1, 2, 3, 4, 5, NoScore.NOT_APPLICABLE]), st.one_of(st.none(), SCORE)), max_size=20
    )
)
def test_rates_over_samples_are_those_of_the_record(pairs: list[tuple[int | NoScore, int | None]]) -> None:
    total = ScoreCounts()
    for gold, score_given in pairs:
        low, high = (None, None) if score_given is None else (max(1, score_given - 1), min(5, score_given + 1))
        total += count_score(
            GoldScore(score=gold, evidence_turns=(1, 3)), suggest("e", score_given, low, high, turns=(3,))
        )
    rows = np.stack([flat(total), np.zeros(38)])
    for name, (columns, rate) in RATES.items():
        one, nothing = rate(rows[:, columns])
        expected = VALUES[name](total)
        assert np.isnan(nothing)
        assert np.isnan(one) if expected is None else one == pytest.approx(expected), name


def test_elements_are_measured_apart_and_together() -> None:
    scores = {"empathy": GoldScore(score=4), "autonomy": GoldScore(score=2)}
    first = judged(session("one", scores), suggest("empathy", 4), suggest("autonomy", 5))
    second = judged(session("two", scores), suggest("empathy", 3), suggest("autonomy", None))
    found = evaluate_scores([first, second], "flags")
    assert found.elements["empathy"].rates["exact"].value == 0.5
    assert found.elements["autonomy"].rates["mean_error"].value == 3
    assert found.elements["autonomy"].rates["without_score"].value == 0.5
    assert found.pooled["all"].rates["within_1"].value == pytest.approx(2 / 3)
    assert set(found.pooled) == {"all"}


def test_intervals_draw_whole_sessions() -> None:
    """All of a session's elements are right or all are wrong: the interval is as wide as two sessions are."""
    scores = {"empathy": GoldScore(score=4), "autonomy": GoldScore(score=4)}
    right = judged(session("one", scores), suggest("empathy", 4), suggest("autonomy", 4))
    wrong = judged(session("two", scores), suggest("empathy", 2), suggest("autonomy", 2))
    rate = evaluate_scores([right, wrong], "flags").pooled["all"].rates["exact"]
    assert (rate.value, rate.low, rate.high) == (0.5, 0, 1)


def test_one_session_has_no_interval_and_says_why() -> None:
    one = judged(session("one", {"empathy": GoldScore(score=4)}), suggest("empathy", 4))
    rate = evaluate_scores([one], "flags").pooled["all"].rates["exact"]
    assert (rate.value, rate.low) == (1, None)
    assert rate.reason


def test_settings_are_also_pooled_apart() -> None:
    talk = judged(session("one", {"empathy": GoldScore(score=4)}), suggest("empathy", 4))
    supervised = session("two", {"sup_purpose": GoldScore(score=2)}, setting=Setting.SUPERVISION)
    found = evaluate_scores([talk, judged(supervised, suggest("sup_purpose", 4))], "text")
    assert found.pooled["direct_practice"].rates["exact"].value == 1
    assert found.pooled["supervision"].rates["exact"].value == 0


def test_scores_of_elements_the_rubric_lacks_are_counted_and_in_no_figure() -> None:
    held = session("one", {"empathy": GoldScore(score=4), "empathyy": GoldScore(score=1)})
    found = evaluate_scores([judged(held, suggest("empathy", 4))], "flags")
    assert found.not_in_rubric == {"empathyy": 1}
    assert found.pooled["all"].counts.grid.total == 1


def test_elements_that_nobody_scored_are_in_no_figure() -> None:
    held = session("one", {"empathy": GoldScore(score=4)})
    found = evaluate_scores([judged(held, suggest("empathy", 4), suggest("autonomy", 1))], "flags")
    assert list(found.elements) == ["empathy"]


def test_the_document_holds_counts_and_rates() -> None:
    held = session("one", {"empathy": GoldScore(score=1, evidence_turns=(1,))})
    document = scores_document(evaluate_scores([judged(held, suggest("empathy", 5, turns=(1,)))], "flags"))
    pooled = document["pooled"]["all"]
    assert (pooled["n"], pooled["high_on_gold_1"], pooled["low_on_gold_5"]) == (1, 1, 0)
    assert (pooled["gold_mean"], pooled["suggested_mean"]) == (1, 5)
    assert pooled["turns"] == {"right": 1, "wrong": 0, "missed": 0}
    assert pooled["rates"]["mean_error"]["value"] == 4
    assert set(pooled["rates"]) == set(RATES)
