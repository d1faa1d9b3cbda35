"""From votes of overlapping chunks to turns."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.records.speech import Turns
from models.voices.assignment import Assignment
from models.voices.chunks import SAMPLES_PER_FRAME
from models.voices.observations import Observations
from models.voices.timeline import SILENCE, Floor, TimelineSettings, lay_out, read_floor, turns_of

ROUGH = TimelineSettings(bridge_frames=0, least_frames=1)
FINE = TimelineSettings(bridge_frames=3, least_frames=3)


def floor(drawing: str, *others: str) -> Floor:
    """A floor drawn as letters, one per frame: who holds it, and below who speaks as well."""
    people = sorted(set("".join((drawing, *others))) - {"."})
    speaking = np.array(
        [[any(line[i] == p for line in (drawing, *others)) for p in people] for i in range(len(drawing))]
    )
    holder = np.array([SILENCE if letter == "." else people.index(letter) for letter in drawing])
    margins = np.full(speaking.shape, np.nan, dtype=np.float32)
    return Floor(speaking=speaking, holder=holder, margins=margins)


def drawn(turns: Turns, frames: int, *, exclusive: bool) -> list[str]:
    """Turns as one line per speaker, a frame being 10 ms."""
    lines = []
    for speaker in turns.speakers:
        line = ["."] * frames
        for turn in turns.exclusive if exclusive else turns.turns:
            if turn.speaker == speaker:
                line[turn.start_ms // 10 : turn.end_ms // 10] = speaker[-1] * (turn.duration_ms // 10)
        lines.append("".join(line))
    return lines


def read(drawing: Floor, settings: TimelineSettings, *, exclusive: bool) -> list[str]:
    frames = len(drawing.holder)
    turns = turns_of(drawing, frames * 10, settings, lambda frame: frame * 10)
    return drawn(turns, frames, exclusive=exclusive)


def test_a_short_pause_of_one_voice_is_filled() -> None:
    assert read(floor("aaaa..aaaa"), FINE, exclusive=True) == ["0000000000"]


def test_a_pause_between_two_voices_stays() -> None:
    assert read(floor("aaaa..bbbb"), FINE, exclusive=True) == ["0000......", "......1111"]


def test_a_crumb_goes_to_the_longer_voice_beside_it() -> None:
    assert read(floor("aaaabbaaaaaa.bbbb"), FINE, exclusive=True) == ["000000000000.....", ".............1111"]


def test_a_crumb_alone_in_silence_is_dropped_from_both_lists() -> None:
    drawing = floor("aaaa.....b.....bbbb")
    assert read(drawing, FINE, exclusive=True) == ["0000...............", "...............1111"]
    assert read(drawing, FINE, exclusive=False) == read(drawing, FINE, exclusive=True)


def test_overlap_is_kept_in_turns_and_given_to_one_voice_in_exclusive() -> None:
    drawing = floor("aaaaaabbbb", "..bbbbbb..")
    assert read(drawing, ROUGH, exclusive=False) == ["000000....", "..11111111"]
    assert read(drawing, ROUGH, exclusive=True) == ["000000....", "......1111"]


def test_speakers_are_numbered_by_first_speech() -> None:
    assert read(floor("bbbb.aaaa"), ROUGH, exclusive=False) == ["0000.....", ".....1111"]


def observations(activity: NDArray[np.bool_], first_frames: list[int]) -> Observations:
    chunks, _, voices = activity.shape
    return Observations(
        first_frames=np.array(first_frames),
        activity=activity,
        embeddings=np.zeros((chunks, voices, 256), dtype=np.float32),
        clean=np.full((chunks, voices), 100),
        means=np.zeros((chunks, 80), dtype=np.float32),
    )


def test_chunks_that_overlap_vote() -> None:
    activity = np.zeros((3, 589, 1), dtype=np.bool_)
    activity[0, 100:200] = activity[1, 92:192] = True
    labels = np.zeros((3, 1), dtype=np.int64)
    heard = observations(activity, [0, 8, 16])
    assignment = Assignment(labels=labels, margins=np.full((3, 1), 0.5), people=1)
    timeline = lay_out(heard, assignment, 605 * SAMPLES_PER_FRAME)
    assert timeline.votes[150, 0] == 2
    assert timeline.together[150] == 1
    turns = turns_of(read_floor(timeline, ROUGH), 10_000, ROUGH)
    assert [(turn.start_ms, turn.end_ms, turn.margin) for turn in turns.turns] == [(1710, 3398, 0.5)]
