"""Quotes are looked up word for word."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.judges.quotes import find_quote

SAID = "So you\u2019re worn out,  and \u201cnobody\u201d listens. Cafe\u0301 closed."


@pytest.mark.parametrize(
    "quote",
    [
        "you're worn out", "you\u2019re worn out, and", 'and "nobody" listens', "\u201cworn out, and\u201d",
        "Café closed.", "  worn\nout, ",
    ],
)  # fmt: skip
def test_white_space_quote_marks_and_unicode_forms_are_forgiven(quote: str) -> None:
    assert find_quote(quote, SAID) is not None


@pytest.mark.parametrize(
    "quote",
    [
        "you are worn out", "so you're worn", "worn out and", "worn-out, and", "Cafe closed.", "listens. Caf",
        "orn out", "", '""', "...", "worn out, and nobody",
    ],
)  # fmt: skip
def test_nothing_else_is_forgiven(quote: str) -> None:
    assert find_quote(quote, SAID) is None


def test_one_word_is_no_quote_unless_it_is_all_that_was_said() -> None:
    assert find_quote("worn", SAID) is None
    assert find_quote("Right.", "Right.") == "Right."


def test_what_is_found_is_the_passage_as_it_stands() -> None:
    assert find_quote('out, and "nobody"', SAID) == "out,  and \u201cnobody\u201d"


@given(st.text(min_size=1, max_size=60), st.data())
def test_any_run_of_whole_words_is_found(text: str, data: st.DataObject) -> None:
    words = unicodedata.normalize("NFC", text).split()
    first = data.draw(st.integers(0, len(words)))
    last = data.draw(st.integers(first, len(words)))
    quote = " ".join(words[first:last])
    found = find_quote(quote, text)
    if len(words[first:last]) >= 2 and any(c.isalnum() for c in quote):
        assert found is not None
    if found is not None:
        assert found in unicodedata.normalize("NFC", text)
