"""Cross-validation: what is scored was never learned from, and finished folds are not done again."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from pipelines.training.coder.linear_fit import LinearSettings
from pipelines.training.coder.unseen import cross_validate, indicator_targets
from tests.pipelines.training.coder.small_material import HalfKnowing, material

SETTINGS = LinearSettings(least_lines=1, rounds=5)


def test_no_network_learns_from_what_it_scores(tmp_path: Path) -> None:
    held = material(4)
    trainer = HalfKnowing(held)
    scored = cross_validate(held, trainer, SETTINGS, tmp_path, lambda name, part: None)
    assert [one.place for one in scored] == list(range(len(held)))
    assert len(trainer.trained) == 2
    for fold, places in enumerate(trainer.trained):
        assert {held[place].fold for place in places} == {1 - fold}


def test_a_finished_fold_is_taken_as_it_is(tmp_path: Path) -> None:
    held = material(4)
    first = cross_validate(held, HalfKnowing(held), SETTINGS, tmp_path, lambda name, part: None)
    (next(iter(tmp_path.glob("fold-1-*")))).unlink()
    trainer = HalfKnowing(held)
    again = cross_validate(held, trainer, SETTINGS, tmp_path, lambda name, part: None)
    assert len(trainer.trained) == 1
    for one, other in zip(first, again, strict=True):
        assert np.array_equal(one.linear[0], other.linear[0])
        assert np.array_equal(one.network[1], other.network[1])


def test_other_settings_are_another_fold(tmp_path: Path) -> None:
    held = material(4)
    cross_validate(held, HalfKnowing(held), SETTINGS, tmp_path, lambda name, part: None)
    trainer = HalfKnowing(held)
    cross_validate(held, trainer, LinearSettings(least_lines=1, rounds=6), tmp_path, lambda name, part: None)
    assert len(trainer.trained) == 2


def test_indicators_compete_only_within_their_evidence() -> None:
    one = next(one for one in material(2) if one.labelled.source == "devset")
    targets = indicator_targets(one)
    flagged = [bool(gold.labels) for gold in one.labelled.gold]
    assert any(flagged)
    assert [not np.isnan(row).all() for row in targets] == flagged
    row = targets[flagged.index(True)]
    assert np.nansum(row) == 1
    assert (~np.isnan(row)).sum() == 5
