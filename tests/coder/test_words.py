"""The word table: small, and near to the embeddings it was made from."""

from __future__ import annotations

import numpy as np
import pytest

from models.coder.words import table_from, table_of, tensors_of_table

WORDS = np.random.default_rng(0).normal(size=(20, 24)).astype(np.float32)


@pytest.mark.parametrize(("place", "steps"), [(0, 127), (9, 127), (10, 7), (19, 7)])
def test_a_word_is_within_half_a_step(place: int, steps: int) -> None:
    """int8 with a scale a row for the common ones, four bits for the rare ones."""
    found = table_of(WORDS, 10).look_up(np.array([[place]]))
    assert found.shape == (1, 1, 24)
    assert np.abs(found[0, 0] - WORDS[place]).max() <= np.abs(WORDS[place]).max() / steps * 0.52


def test_words_of_both_kinds_come_in_the_order_asked() -> None:
    table = table_of(WORDS, 10)
    mixed = table.look_up(np.array([[12, 3], [0, 19]]))
    for row, column, place in ((0, 0, 12), (0, 1, 3), (1, 0, 0), (1, 1, 19)):
        assert np.array_equal(mixed[row, column], table.look_up(np.array([place]))[0])


def test_a_row_of_zeros_stays_zero() -> None:
    table = table_of(np.zeros((4, 24), np.float32), 2)
    assert not table.look_up(np.arange(4)).any()


def test_all_words_may_be_common() -> None:
    assert np.abs(table_of(WORDS, 20).look_up(np.arange(20)) - WORDS).max() < 0.02


def test_the_tensors_give_the_table_back() -> None:
    table = table_of(WORDS, 10)
    again = table_from(tensors_of_table(table))
    assert np.array_equal(again.look_up(np.arange(20)), table.look_up(np.arange(20)))
    assert len(again) == 20


@pytest.mark.parametrize("name", ["words.rows", "words.scales", "words.rare", "words.rare_scales"])
def test_tensors_of_another_shape_or_kind_are_refused(name: str) -> None:
    tensors = tensors_of_table(table_of(WORDS, 10))
    for wrong in (tensors[name][:-1], tensors[name].astype(np.float64)):
        if name == "words.rows" and wrong.dtype == np.int8:
            wrong = wrong[:, :-1]
        with pytest.raises(ValueError, match="word table"):
            table_from({**tensors, name: wrong})
