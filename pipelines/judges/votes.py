"""Reads one answer of a language model and keeps of it only what the transcript bears out."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from models.errors import NoAnswerError
from models.records.rubric import Element
from models.records.scoring import SCORES, NoScore
from pipelines.judges.quotes import find_quote
from pipelines.judges.sheet import Shown

_UNREADABLE = "The answer did not keep to the form that was asked for."


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Evidence that was found in the transcript: utterance id and turn, and the passage as it stands there."""

    utterance: str
    turn: int
    direction: str
    indicator: str
    quote: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """One answer about one window. ``score`` is None with a reason; ``low`` and ``high`` are the model's own bounds.

    ``dropped`` counts pieces of evidence that did not stand up.
    """

    score: int | None
    reason: NoScore | None
    low: int | None
    high: int | None
    pieces: tuple[Piece, ...]
    dropped: int


def read_vote(answer: str, element: Element, shown: Sequence[Shown]) -> Vote:
    """The vote in an answer about these lines. A score without evidence that stands up becomes none.

    The answer's free words are not kept: nothing in them can be checked. Raises NoAnswerError.
    """
    document = _object(answer)
    score, low, high = (_score(document, key) for key in ("score", "low", "high"))
    offered = document.get("evidence")
    if not isinstance(offered, list) or (low is not None and high is not None and low > high):
        raise NoAnswerError(_UNREADABLE)
    citable = {line.label: line for line in shown if line.scored}
    found = [_piece(item, element, citable) for item in offered]
    pieces = tuple(dict.fromkeys(piece for piece in found if piece is not None))
    dropped = found.count(None)
    if score is not None and pieces:
        return Vote(score=score, reason=None, low=low, high=high, pieces=pieces, dropped=dropped)
    refused = score is None and document.get("reason") == NoScore.NOT_APPLICABLE and element.not_applicable_when
    reason = NoScore.NOT_APPLICABLE if refused else NoScore.NOT_ENOUGH_EVIDENCE
    return Vote(score=None, reason=reason, low=None, high=None, pieces=pieces, dropped=dropped)


def _object(answer: str) -> dict[str, Any]:
    try:
        document = json.loads(answer)
    except (ValueError, RecursionError):
        raise NoAnswerError(_UNREADABLE) from None
    if not isinstance(document, dict) or "score" not in document:
        raise NoAnswerError(_UNREADABLE)
    return document


def _score(document: Mapping[str, Any], key: str) -> int | None:
    value = document.get(key)
    if value is None:
        return None
    if type(value) is not int or value not in SCORES:
        raise NoAnswerError(_UNREADABLE)
    return value


def _piece(item: object, element: Element, citable: Mapping[str, Shown]) -> Piece | None:
    """The piece, if it names a line of the scored role, an indicator of its direction and words that were said."""
    if not isinstance(item, dict) or not all(isinstance(item.get(key), str) for key in _FIELDS):
        return None
    sides = {"+": element.indicators_for, "-": element.indicators_against}
    known = {indicator.id for indicator in sides.get(item["direction"], ())}
    line = citable.get(item["utterance"].strip("[] "))
    if item["indicator"] not in known or line is None or line.utterance is None:
        return None
    quote = find_quote(item["quote"], line.utterance.text)
    if quote is None:
        return None
    return Piece(
        utterance=line.utterance.id,
        turn=line.utterance.turn,
        direction=item["direction"],
        indicator=item["indicator"],
        quote=quote,
    )


_FIELDS = ("utterance", "direction", "indicator", "quote")
