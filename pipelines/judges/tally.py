"""What was heard for and against one element in a session: pieces of evidence, each with its probability."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from models.records.coding import CodedUtterance, Coding
from pipelines.judges.counts import Chances, count_chances
from pipelines.judges.scale import Scale

USUAL_WORDS = 600
"""Evidence is counted for about so many words of the scored role: a longer session is not scored higher for that."""

LEAST = 0.005
"""A probability under this is taken for none."""

NEGLIGIBLE = 1e-12
"""A number of pieces less likely than this is not reckoned with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One utterance as a piece of evidence in one direction."""

    utterance: CodedUtterance
    direction: str
    indicator: str
    probability: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """All pieces for one element. ``per_usual`` scales numbers of pieces to a session of the usual length."""

    element: str
    pieces: tuple[Piece, ...]
    per_usual: float

    def probabilities(self, direction: str, leaving_out: Piece | None = None) -> list[float]:
        """The probabilities of the pieces in a direction."""
        return [one.probability for one in self.pieces if one.direction == direction and one is not leaving_out]

    def counts(self, leaving_out: Piece | None = None) -> tuple[Chances, Chances]:
        """The chances of 0, 1, 2 ... pieces for and against."""
        return count_chances(self.probabilities("+", leaving_out)), count_chances(self.probabilities("-", leaving_out))

    def score_chances(
        self, scale: Scale, leaving_out: Piece | None = None, more_for: int = 0, more_against: int = 0
    ) -> Chances:
        """Chances of the scores 1 to 5, [5], over all numbers of pieces there may be; some more, if asked."""
        count_for, count_against = self.counts(leaving_out)
        likely_for, likely_against = (np.flatnonzero(counts > NEGLIGIBLE) for counts in (count_for, count_against))
        ups = (likely_for + more_for)[:, None] * self.per_usual
        downs = (likely_against + more_against)[None, :] * self.per_usual
        ups, downs = np.broadcast_arrays(ups, downs)
        weights = count_for[likely_for, None] * count_against[None, likely_against]
        whole: Chances = np.einsum("ab,abs->s", weights, scale.chances(ups, downs, self.element))
        return np.asarray(whole / whole.sum())


def tally(coding: Coding, element: str) -> Tally:
    """The pieces of evidence for and against an element; utterances whose speaker is not sure carry none."""
    pieces = tuple(
        Piece(
            utterance=utterance,
            direction=direction,
            indicator=utterance.indicators.get(f"{element}{direction}", ""),
            probability=utterance.evidence.get(f"{element}{direction}", 0.0),
        )
        for utterance in coding.utterances
        for direction in "+-"
        if utterance.evidence.get(f"{element}{direction}", 0.0) >= LEAST
    )
    return Tally(element=element, pieces=pieces, per_usual=USUAL_WORDS / max(USUAL_WORDS, _words(coding.utterances)))


def _words(utterances: Iterable[CodedUtterance]) -> int:
    return sum(len(one.text.split()) for one in utterances if one.evidence)
