"""Listens again to short pieces of what one voice is said to say, and gives them to the voice they sound like.

The segmentation network sometimes takes two voices that alternate quickly for one. A piece of a second and a half
holds one voice more often than ten seconds do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from models.voices.plda import unit
from models.voices.timeline import SILENCE, Floor, stretches

if TYPE_CHECKING:
    from numpy.typing import NDArray

ROUNDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondLookSettings:
    """In frames of 16.875 ms: pieces of ``piece_frames``, about ``hop_frames`` apart, none shorter than
    ``least_frames``. A frame changes hands if the other voice is ``lead`` (cosine) more alike."""

    piece_frames: int = 89
    hop_frames: int = 52
    least_frames: int = 24
    lead: float = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Frames ``[first, last)`` in which one person has the floor."""

    first: int
    last: int
    person: int


def plan_pieces(holder: NDArray[np.int64], settings: SecondLookSettings) -> tuple[Piece, ...]:
    """Pieces that cover every long enough stretch of one voice, evenly spread over it."""
    pieces = []
    for first, last, person in stretches(holder):
        if person == SILENCE or last - first < settings.least_frames:
            continue
        spare = max(0, last - first - settings.piece_frames)
        steps = -(-spare // settings.hop_frames)
        for number in range(steps + 1):
            start = first + (spare * number // steps if steps else 0)
            pieces.append(Piece(first=start, last=min(last, start + settings.piece_frames), person=person))
    return tuple(pieces)


def look_again(
    floor: Floor, pieces: tuple[Piece, ...], embeddings: NDArray[np.float32], settings: SecondLookSettings
) -> Floor:
    """The floor with pieces given to the voice they sound like; ``embeddings`` (pieces, 256) are theirs.

    Frames in which several people speak keep their voices. Margins become those of the pieces.
    """
    alike = _likeness(pieces, unit(embeddings.astype(np.float64)), floor.speaking.shape[1], settings.lead)
    scores = np.zeros(floor.margins.shape, dtype=np.float32)
    covered = np.zeros(len(scores), dtype=np.int64)
    for piece, likeness in zip(pieces, alike, strict=True):
        scores[piece.first : piece.last] += likeness.astype(np.float32)
        covered[piece.first : piece.last] += 1
    scores /= np.maximum(covered, 1)[:, None]
    return _handed_over(floor, scores, covered > 0, settings.lead)


def _likeness(pieces: tuple[Piece, ...], points: NDArray[np.float64], people: int, lead: float) -> NDArray[np.float64]:
    """Cosine of every piece to every person, ``(pieces, people)``, people being the mean of their pieces."""
    whose = np.array([piece.person for piece in pieces])
    centres = np.zeros((people, points.shape[1]))
    rows = np.arange(len(pieces))
    alike = np.zeros((len(pieces), people))
    for _ in range(ROUNDS):
        for person in np.unique(whose):
            centres[person] = points[whose == person].mean(axis=0)
        alike = points @ unit(centres).T
        moved = np.where(alike.max(axis=1) - alike[rows, whose] > lead, np.argmax(alike, axis=1), whose)
        if np.array_equal(moved, whose):
            break
        whose = moved
    return alike


def _handed_over(floor: Floor, scores: NDArray[np.float32], covered: NDArray[np.bool_], lead: float) -> Floor:
    rows = np.arange(len(scores))
    held = covered & (floor.holder != SILENCE)
    own = scores[rows, np.maximum(floor.holder, 0)]
    best = np.argmax(scores, axis=1)
    moves = held & (floor.speaking.sum(axis=1) == 1) & (scores[rows, best] - own > lead)
    holder = np.where(moves, best, floor.holder)
    speaking = floor.speaking.copy()
    speaking[moves] = False
    speaking[rows[moves], best[moves]] = True
    margins = floor.margins.copy()
    others = scores.copy()
    others[rows, np.maximum(holder, 0)] = -np.inf
    margins[rows[held], holder[held]] = (scores[rows, np.maximum(holder, 0)] - others.max(axis=1))[held]
    return Floor(speaking=speaking, holder=holder, margins=margins)
