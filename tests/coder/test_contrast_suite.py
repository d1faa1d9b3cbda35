"""The pairs in contrasts.jsonl: enough of each kind, and not to be solved by how they look."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from pipelines.evaluation.coder.contrasts import Contrast, measure_contrasts, read_contrasts
from service.engines import embedded_coder
from tests.coder.table_coder import TableCoder

KINDS = {
    "sympathy_not_empathy": "empathy+",
    "jargon_not_clarity": "clarity_about_concerns+",
    "plain_concern_not_confront": "confront",
    "agreeing_not_collaboration": "collaboration+",
    "name_not_child_focus": "child_focus+",
    "praise_not_evocation": "evocation+",
    "trivial_choice_not_autonomy": "autonomy+",
    "chat_not_purpose": "purposefulness+",
    "false_choice_v_real_choice": "autonomy-",
    "advice_asked_v_unasked": "collaboration-",
}


@pytest.fixture(scope="module")
def pairs() -> tuple[Contrast, ...]:
    return read_contrasts(Path(__file__).parent / "contrasts.jsonl")


def test_there_are_200_pairs_and_20_of_each_kind(pairs: tuple[Contrast, ...]) -> None:
    counts = Counter(pair.kind for pair in pairs)
    assert len(pairs) >= 200
    assert set(counts) == set(KINDS)
    assert min(counts.values()) >= 20


def test_each_kind_asks_for_its_evidence(pairs: tuple[Contrast, ...]) -> None:
    assert {(pair.kind, pair.evidence) for pair in pairs} == set(KINDS.items())


def test_half_of_each_kind_has_context(pairs: tuple[Contrast, ...]) -> None:
    with_context = Counter(pair.kind for pair in pairs if pair.context)
    everything = Counter(pair.kind for pair in pairs)
    assert {kind for kind in KINDS if not 0.4 <= with_context[kind] / everything[kind] <= 0.6} == set()


def test_no_line_is_said_twice(pairs: tuple[Contrast, ...]) -> None:
    said = Counter(" ".join(text.lower().split()) for pair in pairs for text in (pair.yes, pair.no))
    assert [text for text, times in said.items() if times > 1] == []


def test_the_longer_line_is_not_the_answer(pairs: tuple[Contrast, ...]) -> None:
    """Choosing the longer line of each pair is not far from tossing a coin."""
    longer = sum(len(pair.yes.split()) > len(pair.no.split()) for pair in pairs)
    assert 0.35 <= longer / len(pairs) <= 0.65


def test_a_coder_that_says_nothing_flags_nothing_and_tells_nothing_apart(pairs: tuple[Contrast, ...]) -> None:
    total = measure_contrasts(pairs, TableCoder({})).total
    assert (total.no_false_flag.rate, total.separated.rate, total.ranked.whole) == (1, 0, 0)


def test_the_shipped_coder_passes_as_many_pairs_as_the_model_card_says(pairs: tuple[Contrast, ...]) -> None:
    """Floors just under what was measured: a coder that does worse on what must not happen is not shipped."""
    total = measure_contrasts(pairs, embedded_coder()).total
    assert total.ranked.part / total.ranked.whole >= 0.86
    assert total.no_false_flag.part / total.no_false_flag.whole >= 0.87
    assert total.separated.part / total.separated.whole >= 0.33
