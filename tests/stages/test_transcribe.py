"""How speech is packed into stretches: nothing is lost, nothing is too long, voices are kept apart at pauses."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.records.span import Span, intersection, total_ms, union
from models.records.speech import Speech, Turn, Turns
from pipelines.stages.transcribe import stretches

NOBODY = Turns(turns=(), exclusive=())


def speech(*spans: tuple[int, int]) -> Speech:
    return Speech(spans=tuple(Span(start_ms=start, end_ms=end) for start, end in spans))


def turns(*spoken: tuple[int, int, str]) -> Turns:
    each = tuple(Turn(start_ms=start, end_ms=end, speaker=speaker) for start, end, speaker in spoken)
    return Turns(turns=each, exclusive=each)


def edges(spans: tuple[Span, ...]) -> list[tuple[int, int]]:
    return [(span.start_ms, span.end_ms) for span in spans]


def test_no_speech_gives_no_stretches() -> None:
    """Nothing to read where nobody speaks."""
    assert stretches(speech(), NOBODY, 15_000) == ()


def test_short_pauses_are_bridged_and_long_ones_are_not() -> None:
    """Regions half a second apart are read together; longer pauses separate, with room around the speech."""
    found = stretches(speech((1000, 2000), (2400, 3000), (4000, 5000)), NOBODY, 15_000)
    assert edges(found) == [(800, 3200), (3800, 5200)]


def test_another_voice_at_a_pause_begins_a_stretch() -> None:
    """A pause where the speaker changes separates even when it is short."""
    said = speech((1000, 2000), (2300, 3000))
    found = stretches(said, turns((1000, 2000, "SPEAKER_00"), (2300, 3000, "SPEAKER_01")), 15_000)
    assert edges(found) == [(800, 2150), (2150, 3200)]


def test_the_same_voice_goes_on_across_a_pause() -> None:
    """Two turns of one voice do not separate."""
    said = speech((1000, 2000), (2300, 3000))
    found = stretches(said, turns((1000, 2000, "SPEAKER_00"), (2300, 3000, "SPEAKER_00")), 15_000)
    assert edges(found) == [(800, 3200)]


def test_a_long_region_is_cut_where_voices_change() -> None:
    """Speech without a pause that is too long is cut at the change of voice nearest to its middle."""
    both = turns((0, 9000, "SPEAKER_00"), (9000, 20_000, "SPEAKER_01"))
    found = stretches(speech((0, 20_000)), both, 15_000)
    assert edges(found) == [(0, 9000), (9000, 20_200)]


def test_a_limit_that_cannot_work_is_refused() -> None:
    """A longest stretch of nothing raises ValueError."""
    with pytest.raises(ValueError, match="positive"):
        stretches(speech((0, 10)), NOBODY, 0)


some_speech = st.lists(st.tuples(st.integers(0, 120_000), st.integers(1, 40_000)), max_size=12).map(
    lambda pairs: Speech(spans=union(Span(start_ms=start, end_ms=start + length) for start, length in pairs))
)
some_turns = st.lists(st.tuples(st.integers(0, 120_000), st.integers(1, 20_000), st.integers(0, 3)), max_size=12).map(
    lambda many: turns(*((start, start + length, f"SPEAKER_{who:02d}") for start, length, who in many))
)


@given(some_speech, some_turns, st.integers(1000, 30_000))
def test_all_speech_is_read_once(said: Speech, who: Turns, longest_ms: int) -> None:
    """Stretches are sorted, do not overlap, are never too long, and together hold all speech."""
    found = stretches(said, who, longest_ms)
    assert all(0 < span.duration_ms <= longest_ms for span in found)
    assert all(left.end_ms <= right.start_ms for left, right in pairwise(found))
    assert total_ms(intersection(found, said.spans)) == total_ms(said.spans)


@given(some_speech, some_turns)
def test_the_order_of_turns_does_not_matter(said: Speech, who: Turns) -> None:
    """The result depends on the turns, not on the order in which they are listed."""
    backwards = Turns(turns=who.turns[::-1], exclusive=who.exclusive[::-1])
    assert stretches(said, who, 15_000) == stretches(said, backwards, 15_000)
