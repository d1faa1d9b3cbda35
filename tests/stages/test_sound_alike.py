from __future__ import annotations

import pytest

from pipelines.stages.sound_alike import most_like, sounds_like


@pytest.mark.parametrize(
    ("heard", "word"),
    [("brink", "drink"), ("heard", "hurt"), ("insolin", "insulin"), ("dias ephim", "diazepam"), ("Nife,", "knife")],
)
def test_a_word_is_taken_for_the_risk_word_that_it_sounds_like(heard: str, word: str) -> None:
    assert sounds_like(heard)[0] == word


@pytest.mark.parametrize("heard", ["it", "", "12", "mm"])
def test_a_text_that_is_short_or_like_no_risk_word_is_taken_for_none(heard: str) -> None:
    assert sounds_like(heard) == ("", 0.0)


def test_a_risk_word_is_taken_for_nothing_else() -> None:
    assert sounds_like("hurting") == ("", 0.0)


def test_one_sound_of_the_same_kind_makes_words_more_alike_than_one_of_another() -> None:
    assert sounds_like("dring")[1] > sounds_like("drinf")[1] > 0


def test_of_several_texts_the_one_that_is_most_like_a_risk_word_counts() -> None:
    assert most_like(["banana", "brink"])[0] == "drink"


def test_of_no_texts_none_is_like_a_risk_word() -> None:
    assert most_like([]) == ("", 0.0)
