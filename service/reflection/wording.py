"""How sure the program is, in plain words. A number is shown to whoever asks for it."""

from __future__ import annotations

from models.records.coding import Off
from models.records.rubric import Rubric
from models.records.scoring import NoScore, Suggestion
from pipelines.outputs.wording import LIKELY, UNSURE
from service.reflection.records import CANNOT_SAY

SURE, NOT_SURE, NOT_KNOWN = "likely", "unsure", "could not tell"
NARROW, WIDE = 1, 2
"""So many points between the ends of an interval still count as likely, and as unsure."""
CANNOT_SAY_WORDS = "I cannot say"
_WHY_NONE = {
    NoScore.NOT_APPLICABLE: "This element does not apply to this session.",
    NoScore.NOT_ENOUGH_EVIDENCE: "There was too little to go on. That is no low score.",
    NoScore.NO_ANSWER: "The program gave no answer that can be used.",
}
_MOMENTS = {"+": "moments for", "-": "moments against"}


def sure_word(probability: float) -> str:
    """How sure the program is of a mark: likely, unsure, could not tell. ``probability`` in [0, 1]."""
    if probability >= LIKELY:
        return SURE
    return NOT_SURE if probability >= UNSURE else NOT_KNOWN


def interval_words(suggestion: Suggestion) -> str:
    """How sure a suggestion is, such as "likely 3 or 4", "unsure, anything from 2 to 4", "could not tell"."""
    low, high = suggestion.low, suggestion.high
    if suggestion.score is None or low is None or high is None:
        return NOT_KNOWN
    if low == high:
        return f"{SURE} {low}"
    if high - low <= NARROW:
        return f"{SURE} {low} or {high}"
    return f"{NOT_SURE if high - low <= WIDE else NOT_KNOWN}, anything from {low} to {high}"


def why_none(suggestion: Suggestion | None) -> str:
    """Why there is no suggestion; empty where there is one."""
    if suggestion is None:
        return _WHY_NONE[NoScore.NO_ANSWER]
    return _WHY_NONE[suggestion.reason] if suggestion.reason else ""


def score_words(score: int | str, rubric: Rubric) -> str:
    """A score with its name in the rubric, like "4, Clearly present"; also of a self-rating as it is kept."""
    if score == CANNOT_SAY:
        return CANNOT_SAY_WORDS
    return f"{score}, {rubric.labels[int(score) - 1]}"


def beside(rated: str, suggestion: Suggestion | None) -> str:
    """How a self-rating and a suggestion stand to each other; empty where there are not both."""
    if not rated or rated == CANNOT_SAY or suggestion is None or suggestion.score is None:
        return ""
    apart = abs(int(rated) - suggestion.score)
    if apart == 0:
        return "You and the program say the same. Neither proves the other."
    if apart == 1:
        return "You and the program are one point apart."
    return "You and the program see this differently. You were there; it only read the words."


def off_words(off: Off, rubric: Rubric) -> str:
    """What is switched off, like "moments against Purpose and decision" or "simple reflection"."""
    names = {one.id: one.name for one in rubric.elements}
    if off.name[:-1] in names and off.name[-1] in _MOMENTS:
        return f"{_MOMENTS[off.name[-1]]} {names[off.name[:-1]]}"
    return off.name.replace("_", " ")
