"""The judge that comes with the program: it counts evidence for and against, and tells how it came to a suggestion.

In the rubric's own terms: start at 3, move on evidence, two pieces or one decisive, no 5 beside a prominent opposite,
and none from whoever was not looked for. An utterance counts with the probability that it is evidence, so that doubt
about the words becomes doubt about the score. Nothing but an element's own evidence moves it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from models.ports import Progress, no_progress
from models.records.coding import Setting
from models.records.provenance import Engine
from models.records.rubric import Element, Rubric
from models.records.scoring import SCORES, Evidence, NoScore, Observed, Suggestion, Verdict
from pipelines.judges.counts import Chances, at_least, count_chances, expected
from pipelines.judges.scale import Scale, shipped_digest, shipped_scales
from pipelines.judges.tally import Piece, Tally, tally

INSIDE = 0.75
"""How much of the chances an 80% interval holds at least: less than 80%, as whole scores overhang. docs/judge.md has
how many of people's scores such intervals held (`python -m benchmarks.judge`)."""

CLEAR = 0.5
"""From this probability on a piece of evidence is clear: it may be prominent, and decisive alone."""

TWO_PIECES = 0.3
"""Without a clear piece there is a suggestion only if two pieces or more are at least this likely."""

SHOWN = 0.25
"""Pieces under this probability are counted, but too unlikely to be shown as evidence."""

MOST_SHOWN = 7


class TransparentJudge:
    """Suggests scores from counted evidence. ``scales`` None takes the numbers that come with the program."""

    def __init__(self, scales: Mapping[Setting, Scale] | None = None) -> None:
        self._scales = shipped_scales() if scales is None else scales
        self._engine = Engine(
            name="transparent-judge",
            version="1",
            options={"scale": shipped_digest() if scales is None else "given"},
        )

    @property
    def engine(self) -> Engine:
        """What judges, and the digest of its numbers."""
        return self._engine

    def judge(self, observed: Observed, rubric: Rubric, progress: Progress = no_progress) -> Verdict:
        """One suggestion for each element, in the rubric's order; none with its reason where evidence is wanting."""
        suggestions = []
        for number, element in enumerate(rubric.elements, 1):
            suggestions.append(self._suggest(observed, element))
            progress(number / len(rubric.elements))
        return Verdict(suggestions=tuple(suggestions))

    def _suggest(self, observed: Observed, element: Element) -> Suggestion:
        if element.needs_change_goal and observed.coding.change_goal is None:
            because = f"{element.name} is judged against a change goal stated beforehand, and none is stated."
            return Suggestion(element=element.id, score=None, reason=NoScore.NOT_APPLICABLE, because=because)
        heard = tally(observed.coding, element.id)
        shown = _shown(heard)
        if wanting := _wanting(heard, shown, element):
            return Suggestion(element=element.id, score=None, reason=NoScore.NOT_ENOUGH_EVIDENCE, because=wanting)
        return _from_evidence(heard, shown, element, self._scales[observed.coding.setting])


def _wanting(heard: Tally, shown: Sequence[Piece], element: Element) -> str:
    """Why there is not enough evidence; empty where there is."""
    if not heard.pieces:
        return f"Nothing here was coded for {element.name.lower()}."
    clear = any(piece.probability >= CLEAR for piece in shown)
    together = count_chances([piece.probability for piece in heard.pieces])
    if clear or (shown and at_least(together, 2) >= TWO_PIECES):
        return ""
    return (
        f"Hardly anything here was clearly for or against {element.name.lower()}: it takes two pieces of evidence, "
        "or a decisive one, to move from the start."
    )


def _shown(heard: Tally) -> list[Piece]:
    """The likeliest pieces that may be shown, most likely first."""
    likely = [piece for piece in heard.pieces if piece.probability >= SHOWN]
    return sorted(likely, key=lambda piece: (-piece.probability, piece.utterance.turn, piece.utterance.id))


