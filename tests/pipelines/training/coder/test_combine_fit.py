"""How the parts are joined: calibrated, rare classes counted, and off where precision cannot be had."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from models.coder.combination import combination_of, document_of
from models.coder.labels import OUTPUTS, output_slices
from models.errors import WeightsError
from pipelines.training.coder.combine_fit import PRECISION, Unseen, fit_combination, macro_f1
from tests.pipelines.training.coder.small_material import HalfKnowing, material


def unseen(count: int = 12, noise: float = 1.0) -> list[Unseen]:
    held = material(count)
    network = HalfKnowing(held)
    rng = np.random.default_rng(1)
    return [
        Unseen(
            material=one,
            linear=rng.normal(scale=noise, size=(len(one.texts), OUTPUTS)).astype(np.float32),
            network=network.scores(place, stripped=False)[0],
        )
        for place, one in enumerate(held)
    ]


def test_a_part_that_knows_nothing_gets_less_say() -> None:
    """The linear part is noise here; the network knows."""
    head = fit_combination(unseen()).heads["behaviour"]
    assert head.network > 3 * head.linear


def test_probabilities_are_right_as_often_as_they_say() -> None:
    shown = unseen(40)
    combination = fit_combination(shown)
    fresh = unseen(40)
    at = output_slices()["behaviour"]
    chance = np.concatenate([combination.head_probabilities(o.linear, o.network)["behaviour"] for o in fresh])
    gold = np.concatenate([o.material.targets[:, at] for o in fresh])
    judged = ~np.isnan(gold[:, 0])
    top = chance[judged].max(1)
    right = chance[judged].argmax(1) == gold[judged].argmax(1)
    assert abs(top.mean() - right.mean()) < 0.03


def test_an_evidence_nobody_ever_saw_is_off_and_says_so() -> None:
    combination = fit_combination(unseen())
    assert combination.evidence["autonomy-"].threshold is None
    assert "0 examples" in combination.off["autonomy-"]


def test_a_threshold_keeps_the_stated_precision() -> None:
    shown = unseen(40)
    combination = fit_combination(shown)
    threshold = combination.evidence["empathy+"].threshold
    assert threshold is not None
    place = output_slices()["evidence"].start
    chance = np.concatenate([combination.evidence_probabilities(o.linear, o.network)["empathy+"] for o in shown])
    there = np.concatenate([o.material.targets[:, place] for o in shown])
    flagged = (chance >= threshold) & ~np.isnan(there)
    assert there[flagged].mean() >= PRECISION


def test_macro_f1_counts_every_class_alike() -> None:
    gold, answers = np.array([0, 0, 0, 1]), np.array([0, 0, 0, 0])
    assert macro_f1(answers, gold, 3) == pytest.approx((6 / 7 + 0) / 2)


def test_a_combination_survives_being_written_down() -> None:
    combination = fit_combination(unseen())
    assert combination_of(document_of(combination)) == combination


@pytest.mark.parametrize("missing", ["heads", "evidence", "off"])
def test_an_incomplete_combination_is_refused(missing: str) -> None:
    document = document_of(fit_combination(unseen()))
    del document[missing]
    with pytest.raises(WeightsError):
        combination_of(document)


def test_a_combination_for_other_classes_is_refused() -> None:
    combination = fit_combination(unseen())
    short = dataclasses.replace(combination.heads["talk"], bias=(0.0,))
    with pytest.raises(WeightsError):
        combination_of(document_of(dataclasses.replace(combination, heads={**combination.heads, "talk": short})))
