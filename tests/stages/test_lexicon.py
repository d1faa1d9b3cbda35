from __future__ import annotations

import pytest

from pipelines.stages.lexicon import AUXILIARIES, NEGATIONS, RISK_WORDS, is_auxiliary, is_negation, is_risk


@pytest.mark.parametrize(
    "word", ["not", "Never.", "isn't", "ISN’T", "cannot", "can't,", "ain't", "dont", "hardly", "nowt"]
)
def test_a_negation_is_known_in_any_writing(word: str) -> None:
    assert is_negation(word)


@pytest.mark.parametrize("word", ["can", "note", "know", "is", "want", "another", "", "'"])
def test_an_ordinary_word_is_no_negation(word: str) -> None:
    assert not is_negation(word)


@pytest.mark.parametrize(
    "word",
    ["Hit", "hitting", "bruises", "bruised", "drugs", "stabbed", "injuries", "safe?", "Diazepam", "mum-hurt"[4:]],
)
def test_a_risk_word_is_known_with_simple_endings(word: str) -> None:
    assert is_risk(word)


@pytest.mark.parametrize("word", ["white", "house", "thing", "and", "kitten", "begin", "drives", "", "s"])
def test_an_ordinary_word_is_no_risk_word(word: str) -> None:
    assert not is_risk(word)


def test_auxiliaries_are_known_beside_punctuation() -> None:
    assert is_auxiliary("Was,")
    assert not is_auxiliary("went")


def test_the_lists_hold_lower_case_words_only() -> None:
    assert all(word == word.lower().strip() for word in NEGATIONS | RISK_WORDS | AUXILIARIES)
