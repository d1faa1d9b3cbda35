"""Rates over arrays are those of the records, and of scikit-learn where it is installed."""

from __future__ import annotations

import numpy as np
import pytest

from models.agreement import Calibration, CalibrationBin, ClassCounts, Confusion
from pipelines.evaluation.coder import rates
from pipelines.evaluation.coder.bins import bin_counts, calibration, ranking_steps

DRAW = np.random.default_rng(5)
GOLD = DRAW.integers(0, 4, 400)
SAID = np.where(DRAW.random(400) < 0.6, GOLD, DRAW.integers(0, 4, 400))
CHANCE = np.round(np.clip(0.5 * (GOLD == 1) + DRAW.random(400) * 0.6, 0, 1), 2)


def confusion(gold: np.ndarray, said: np.ndarray) -> np.ndarray:
    table = np.zeros((4, 4))
    np.add.at(table, (gold, said), 1)
    return table


def record(table: np.ndarray) -> Confusion:
    return Confusion(classes=tuple("abcd"), counts=tuple(tuple(int(n) for n in row) for row in table))


def test_rates_of_arrays_are_the_rates_of_the_records() -> None:
    table = confusion(GOLD, SAID)
    one = record(table)
    assert rates.macro_f1(table) == pytest.approx(one.macro_f1)
    assert rates.accuracy(table) == pytest.approx(one.accuracy)
    assert rates.kappa(table) == pytest.approx(one.kappa)
    counts = rates.by_class(table)
    for at, name in enumerate("abcd"):
        assert rates.precision(counts)[at] == pytest.approx(one.of(name).precision)
        assert rates.recall(counts)[at] == pytest.approx(one.of(name).recall)
        assert rates.f1(counts)[at] == pytest.approx(one.of(name).f1)


def test_rates_of_arrays_work_on_many_samples_at_once() -> None:
    tables = np.stack([confusion(GOLD[:200], SAID[:200]), confusion(GOLD[200:], SAID[200:])])
    assert rates.macro_f1(tables) == pytest.approx([float(rates.macro_f1(one)) for one in tables])


def test_macro_f1_and_kappa_are_scikit_learns() -> None:
    metrics = pytest.importorskip("sklearn.metrics", reason="scikit-learn comes with the extra `train`")
    one = record(confusion(GOLD, SAID))
    assert one.macro_f1 == pytest.approx(metrics.f1_score(GOLD, SAID, average="macro"))
    assert one.kappa == pytest.approx(metrics.cohen_kappa_score(GOLD, SAID))
    assert one.accuracy == pytest.approx(metrics.accuracy_score(GOLD, SAID))


def test_macro_f1_leaves_out_a_class_that_never_occurs_as_scikit_learn_does() -> None:
    metrics = pytest.importorskip("sklearn.metrics", reason="scikit-learn comes with the extra `train`")
    gold, said = np.minimum(GOLD, 2), np.minimum(SAID, 2)
    assert record(confusion(gold, said)).macro_f1 == pytest.approx(metrics.f1_score(gold, said, average="macro"))


def test_average_precision_is_scikit_learns_with_equal_probabilities_too() -> None:
    metrics = pytest.importorskip("sklearn.metrics", reason="scikit-learn comes with the extra `train`")
    groups = np.arange(400) % 7
    steps = ranking_steps(CHANCE, GOLD == 1, groups, 7)
    expected = metrics.average_precision_score(GOLD == 1, CHANCE)
    assert len(np.unique(CHANCE)) < 150
    assert rates.average_precision(steps.sum(0)) == pytest.approx(expected)


def test_average_precision_of_a_perfect_ranking_is_one_and_of_a_reversed_one_is_low() -> None:
    gold, groups = np.array([True, True, False, False]), np.zeros(4, dtype=np.int64)
    best = ranking_steps(np.array([0.9, 0.8, 0.2, 0.1]), gold, groups, 1)
    worst = ranking_steps(np.array([0.1, 0.2, 0.8, 0.9]), gold, groups, 1)
    assert rates.average_precision(best.sum(0)) == pytest.approx(1.0)
    assert rates.average_precision(worst.sum(0)) == pytest.approx((1 / 3 + 2 / 4) / 2)


def test_a_rate_without_a_base_is_nan() -> None:
    nothing = np.zeros((4, 4))
    for rate in (rates.macro_f1, rates.accuracy, rates.kappa):
        assert np.isnan(rate(nothing))
    assert np.isnan(rates.average_precision(np.zeros((0, 2))))
    assert np.isnan(rates.calibration_error(np.zeros((3, 3))))


def test_bins_hold_equally_many_answers() -> None:
    chance = np.linspace(0.01, 0.99, 150)
    edges, counts = bin_counts(chance, chance > 0.5, np.zeros(150, dtype=np.int64), 1)
    assert len(edges) == 14
    assert set(counts.sum(0)[:, rates.COUNT]) <= {9, 10, 11}


def test_equal_probabilities_stay_in_one_bin() -> None:
    chance = np.array([0.0] * 90 + [0.4] * 10)
    edges, counts = bin_counts(chance, chance > 0, np.zeros(100, dtype=np.int64), 1)
    assert edges == (0.4,)
    assert counts.sum(0)[:, rates.COUNT].tolist() == [90, 10]


def test_the_calibration_error_is_the_gap_by_answer() -> None:
    chance = np.array([0.2] * 5 + [0.8] * 5)
    right = np.array([True, False, False, False, False, True, True, True, False, False])
    edges, counts = bin_counts(chance, right, np.zeros(10, dtype=np.int64), 1)
    assert calibration(edges, counts).error == pytest.approx((0 + 5 * 0.2) / 10)
    assert rates.calibration_error(counts.sum(0)) == pytest.approx(0.1)


def test_calibration_counts_of_two_parts_add_up_to_the_whole() -> None:
    groups = np.arange(400) % 2
    edges, counts = bin_counts(CHANCE, GOLD == 1, groups, 2)
    parts = [calibration(edges, counts[at : at + 1]) for at in (0, 1)]
    assert (parts[0] + parts[1]).error == pytest.approx(calibration(edges, counts).error)


def test_only_like_counts_add() -> None:
    one = Calibration(edges=(0.5,), bins=(CalibrationBin(), CalibrationBin()))
    with pytest.raises(ValueError, match="same edges"):
        one + Calibration(edges=(0.6,), bins=(CalibrationBin(), CalibrationBin()))
    with pytest.raises(ValueError, match="same classes"):
        record(np.ones((4, 4))) + Confusion(classes=("x",), counts=((1,),))


def test_class_counts_add_and_rates_come_from_the_sums() -> None:
    total = ClassCounts(right=1, wrong=1) + ClassCounts(right=2, missed=3)
    assert (total.support, total.precision, total.recall) == (6, 0.75, 0.5)
    assert total.f1 == pytest.approx(0.6)


def test_class_rates_without_a_base_are_none() -> None:
    assert ClassCounts(missed=2).precision is None
    assert ClassCounts(wrong=2).recall is None
    assert ClassCounts().f1 is None
    assert ClassCounts(wrong=2).f1 == 0


def test_kappa_without_room_for_agreement_beyond_chance_is_none() -> None:
    assert Confusion(classes=("a", "b"), counts=((5, 0), (0, 0))).kappa is None
    assert Confusion(classes=("a", "b"), counts=((0, 0), (0, 0))).accuracy is None
