"""From several answers about several windows to one suggestion, by rules that can be read.

1. Each window weighs as many as it has utterances of the scored role; its answers share that weight. For an element
   that the opening and the close decide (``whole_session``), the first and the last window weigh twice.
2. A window without any usable answer leaves the element without a score (``no_answer``): part of it was not read.
3. A window has a say on the score if more than half of its answers give one. If the windows that have a say weigh less
   than a third of all, there is no score.
4. No vote is further from 3 than the evidence allows: above 3 takes two utterances for, below 3 two against; one
   utterance pulls to 3, never beyond. Beside any evidence against, 5 becomes 4.
5. The score is the weighted median; where it falls between two scores, the one nearer to 3.
6. The chances are the votes, each spread over its neighbours. The interval is the shortest that holds 80% of them and
   the score, widened to the model's own bounds, and by one each way for a ``whole_session`` element seen in parts.

The spread of rule 6 is a floor that was chosen, not measured: answers of one model agree more with one another than
with a coach.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from models.records.rubric import Element
from models.records.scoring import SCORES, Evidence, NoScore, Suggestion
from pipelines.judges.votes import Piece, Vote

_SPREAD = (0.5, 0.2, 0.04, 0.01, 0.01)
"""How likely a coach's score is so many points from a vote, before the ends of the scale cut it off."""
_HELD = 0.8
_SAY = 1 / 3
_MOST_EVIDENCE = 7
_MIDDLE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What was answered about one window: its votes, its weight, and how often it was asked."""

    votes: tuple[Vote, ...]
    weight: float
    asked: int


def unanswered(element: Element, why: str, windows: int) -> Suggestion:
    """No score, because a window (of so many) had no usable answer; ``why`` is a sentence for the reviewer."""
    where = "" if windows <= 1 else " about a part of the session"
    because = f"The language model gave no answer that can be used{where}. {why}"
    return Suggestion(element=element.id, score=None, reason=NoScore.NO_ANSWER, because=because)


def merged(element: Element, parts: Sequence[Part]) -> Suggestion:
    """The suggestion that the parts add up to; see the rules above. Every part has at least one vote."""
    weights = _weights(element, parts)
    total = sum(weights)
    heard = [(part, weight) for part, weight in zip(parts, weights, strict=True) if _has_a_say(part)]
    if not heard or sum(weight for _, weight in heard) < _SAY * total:
        return _without(element, parts, weights, total)
    return _scored(element, heard, parts)


def _weights(element: Element, parts: Sequence[Part]) -> list[float]:
    ends = {0, len(parts) - 1} if element.whole_session and len(parts) > 1 else set()
    return [part.weight * (2 if place in ends else 1) for place, part in enumerate(parts)]


def _has_a_say(part: Part) -> bool:
    return 2 * sum(vote.score is not None for vote in part.votes) > len(part.votes)


def _without(element: Element, parts: Sequence[Part], weights: Sequence[float], total: float) -> Suggestion:
    apart = sum(
        weight * sum(vote.reason is NoScore.NOT_APPLICABLE for vote in part.votes) / len(part.votes)
        for part, weight in zip(parts, weights, strict=True)
    )
    if 2 * apart > total:
        because = "The language model held that this element does not apply to this session."
        return Suggestion(element=element.id, score=None, reason=NoScore.NOT_APPLICABLE, because=because)
    because = "The language model's answers hold too little evidence that was found in the transcript."
    change = (f"Two utterances that show {element.name.lower()}, or the opposite, would give it a score.",)
    reason = NoScore.NOT_ENOUGH_EVIDENCE
    return Suggestion(element=element.id, score=None, reason=reason, because=because, would_change=change)


def _scored(element: Element, heard: Sequence[tuple[Part, float]], parts: Sequence[Part]) -> Suggestion:
    votes = [
        (vote, weight / len(scoring))
        for part, weight in heard
        for scoring in [[vote for vote in part.votes if vote.score is not None]]
        for vote in scoring
    ]
    evidence = _evidence(votes)
    lowest, highest = _bounds(evidence)
    given = [(_known(vote.score), weight) for vote, weight in votes]
    kept = [(min(max(score, lowest), highest), weight) for score, weight in given]
    score = _median(kept)
    chances = _chances(kept)
    low, high = _interval(chances, score)
    low = min(low, _median([(vote.low or score, weight) for vote, weight in votes]))
    high = max(high, _median([(vote.high or score, weight) for vote, weight in votes]))
    if element.whole_session and len(parts) > 1:
        low, high = max(SCORES[0], low - 1), min(SCORES[-1], high + 1)
    return Suggestion(
        element=element.id,
        score=score,
        low=low,
        high=high,
        chances=chances,
        because=_because(parts, given, score),
        evidence=_chosen(evidence),
        would_change=_would_change(evidence, score),
        listen_first=score in element.listen_before,
    )


def _known(score: int | None) -> int:
    assert score is not None
    return score


def _evidence(votes: Sequence[tuple[Vote, float]]) -> tuple[Evidence, ...]:
    """Every piece once, most often named first; ``moved`` is the share of the votes that named it, signed."""
    total = sum(weight for _, weight in votes)
    named: dict[tuple[str, str, str], tuple[Piece, float]] = {}
    for vote, weight in votes:
        for key, piece in {(p.utterance, p.direction, p.indicator): p for p in vote.pieces}.items():
            first, so_far = named.get(key, (piece, 0.0))
            named[key] = (first, so_far + weight)
    found = [
        Evidence(
            utterance=piece.utterance,
            turn=piece.turn,
            direction=piece.direction,
            indicator=piece.indicator,
            moved=round((share if piece.direction == "+" else -share) / total, 3),
            quote=piece.quote,
        )
        for piece, share in named.values()
    ]
    return tuple(sorted(found, key=lambda one: (-abs(one.moved), one.turn, one.utterance, one.indicator)))


def _sides(evidence: Sequence[Evidence]) -> tuple[int, int]:
    """How many utterances speak for and against."""
    sides = [{one.utterance for one in evidence if one.direction == side} for side in "+-"]
    return len(sides[0]), len(sides[1])


def _bounds(evidence: Sequence[Evidence]) -> tuple[int, int]:
    """The lowest and highest score that the evidence allows."""
    ours, theirs = _sides(evidence)
    highest = _MIDDLE if ours < 2 else SCORES[-1] - (1 if theirs else 0)
    return (_MIDDLE if theirs < 2 else SCORES[0]), highest


def _chosen(evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """At most seven pieces; the strongest of each side is always among them."""
    first = [next((one for one in evidence if one.direction == side), None) for side in "+-"]
    kept = [one for one in first if one is not None]
    kept += [one for one in evidence if one not in kept][: _MOST_EVIDENCE - len(kept)]
    return tuple(one for one in evidence if one in kept)


def _median(votes: Sequence[tuple[int, float]]) -> int:
    """The weighted median; between two scores the one nearer to 3."""
    half = sum(weight for _, weight in votes) / 2
    ordered = sorted(votes)
    below = 0.0
    for place, (score, weight) in enumerate(ordered):
        below += weight
        if abs(below - half) < 1e-9 * max(half, 1.0):
            return _nearest_to_middle(score, ordered[place + 1][0])
        if below > half:
            return score
    return ordered[-1][0]


def _nearest_to_middle(low: int, high: int) -> int:
    """The score halfway between two; a half goes to the side of 3."""
    middle = (low + high) / 2
    return math.floor(middle) if middle >= _MIDDLE else math.ceil(middle)


def _chances(votes: Sequence[tuple[int, float]]) -> tuple[float, ...]:
    """Probabilities of 1 to 5, adding to 1."""
    total = sum(weight for _, weight in votes)
    chances = [0.0] * len(SCORES)
    for vote, weight in votes:
        spread = [_SPREAD[abs(score - vote)] for score in SCORES]
        for place, share in enumerate(spread):
            chances[place] += weight / total * share / sum(spread)
    return tuple(chances)


def _interval(chances: Sequence[float], score: int) -> tuple[int, int]:
    """The shortest run of scores around ``score`` that holds 80%; of two equally short ones the likelier."""
    runs = [(low, high) for low in SCORES for high in SCORES if low <= score <= high]
    held = [(low, high, sum(chances[low - 1 : high])) for low, high in runs]
    fitting = [run for run in held if run[2] >= _HELD]
    low, high, _ = min(fitting, key=lambda run: (run[1] - run[0], -run[2]))
    return low, high


def _because(parts: Sequence[Part], given: Sequence[tuple[int, float]], score: int) -> str:
    asked = sum(part.asked for part in parts)
    answered = sum(len(part.votes) for part in parts)
    scores = ", ".join(str(one) for one in sorted(one for one, _ in given))
    told = [f"The language model was asked {asked} times and answered {answered} times; scores given: {scores}."]
    before = _median(given)
    if before != score:
        rule = (
            "5 is not given beside evidence against"
            if (before, score) == (5, 4)
            else "leaving 3 takes two utterances of evidence on that side"
        )
        told.append(f"The middle of them, {before}, became {score}: {rule}.")
    else:
        told.append(f"The middle of them is {score}.")
    return " ".join(told)


def _would_change(evidence: Sequence[Evidence], score: int) -> tuple[str, ...]:
    ours, theirs = _sides(evidence)
    told = []
    if ours < 2:
        told.append("A score above 3 needs two utterances for it.")
    if theirs < 2:
        told.append("A score below 3 needs two utterances against it.")
    if score == SCORES[-1] - 1 and theirs:
        told.append("A 5 needs that nothing speaks against it.")
    return tuple(told)
