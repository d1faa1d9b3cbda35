"""Plain words for codes and flags."""

from __future__ import annotations

import pytest

from models.coder.labels import DIMENSIONS, ELEMENTS, HEADS
from models.records.coding import Code, Flag, Off, Setting
from pipelines.outputs.coding_wording import (
    code_name,
    code_phrase,
    element_name,
    flag_counts,
    flag_phrase,
    off_phrase,
    telling,
)
from tests.outputs.codings import empty_coding, small_coding


def code(name: str, *, sure: bool = True) -> Code:
    return Code(code=name, probability=0.7, sure=sure)


def test_every_code_and_element_has_words_of_its_own() -> None:
    codes = {name for head in HEADS for name in head.codes} - {"none"}
    assert len({code_name(name) for name in codes}) == len(codes)
    for name in (*map(code_name, codes), *map(element_name, (*ELEMENTS, *DIMENSIONS))):
        assert "_" not in name
        assert not name.startswith("sup ")


def test_a_code_says_how_sure_it_is_and_a_flag_its_direction_indicator_and_probability() -> None:
    assert code_phrase(code("open_question")) == "open question (likely)"
    assert code_phrase(code("change", sure=False)) == "change talk (unsure)"
    flag = Flag(element="empathy", direction="+", indicator="EM+1", probability=0.831)
    assert flag_phrase(flag) == "+ Empathy EM+1 (0.83)"
    assert flag_phrase(Flag(element="empathy", direction="-", indicator="", probability=0.5)) == "- Empathy (0.50)"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ([("question", True), ("open_question", True)], ["open_question"]),
        ([("question", False), ("open_question", False)], ["open_question"]),
        ([("question", True), ("open_question", False)], ["question", "open_question"]),
        ([("input", True), ("affirm", True)], ["input", "affirm"]),
    ],
)
def test_a_code_that_another_says_more_exactly_is_left_out_unless_it_is_surer(
    given: list[tuple[str, bool]], kept: list[str]
) -> None:
    assert [one.code for one in telling(code(name, sure=sure) for name, sure in given)] == kept


def test_flags_are_counted_by_element_and_direction_in_the_order_of_the_elements() -> None:
    counts = flag_counts(small_coding())
    assert [name for name, _, _ in counts] == [element_name(name) for name in ELEMENTS]
    assert {name: (plus, minus) for name, plus, minus in counts if plus or minus} == {
        "Empathy": (0, 1),
        "Evocation": (1, 0),
    }


def test_in_supervision_its_dimensions_are_counted() -> None:
    from dataclasses import replace

    assert len(flag_counts(replace(empty_coding(), setting=Setting.SUPERVISION))) == len(DIMENSIONS)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("talk", "Change talk: why."),
        ("empathy-", "Empathy (-): why."),
        ("seeking_collaboration", "Seeks collaboration: why."),
        ("mi_code", "Mi code: why."),
        ("+", " (+): why."),
    ],
)
def test_what_is_off_is_named_in_words(name: str, words: str) -> None:
    assert off_phrase(Off(name=name, reason="why.")) == words
