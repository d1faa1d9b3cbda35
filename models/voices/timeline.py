"""Lays the labelled chunks over one another and reads off who speaks when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from scipy.ndimage import uniform_filter1d

from models.records.speech import Turn, Turns
from models.voices.assignment import Assignment
from models.voices.chunks import frame_edge_ms, frames_of
from models.voices.observations import Observations, runs

if TYPE_CHECKING:
    from numpy.typing import NDArray

AROUND_FRAMES = 119
"""About two seconds: where two voices score the same, the one that speaks more around it has the floor."""
TIE = 1e-3


SILENCE = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineSettings:
    """In frames of 16.875 ms: one voice's pauses of at most ``bridge_frames`` are filled, and nothing shorter
    than ``least_frames`` is a turn."""

    bridge_frames: int = 12
    least_frames: int = 12


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Timeline:
    """By frame of the recording: ``votes`` (frames, people) of the chunks for each voice, ``together`` (frames,)
    how many speak at once, ``margins`` (frames, people) how clearly, NaN where not known."""

    votes: NDArray[np.float32]
    together: NDArray[np.int64]
    margins: NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Floor:
    """By frame: ``speaking`` (frames, people), who of them has the floor in ``holder`` (frames,), `SILENCE` for
    nobody, and ``margins`` (frames, people), NaN where not known."""

    speaking: NDArray[np.bool_]
    holder: NDArray[np.int64]
    margins: NDArray[np.float32]


def lay_out(observations: Observations, assignment: Assignment, samples: int) -> Timeline:
    """Add up what all chunks say about each frame of so many samples."""
    length = observations.activity.shape[1]
    frames = max(frames_of(samples), int(observations.first_frames[-1]) + length)
    people = assignment.people
    votes = np.zeros((frames, people), dtype=np.float32)
    margins = np.zeros((frames, people), dtype=np.float32)
    voices = np.zeros(frames, dtype=np.float32)
    chunks = np.zeros(frames, dtype=np.float32)
    for number, start in enumerate(observations.first_frames):
        here = slice(int(start), int(start) + length)
        chunks[here] += 1
        active = observations.activity[number]
        for person in range(people):
            local = np.flatnonzero(assignment.labels[number] == person)
            if not len(local):
                continue
            speaks = active[:, local].any(axis=1)
            votes[here, person] += speaks
            voices[here] += speaks
            margins[here, person] += speaks * np.float32(assignment.margins[number, local].mean())
    together = np.rint(voices / np.maximum(chunks, 1)).astype(np.int64)
    with np.errstate(invalid="ignore", divide="ignore"):
        margins = np.where(votes > 0, margins / votes, np.float32(np.nan))
    end = frames_of(samples)
    return Timeline(votes=votes[:end], together=together[:end], margins=margins[:end])


def read_floor(timeline: Timeline, settings: TimelineSettings) -> Floor:
    """Who speaks and who has the floor in every frame, short pauses filled."""
    around = uniform_filter1d(timeline.votes, AROUND_FRAMES, axis=0, mode="constant")
    ranked = np.argsort(-(timeline.votes + np.float32(TIE) * around), axis=1, kind="stable")
    speaking = np.zeros(timeline.votes.shape, dtype=np.bool_)
    for place in range(timeline.votes.shape[1]):
        rows = np.flatnonzero(_takes_part(timeline, ranked, place))
        speaking[rows, ranked[rows, place]] = True
    floor = np.where(_takes_part(timeline, ranked, 0), ranked[:, 0], SILENCE)
    holder = _bridged(_absorbed(floor, settings.least_frames), settings.bridge_frames)
    speaking = _without_crumbs(speaking, holder, settings.least_frames)
    return Floor(speaking=speaking, holder=holder, margins=timeline.margins)


def turns_of(
    floor: Floor, duration_ms: int, settings: TimelineSettings, edge_ms: Callable[[int], int] = frame_edge_ms
) -> Turns:
    """Turns with overlap, and the exclusive ones over the same speech, named in order of first speech.

    Crumbs are dropped; ``edge_ms`` says where a frame begins.
    """
    holder = _bridged(_absorbed(floor.holder, settings.least_frames), settings.bridge_frames)
    speaking = _without_crumbs(floor.speaking, holder, settings.least_frames)
    names = _names(speaking)
    alone = np.stack([holder == person for person in range(speaking.shape[1])], axis=1)
    written = [_turns(who, floor.margins, names, duration_ms, edge_ms) for who in (speaking, alone)]
    return Turns(turns=written[0], exclusive=written[1])


def _takes_part(timeline: Timeline, ranked: NDArray[np.int64], place: int) -> NDArray[np.bool_]:
    """Frames in which the voice at this place of the ranking speaks."""
    votes = np.take_along_axis(timeline.votes, ranked[:, place : place + 1], axis=1)[:, 0]
    return np.asarray((timeline.together > place) & (votes > 0))


def _without_crumbs(speaking: NDArray[np.bool_], holder: NDArray[np.int64], least: int) -> NDArray[np.bool_]:
    """Whoever has the floor, and others who speak for long enough while somebody has it."""
    kept = speaking.copy()
    for person in range(kept.shape[1]):
        kept[:, person] |= holder == person
        for first, last in runs(kept[:, person]):
            if last - first < least and not (holder[first:last] == person).any():
                kept[first:last, person] = False
    kept[holder == SILENCE] = False
    return kept


def _absorbed(floor: NDArray[np.int64], least: int) -> NDArray[np.int64]:
    """Stretches of one voice too short to be a turn go to the longer neighbour they touch, or to silence."""
    kept = floor.copy()
    parts = stretches(floor)
    for number, (first, last, person) in enumerate(parts):
        if person == SILENCE or last - first >= least:
            continue
        beside = [parts[i] for i in (number - 1, number + 1) if 0 <= i < len(parts)]
        talking = [other for other in beside if other[2] != SILENCE and other[1] - other[0] >= least]
        kept[first:last] = max(talking, key=lambda other: other[1] - other[0])[2] if talking else SILENCE
    return kept


def _bridged(floor: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """Short silences between two stretches of one voice become part of it."""
    filled = floor.copy()
    parts = stretches(floor)
    for before, (first, last, person), after in zip(parts, parts[1:], parts[2:], strict=False):
        if person == SILENCE and last - first <= most and before[2] == after[2]:
            filled[first:last] = before[2]
    return filled


def stretches(floor: NDArray[np.int64]) -> list[tuple[int, int, int]]:
    """Runs of equal values: first frame, frame after the last, value."""
    changes = [0, *(np.flatnonzero(np.diff(floor)) + 1).tolist(), len(floor)]
    return [(first, last, int(floor[first])) for first, last in pairwise(changes) if last > first]


def _names(speaking: NDArray[np.bool_]) -> dict[int, str]:
    """SPEAKER_00 is who speaks first; people who never speak have no name."""
    heard = [(int(np.argmax(speaking[:, person])), person) for person in range(speaking.shape[1])]
    order = [person for _, person in sorted(heard) if speaking[:, person].any()]
    return {person: f"SPEAKER_{number:02d}" for number, person in enumerate(order)}


def _turns(
    speaking: NDArray[np.bool_],
    margins: NDArray[np.float32],
    names: dict[int, str],
    duration_ms: int,
    edge_ms: Callable[[int], int],
) -> tuple[Turn, ...]:
    found = []
    for person, name in names.items():
        for first, last in runs(speaking[:, person]):
            start, end = edge_ms(first), min(edge_ms(last), duration_ms)
            if start < end:
                margin = _margin(margins[first:last, person])
                found.append(Turn(start_ms=start, end_ms=end, speaker=name, margin=margin))
    return tuple(sorted(found, key=lambda turn: (turn.start_ms, turn.end_ms, turn.speaker)))


def _margin(values: NDArray[np.float32]) -> float | None:
    known = values[~np.isnan(values)]
    return None if not len(known) else round(float(np.clip(known.mean(), 0, 1)), 3)
