"""The linear part learns what words tell, and comes back from a file as it was."""

from __future__ import annotations

import numpy as np

from models.coder.labels import HEAD, output_slices
from models.coder.linear import model_of, strongest, tensors_of
from models.coder.text import bare, clean
from pipelines.training.coder.linear_fit import LinearSettings, Loss, fit_linear
from tests.pipelines.training.coder.small_material import OTHER, QUESTION, REFLECTION, material

SETTINGS = LinearSettings(least_lines=1, rounds=60)


def test_it_learns_what_the_words_tell() -> None:
    model = fit_linear(material(4), SETTINGS, lambda part: None)
    scores = model.scores([clean(QUESTION), clean(REFLECTION), clean(OTHER)])
    answers = scores[:, output_slices()["behaviour"]].argmax(1)
    assert [HEAD["behaviour"].classes[at] for at in answers] == ["question", "reflection", "other"]


def test_it_knows_the_same_words_without_punctuation_and_case() -> None:
    model = fit_linear(material(4), SETTINGS, lambda part: None)
    scores = model.scores([bare(QUESTION), bare(REFLECTION)])
    assert list(scores[:, output_slices()["behaviour"]].argmax(1)) == [0, 1]


def test_the_slope_of_the_loss_is_its_slope() -> None:
    held = material(2)
    targets = np.concatenate([one.targets for one in held])
    loss = Loss(targets, np.ones(len(targets)), SETTINGS)
    rng = np.random.default_rng(0)
    scores = rng.normal(size=targets.shape)
    value, slope = loss(scores)
    for row, column in ((0, 0), (1, 15), (16 * 2, 40), (16 * 2, 31)):
        moved = scores.copy()
        moved[row, column] += 1e-5
        assert abs((loss(moved)[0] - value) / 1e-5 - slope[row, column]) < 1e-3


def test_a_model_comes_back_as_it_was_written() -> None:
    model = fit_linear(material(3), SETTINGS, lambda part: None)
    again = model_of(tensors_of(model))
    texts = [clean(QUESTION), "something never seen", "", clean(OTHER)]
    assert np.allclose(model.scores(texts), again.scores(texts), atol=2e-2)
    assert np.array_equal(again.scores(texts), model_of(tensors_of(again)).scores(texts))


def test_no_lines_give_no_scores() -> None:
    model = fit_linear(material(2), SETTINGS, lambda part: None)
    assert model.scores([]).shape[0] == 0


def test_the_strongest_ngrams_stay_and_say_nearly_the_same() -> None:
    model = fit_linear(material(4), SETTINGS, lambda part: None)
    fewer = strongest(model, len(model.spaces["now"].rows) * 2 // 3)
    assert len(fewer.spaces["now"].rows) < len(model.spaces["now"].rows)
    texts = [clean(QUESTION), clean(REFLECTION), clean(OTHER)]
    at = output_slices()["behaviour"]
    assert np.array_equal(fewer.scores(texts)[:, at].argmax(1), model.scores(texts)[:, at].argmax(1))
    assert strongest(model, 10**9).spaces["now"].rows == model.spaces["now"].rows
