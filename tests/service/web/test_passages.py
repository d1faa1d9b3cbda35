"""Passages of one place are heard together, and none is left out."""

from __future__ import annotations

from dataclasses import replace

from models.records.speech import Check, Role
from service.transcripts.records import Said, Standing
from service.web.passages import NEAR_MS, next_open, passage_of

TEXT = "Phone off at night, no wine in the house, a large man for seven."


def check(name: str, rank: int, start_ms: int, *utterances: str, heard: str = "") -> Check:
    return Check(
        id=name, rank=rank, start_ms=start_ms, end_ms=start_ms + 500, kinds=("negation",), reason=f"Because of {name}.",
        utterances=utterances, heard=heard,
    )  # fmt: skip


def standing(*checks: Check, heard: tuple[Check, ...] = ()) -> Standing:
    said = tuple(
        Said(
            id=f"u{number}", speaker="S", role=Role.UNKNOWN, text=TEXT, machine_text=TEXT, start_ms=number * 60_000,
            end_ms=number * 60_000 + 50_000,
        )
        for number in range(3)
    )  # fmt: skip
    return Standing(said=said, voices=(), checks=checks, heard=heard)


FIRST = check("c1", 3, 1000, "u0", heard="Phone")
SECOND = check("c2", 1, 3000, "u0", "u1", heard="large man")
APART = check("c3", 2, 3500 + NEAR_MS + 1, "u0")
OTHER = check("c4", 4, 61_000, "u1")


def test_passages_of_one_utterance_near_each_other_are_one_with_every_reason_in_order_of_time() -> None:
    passage = passage_of(standing(SECOND, APART, FIRST, OTHER), "")
    assert passage is not None
    assert [one.id for one in passage.checks] == ["c1", "c2"]
    assert (passage.id, passage.number, passage.total, passage.left) == ("c2", 1, 3, 3)
    assert (passage.start_ms, passage.end_ms) == (0, 4500)
    assert [one.id for one in passage.said] == ["u0", "u1"]


def test_a_passage_is_found_by_each_of_its_checks() -> None:
    there = standing(SECOND, APART, FIRST, OTHER)
    assert passage_of(there, "c1") == passage_of(there, "c2") != passage_of(there, "c3")


def test_a_passage_of_which_one_check_was_heard_is_still_to_be_heard() -> None:
    half = passage_of(standing(FIRST, heard=(SECOND,)), "")
    assert half is not None
    assert not half.heard
    assert half.left == 1
    whole = passage_of(standing(heard=(FIRST, SECOND)), "c1")
    assert whole is not None
    assert whole.heard
    assert passage_of(standing(heard=(FIRST, SECOND)), "") is None


def test_one_goes_on_with_the_next_that_nobody_heard_and_from_the_beginning_at_the_end() -> None:
    there = standing(FIRST, SECOND, OTHER, heard=(APART,))
    assert next_open(there, "c1") == "c4"
    assert next_open(there, "c4") == "c2"
    assert next_open(standing(heard=(FIRST, SECOND)), "c1") is None


def test_utterances_that_only_overlap_are_heard_apart() -> None:
    one, two = check("c1", 1, 1000, "u0", "u1"), check("c2", 2, 2000, "u1", "u2")
    passage = passage_of(standing(one, two), "")
    assert passage is not None
    assert passage.total == 2


def test_the_words_in_question_are_marked_each_after_the_one_before_and_as_whole_words() -> None:
    passage = passage_of(standing(FIRST, SECOND), "")
    assert passage is not None
    first, second = passage.said
    assert [piece for piece, doubted in passage.pieces(first) if doubted] == ["Phone", "large man"]
    assert [piece for piece, doubted in passage.pieces(second) if doubted] == ["large man"]
    assert "".join(piece for piece, _ in passage.pieces(first)) == TEXT
    assert passage.doubted(first) == (0, 5)
    part = passage_of(standing(replace(FIRST, heard="hone")), "")
    assert part is not None
    assert part.doubted(first) is None
