"""Lays the labelled chunks over one another and reads off who speaks when."""

from __future__ import annotations

from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineSettings:
    """Pauses of one voice shorter than ``bridge_ms`` are filled; turns shorter than ``least_ms`` are dropped."""

    bridge_ms: int = 0
    least_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Timeline:
    """By frame of the recording: ``votes`` (frames, people) of the chunks for each voice, ``together`` (frames,)
    how many speak at once, ``margins`` (frames, people) how clearly, NaN where not known."""

    votes: NDArray[np.float32]
    together: NDArray[np.int64]
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


def read_turns(timeline: Timeline, duration_ms: int, settings: TimelineSettings) -> Turns:
    """Turns with overlap, and the exclusive ones, named in order of first speech."""
    around = uniform_filter1d(timeline.votes, AROUND_FRAMES, axis=0, mode="constant")
    ranked = np.argsort(-(timeline.votes + np.float32(TIE) * around), axis=1, kind="stable")
    people = timeline.votes.shape[1]
    speaking = np.zeros((len(ranked), people), dtype=np.bool_)
    alone = np.zeros_like(speaking)
    for place in range(people):
        rows = np.flatnonzero(timeline.together > place)
        rows = rows[timeline.votes[rows, ranked[rows, place]] > 0]
        speaking[rows, ranked[rows, place]] = True
        if place == 0:
            alone[rows, ranked[rows, 0]] = True
    names = _names(speaking)
    turns = [turn for person in names for turn in _turns(speaking, timeline, person, names, duration_ms, settings)]
    exclusive = [turn for person in names for turn in _turns(alone, timeline, person, names, duration_ms, settings)]
    return Turns(turns=_sorted(turns), exclusive=_sorted(exclusive))


def _names(speaking: NDArray[np.bool_]) -> dict[int, str]:
    """SPEAKER_00 is who speaks first; people who never speak have no name."""
    heard = [(int(np.argmax(speaking[:, person])), person) for person in range(speaking.shape[1])]
    order = [person for _, person in sorted(heard) if speaking[:, person].any()]
    return {person: f"SPEAKER_{number:02d}" for number, person in enumerate(order)}


def _turns(
    speaking: NDArray[np.bool_],
    timeline: Timeline,
    person: int,
    names: dict[int, str],
    duration_ms: int,
    settings: TimelineSettings,
) -> list[Turn]:
    found = []
    for first, last in runs(speaking[:, person]):
        start, end = frame_edge_ms(first), min(frame_edge_ms(last), duration_ms)
        if end <= start:
            continue
        margin = _margin(timeline.margins[first:last, person])
        found.append(Turn(start_ms=start, end_ms=end, speaker=names[person], margin=margin))
    return found


def _margin(values: NDArray[np.float32]) -> float | None:
    known = values[~np.isnan(values)]
    return None if not len(known) else round(float(np.clip(known.mean(), 0, 1)), 3)


def _sorted(turns: list[Turn]) -> tuple[Turn, ...]:
    return tuple(sorted(turns, key=lambda turn: (turn.start_ms, turn.end_ms, turn.speaker)))
