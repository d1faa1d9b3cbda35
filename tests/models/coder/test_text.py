"""What the coder reads of a text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.coder.ngrams import NUMBERS, features
from models.coder.text import bare, clean


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("I’m  [unintelligible 00:01:02] fine\n", "I'm fine"),
        ("Right. [laughs] Okay (sighs).", "Right. Okay ."),
        ("“No” – never…", '"No" - never...'),
        ("", ""),
    ],
)
def test_marks_go_and_quotes_become_plain(text: str, read: str) -> None:
    assert clean(text) == read


def test_bare_text_has_neither_punctuation_nor_case_but_keeps_apostrophes() -> None:
    assert bare("Well, I DON'T -- you know? -- mind.") == "well i don't you know mind"


@given(st.text())
def test_reading_twice_changes_nothing(text: str) -> None:
    assert bare(bare(text)) == bare(text)


@given(st.lists(st.text(max_size=40), max_size=6))
def test_any_lines_have_features(texts: list[str]) -> None:
    found = features(texts)
    assert len(found) == len(texts)
    assert all(len(line.numbers) == len(NUMBERS) for line in found)


def test_a_line_knows_its_neighbours() -> None:
    before, line, after = features(["How are you?", "Tired.", "I see."])
    assert line.before["how"] == 1
    assert line.after["see"] == 1
    assert before.before == {}
    assert after.after == {}


def test_sentences_are_seen_to_begin() -> None:
    line = features(["Right. So what now?"])[0]
    assert {"^right", ".^so what", "|?", "so what now"} <= set(line.now)
