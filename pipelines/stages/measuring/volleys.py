"""Walks a session once and applies the volley rules in every draw at the same time."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from pipelines.stages.measuring.draws import AFFIRM, CODES, DRAWS, QUESTION, REFLECTION, draw_family, draw_scored
from pipelines.stages.measuring.floor import SIMILAR_AFFIRMATIONS, Floor, Gap

Counts = NDArray[np.int64]
Drawn = NDArray[np.bool_]

OPEN, SIMPLE, COMPLEX = (CODES.index(code) for code in ("open_question", "simple_reflection", "complex_reflection"))
_NEVER = np.zeros(DRAWS, np.bool_)
_ALWAYS = np.ones(DRAWS, np.bool_)


class Tally:
    """What is counted in each draw, [draws] each; ``codes`` is [codes, draws].

    ``longest`` is the longest volley in the unit of the lines' lengths. ``offered`` counts change talk before a volley,
    ``taken_up`` how much of it that volley took up; ``change`` and ``sustain`` count all of the family's talk.
    """

    def __init__(self) -> None:
        self.codes: Counts = np.zeros((len(CODES), DRAWS), np.int64)
        self.questions: Counts = np.zeros(DRAWS, np.int64)
        self.reflections: Counts = np.zeros(DRAWS, np.int64)
        self.longest: Counts = np.zeros(DRAWS, np.int64)
        self.question_run: Counts = np.zeros(DRAWS, np.int64)
        self.offered: Counts = np.zeros(DRAWS, np.int64)
        self.taken_up: Counts = np.zeros(DRAWS, np.int64)
        self.change: Counts = np.zeros(DRAWS, np.int64)
        self.sustain: Counts = np.zeros(DRAWS, np.int64)


class _Volley:
    """The volley that is going on in each draw."""

    def __init__(self) -> None:
        self.holds: Drawn = np.zeros((len(CODES), DRAWS), np.bool_)
        self.length: Counts = np.zeros(DRAWS, np.int64)
        self.offered: Counts = np.zeros(DRAWS, np.int64)
        self.run: Counts = np.zeros(DRAWS, np.int64)

    def end(self, where: Drawn, tally: Tally) -> None:
        """Count the volley in the draws where it ends, and begin an empty one there."""
        holds = self.holds & where
        asks, reflects = holds[QUESTION].any(0), holds[REFLECTION].any(0)
        follows = reflects | holds[OPEN] | holds[AFFIRM]
        holds[SIMPLE] &= ~holds[COMPLEX]
        tally.codes += holds
        tally.questions += asks
        tally.reflections += reflects
        tally.offered += self.offered * where
        tally.taken_up += self.offered * follows
        np.maximum(tally.longest, self.length, out=tally.longest)
        self.run = np.where(where, (self.run + 1) * (asks & ~reflects), self.run)
        np.maximum(tally.question_run, self.run, out=tally.question_run)
        going_on = ~where
        self.holds &= going_on
        self.length *= going_on
        self.offered *= going_on


def tally_of(floor: Floor, lengths: Sequence[int], off: Collection[str]) -> Tally:
    """Everything that depends on volleys, for ``lengths`` of the scored role's lines in milliseconds or words."""
    tally, volley = Tally(), _Volley()
    change, sustain = draw_family(floor.family)
    tally.change, tally.sustain = change.sum(0), sustain.sum(0)
    alike = np.zeros((max(floor.praise, default=-1) + 1, DRAWS), np.int64)
    waiting: Counts = np.zeros(DRAWS, np.int64)
    answerable, heard = _NEVER, 0
    for start, block in draw_scored(floor.scored, floor.one_thought, off):
        for number, holds in enumerate(block, start):
            if floor.before[number] > heard:
                waiting = waiting + change[heard : floor.before[number]].sum(0)
                heard = floor.before[number]
            begins = _begins(floor.gaps[number], answerable)
            if begins is not _NEVER:
                volley.end(begins, tally)
                volley.offered += waiting * begins
                waiting = waiting * ~begins
            answerable = holds[: REFLECTION.stop].any(0)
            _limit_praise(holds, alike, floor.praise[number])
            volley.holds |= holds
            volley.length += lengths[number]
    volley.end(_ALWAYS, tally)
    return tally


def _begins(gap: Gap, answerable: Drawn) -> Drawn:
    """In which draws a new volley begins; a listener's noise after a question or reflection answers it."""
    if gap is Gap.NOTHING:
        return _NEVER
    return _ALWAYS if gap is Gap.SPEECH else answerable


def _limit_praise(holds: Drawn, alike: Counts, group: int) -> None:
    """Stop counting affirmations of the same words after the first few; changes both in place."""
    if group >= 0:
        alike[group] += holds[AFFIRM]
        holds[AFFIRM] &= alike[group] <= SIMILAR_AFFIRMATIONS