def _from_evidence(heard: Tally, shown: Sequence[Piece], element: Element, scale: Scale) -> Suggestion:
    chances = _chances(heard, scale)
    score = likeliest(chances)
    low, high = interval(chances)
    return Suggestion(
        element=element.id,
        score=score,
        low=low,
        high=high,
        because=_because(heard, element),
        chances=tuple(round(float(chance), 4) for chance in chances),
        evidence=_evidence(heard, shown, chances, scale),
        would_change=_would_change(heard, scale, score),
        listen_first=score in element.listen_before,
    )


def likeliest(chances: Chances) -> int:
    """The score in the middle of the chances, [5]: as likely to be too high as too low."""
    return int(SCORES[int(np.searchsorted(np.cumsum(chances), 0.5))])


def interval(chances: Chances, inside: float = INSIDE) -> tuple[int, int]:
    """The fewest scores side by side that hold this much of the chances; of equals, those that hold most."""
    spans = [(low, high) for low in range(5) for high in range(low, 5)]
    held = {span: float(chances[span[0] : span[1] + 1].sum()) for span in spans}
    enough = [span for span in spans if held[span] >= inside - 1e-9]
    low, high = min(enough, key=lambda span: (span[1] - span[0], -held[span]))
    return low + 1, high + 1


def _chances(
    heard: Tally, scale: Scale, leaving_out: Piece | None = None, more_for: int = 0, more_against: int = 0
) -> Chances:
    """Chances of the scores 1 to 5, without a 5 beside a prominent opposite or a 1 beside a prominent piece for.

    Pieces added are clear ones, and one left out is not prominent either.
    """
    held = heard.score_chances(scale, leaving_out=leaving_out, more_for=more_for, more_against=more_against)
    if more_against or _prominent(heard, "-", leaving_out):
        held[3], held[4] = held[3] + held[4], 0.0
    if more_for or _prominent(heard, "+", leaving_out):
        held[1], held[0] = held[1] + held[0], 0.0
    return held


def _prominent(heard: Tally, direction: str, leaving_out: Piece | None) -> bool:
    return any(probability >= CLEAR for probability in heard.probabilities(direction, leaving_out))


def _mean(chances: Chances) -> float:
    return float(chances @ np.asarray(SCORES))


def _evidence(heard: Tally, shown: Sequence[Piece], chances: Chances, scale: Scale) -> tuple[Evidence, ...]:
    """What moved the suggestion most, most first: how far the mean lies from where it would lie without the piece."""
    here = _mean(chances)
    likeliest_each_way = [
        piece for way in "+-" for piece in [one for one in shown if one.direction == way][:MOST_SHOWN]
    ]
    moved = [(here - _mean(_chances(heard, scale, leaving_out=piece)), piece) for piece in likeliest_each_way]
    moved.sort(key=lambda one: -abs(one[0]))
    return tuple(
        Evidence(
            utterance=piece.utterance.id,
            turn=piece.utterance.turn,
            direction=piece.direction,
            indicator=piece.indicator,
            moved=round(by, 3),
        )
        for by, piece in moved[:MOST_SHOWN]
    )


def _because(heard: Tally, element: Element) -> str:
    up, down = (expected(counts) for counts in heard.counts())
    return f"From 3: {_about(up)} for {element.name.lower()}, {_about(down)} against; each counts by how likely it is."


def _about(pieces: float) -> str:
    whole = round(pieces)
    return "hardly anything" if whole == 0 else f"about {whole} piece{'' if whole == 1 else 's'} of evidence"


def _would_change(heard: Tally, scale: Scale, score: int) -> tuple[str, ...]:
    """How many clear pieces more would have moved the suggestion, up and down; nothing beyond three."""
    found = []
    for direction, word in (("+", "for"), ("-", "against")):
        for more in (1, 2, 3):
            up, down = (more, 0) if direction == "+" else (0, more)
            there = likeliest(_chances(heard, scale, more_for=up, more_against=down))
            if there != score:
                pieces = "one more clear piece" if more == 1 else f"{('two', 'three')[more - 2]} more clear pieces"
                found.append(f"With {pieces} of evidence {word} it, the suggestion would be {there}.")
                break
    return tuple(found)
