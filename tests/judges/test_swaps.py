"""Suggestions do not depend on names, gender, spelling or family: the shipped coder and judge, metamorphically."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import pytest

from benchmarks.judge_swaps import Moved, average_drift, measure, table, unlearned
from benchmarks.swaps import Swap, swaps
from models.adapters.onnx_coder import OnnxCoder
from models.records.coding import Conversation, Line, Setting
from models.records.speech import Role

ALLOWED = 0.1
"""Points of the scale that a mean may move on average."""


def said(swap: str, text: str, *more: str) -> str:
    """The first line after a swap; the text as it was where the swap changes nothing."""
    lines = tuple(
        Line(id=f"u{turn}", turn=turn, speaker="A", role=Role.PRACTITIONER, text=words)
        for turn, words in enumerate((text, *more), 1)
    )
    talk = Conversation(setting=Setting.DIRECT_PRACTICE, change_goal=None, lines=lines)
    changed = next(one for one in swaps() if one.name == swap)(talk)
    return text if changed is None else changed.lines[0].text


@pytest.mark.parametrize(
    ("swap", "before", "after"),
    [
        ("other English names", "Kerry, Callum's asleep, Kerry.", "Emily, Tom's asleep, Emily."),
        ("south asian names", "Mrs Pugh knows Tilly.", "Mrs Patel knows Ayesha."),
        ("gender words", "He told her mum. She saw him with his bag.", "She told his dad. He saw her with her bag."),
        ("gender words", "I asked her to wait. Is it hers? Her!", "I asked him to wait. Is it his? Him!"),
        ("gender words and names", "Liam, she's here.", "Emily, he's here."),
        ("mam", "My mum and Mummy's coat.", "My mam and Mammy's coat."),
        ("american", "The neighbours at the centre realised.", "The neighbors at the center realized."),
        ("northern", "Going to bring my thing.", "Goin' to bring me thing."),
        ("scots", "You don't have to go out.", "Ye dinnae hae tae go oot."),
        ("ages and numbers", "She's seven, he is 9.", "She's eight, he is 10."),
        ("ages and numbers", "The date is 1978.", "The date is 1978."),
    ],
)
def test_a_swap_says_it_in_the_other_way(swap: str, before: str, after: str) -> None:
    assert said(swap, before) == after


def test_a_name_gets_the_same_other_name_throughout() -> None:
    assert said("other English names", "Kerry and Tina.", "Tina and Kerry.") == "Emily and Hannah."


def test_gender_swapped_twice_is_as_before() -> None:
    text = "He said she'd seen his brother, and the boy's mother told the man herself."
    assert said("gender words", said("gender words", text)) == text


def test_a_swap_that_changes_nothing_is_none() -> None:
    line = Line(id="u1", turn=1, speaker="A", role=Role.PRACTITIONER, text="Right.")
    talk = Conversation(setting=Setting.DIRECT_PRACTICE, change_goal=None, lines=(line,))
    assert [swap(talk) for swap in swaps()] == [None] * len(list(swaps()))


def test_average_drift_counts_both_ways_and_leaves_out_what_has_no_score() -> None:
    one = Moved(kind="k", swap="s", session="a", element="e", before=3, after=3, drift=0.2)
    other = Moved(kind="k", swap="s", session="b", element="e", before=3, after=2, drift=-0.4)
    none = Moved(kind="k", swap="s", session="c", element="e", before=3, after=None, drift=None)
    assert average_drift([one, other, none]) == pytest.approx(0.3)
    assert "| k | s | 3 | 3 | 0.300 | -0.100 | 0.20 | 33.3% | 33.3% |" in table([one, other, none])


@cache
def shipped() -> OnnxCoder:
    return OnnxCoder()


def by_kind(moved: Sequence[Moved]) -> dict[str, float]:
    return {kind: average_drift([one for one in moved if one.kind == kind]) for kind in {one.kind for one in moved}}


def test_suggestions_for_two_sessions_hardly_move() -> None:
    """The quick form: every swap of the first part of a session that went badly, and of one that went well."""
    parts = [
        replace(one, conversation=replace(one.conversation, lines=one.conversation.lines[:30]))
        for one in unlearned()[:2]
    ]
    moved, _ = measure(parts, shipped())
    assert len({(one.swap, one.session) for one in moved}) >= 15
    assert average_drift(moved) <= ALLOWED, by_kind(moved)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_suggestions_hardly_move_in_200_swaps() -> None:
    moved, _ = measure(unlearned(), shipped())
    assert len({(one.swap, one.session) for one in moved}) >= 200
    assert average_drift(moved) <= ALLOWED
    assert max(by_kind(moved).values()) <= ALLOWED, by_kind(moved)


def test_there_are_at_least_200_swaps() -> None:
    def changes(swap: Swap) -> int:
        return sum(swap(one.conversation) is not None for one in unlearned())

    assert sum(changes(swap) for swap in swaps()) >= 200
