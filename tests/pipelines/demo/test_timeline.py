"""When sentences are placed in a spoken session, with a voice that takes 100 ms a letter."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from models.records.speech import Role
from pipelines.demo.flite_voice import Spoken, Voice
from pipelines.demo.timeline import LEAD_IN_MS, Backchannel, Line, Overlaps, Placed, lay_out, sentences

VOICES = {"A": Voice(name="rms"), "B": Voice(name="slt", level_dbfs=-20.0)}
LINES = (
    Line(turn=1, speaker="A", role=Role.PRACTITIONER, text="Hello there. How are you?"),
    Line(turn=2, speaker="B", role=Role.PARENT_OR_CARER, text="Well enough."),
    Line(turn=3, speaker="A", role=Role.PRACTITIONER, text="Good."),
)


def say(text: str, voice: Voice) -> Spoken:
    return Spoken(samples=np.full(1600 * len(text), 10 ** (voice.level_dbfs / 20), dtype=np.float32), words=())


def place(overlaps: Overlaps | None = None, seed: int = 1) -> dict[str, Placed]:
    return {one.id: one for one in lay_out(LINES, VOICES, overlaps or Overlaps(), seed, say)}


def test_a_text_is_split_into_sentences_and_not_at_commas() -> None:
    assert sentences("Yes, Karen. Is it? I see") == ("Yes, Karen.", "Is it?", "I see")


def test_sentences_follow_each_other_with_pauses_that_people_make() -> None:
    placed = place()
    order = [placed[name] for name in ("t01-1", "t01-2", "t02-1", "t03-1")]
    assert order[0].start_ms == LEAD_IN_MS
    gaps = [later.start_ms - earlier.end_ms for earlier, later in pairwise(order)]
    assert all(150 <= gap <= 1400 for gap in gaps)


def test_the_same_seed_gives_the_same_pauses_and_another_seed_others() -> None:
    def starts(seed: int) -> list[int]:
        return [one.start_ms for one in place(seed=seed).values()]

    assert starts(1) == starts(1)
    assert starts(1) != starts(2)


def test_a_turn_starts_early_by_exactly_what_was_asked() -> None:
    placed = place(Overlaps(early={2: 350}))
    assert placed["t01-2"].end_ms - placed["t02-1"].start_ms == 350


def test_a_backchannel_lies_inside_the_other_sentence_and_is_softer() -> None:
    aside = Backchannel(turn=1, sentence=2, at=0.5, speaker="B", text="Mm.")
    placed = place(Overlaps(backchannels=(aside,)))
    under, over = placed["t01-2"], placed["t01-2-aside"]
    assert over.start_ms == under.start_ms + 600
    assert over.end_ms <= under.end_ms
    assert (over.speaker, over.role) == ("B", Role.PARENT_OR_CARER)
    assert over.spoken.samples[0] < placed["t02-1"].spoken.samples[0]


@pytest.mark.parametrize("early", [{}, {3: 200}])
def test_what_is_placed_is_sorted_by_start(early: dict[int, int]) -> None:
    starts = [one.start_ms for one in lay_out(LINES, VOICES, Overlaps(early=early), 3, say)]
    assert starts == sorted(starts)
