"""What the recogniser had in mind and did not write: negations and risk words among a stretch's alternatives."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass

from models.records.speech import Alternative, Words
from pipelines.stages.lexicon import NEGATIONS, RISK_WORDS, is_negation, is_risk, token_of

CLEARLY = 5
"""This many letters are enough to tell which risk word they begin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rival:
    """A word in its full form that might have stood in a place, with its probability there."""

    text: str
    probability: float


@dataclass(frozen=True, slots=True, kw_only=True)
class InMind:
    """By word number: the likeliest negation and risk word not written there; and which words were looked at."""

    negations: Mapping[int, Rival]
    risks: Mapping[int, Rival]
    looked_at: frozenset[int]


def in_mind(words: Words) -> InMind:
    """Gather the alternatives of all stretches; those that change nothing are left out."""
    starts = [word.start_ms for word in words.words]
    negations: dict[int, Rival] = {}
    risks: dict[int, Rival] = {}
    looked_at: set[int] = set()
    for stretch in words.stretches:
        if stretch.alternatives:
            looked_at |= set(range(bisect_left(starts, stretch.start_ms), bisect_left(starts, stretch.end_ms)))
        for alternative in stretch.alternatives:
            place = bisect_left(starts, alternative.start_ms)
            if place >= len(starts):
                continue
            _keep(words, place, alternative, negations, risks)
    return InMind(negations=negations, risks=risks, looked_at=frozenset(looked_at))


def _keep(
    words: Words, place: int, alternative: Alternative, negations: dict[int, Rival], risks: dict[int, Rival]
) -> None:
    near = [words.words[i].text for i in range(max(0, place - 1), min(len(words.words), place + 2))]
    negation = full_negation(alternative.text)
    if negation and not any(map(is_negation, near)):
        _likeliest(negations, place, Rival(text=negation, probability=alternative.probability))
    elif (risk := full_risk(alternative.text)) and not any(map(is_risk, near)):
        _likeliest(risks, place, Rival(text=risk, probability=alternative.probability))


def full_negation(text: str) -> str:
    """The negation that a text is or begins ("wasn" begins "wasn't"); empty where it is none."""
    token = token_of(text)
    if is_negation(token):
        return token
    return next((f"{token}{rest}" for rest in ("'t", "t") if token.endswith("n") and f"{token}'t" in NEGATIONS), "")


def full_risk(text: str) -> str:
    """The risk word that a text is or clearly begins ("strang" begins "strangle"); empty where it is none."""
    token = token_of(text)
    if is_risk(token):
        return token
    begun = (word for word in sorted(RISK_WORDS) if len(token) >= CLEARLY and word.startswith(token))
    return next(begun, "")


def _likeliest(found: dict[int, Rival], place: int, rival: Rival) -> None:
    if place not in found or found[place].probability < rival.probability:
        found[place] = rival


def lost_not(words: Words, place: int, rival: Rival) -> bool:
    """Whether a rival is the word in its place, or the one before, with a "not": nothing else would be different."""
    before = [token_of(words.words[i].text) for i in (place - 1, place) if i >= 0]
    return rival.text == "not" or any(rival.text in (f"{word}n't", f"{word}'t", f"{word}not") for word in before)
