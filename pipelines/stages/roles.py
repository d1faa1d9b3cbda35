"""Voices to roles: who is the practitioner, how sure, and why, from what is said and who took part.

The practitioner's score is a small logistic model whose weights stand in ``role_model.json`` (fitted by
``pipelines/training/roles.py``); the other roles are told apart by rules of thumb. All voices are judged together:
every way to give the roles to the voices is weighed against every other. Unsure stays unknown.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from itertools import permutations, product

from models.records.speech import UNKNOWN_SPEAKER, Role, SpeakerRole, Utterance
from pipelines.stages.role_features import NAMES, Counts, count, rates

SURE = 0.75
"""A role that is less likely than this stays unknown."""

SUREST = 0.97
"""Nothing that was only suggested is surer than this: real sessions differ from what the model learned from."""

SUREST_UNLISTED = 0.85
"""The same for a family member where nobody said who took part: it may be a young person or another relative."""

MOST_VOICES = 6
"""Voices beyond the six that speak most are not judged."""

_MORE = {
    "question marks": "asks more questions",
    "asking": "asks more questions",
    "reflecting": "says back what was heard",
    "you": "speaks about the other person",
    "agency": "speaks of plans, meetings or services",
    "purpose": "says what the talk is for",
    "we": "speaks as a team",
    "leads": "leads the talk",
    "word length": "uses longer words",
    "utterance length": "speaks at greater length",
    "self": "speaks about themselves",
    "own story": "tells of their own life",
    "own family": "speaks of their own family",
    "answers": "answers more than asks",
    "fillers": "speaks more loosely",
}
_LESS = {
    "question marks": "asks fewer questions",
    "asking": "asks fewer questions",
    "self": "speaks little about themselves",
    "own story": "tells little of their own life",
    "you": "speaks little about the other person",
    "utterance length": "speaks in short turns",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Model:
    """Weights of the practitioner's score; ``usual`` are the rates that count as 0."""

    usual: tuple[float, ...]
    weights: tuple[float, ...]
    alone: tuple[float, float]

    def score(self, features: Sequence[float]) -> float:
        return sum(w * f for w, f in zip(self.weights, features, strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Voice:
    speaker: str
    counts: Counts
    features: tuple[float, ...]
    score: float
    share: float


@cache
def _model() -> _Model:
    data = json.loads(files("pipelines.stages").joinpath("role_model.json").read_text(encoding="utf-8"))
    if tuple(data["features"]) != NAMES:
        raise ValueError("role_model.json does not fit role_features.py; run pipelines/training/roles.py again")
    return _Model(usual=tuple(data["usual"]), weights=tuple(data["weights"]), alone=tuple(data["alone"]))


def suggest_roles(
    utterances: Sequence[Utterance], given: Mapping[str, Role], expected: tuple[Role, ...] = ()
) -> tuple[SpeakerRole, ...]:
    """A role for every voice, sorted by label, with a confidence in [0, 1] and a plain reason.

    ``given`` are a person's words and stand as they are. ``expected`` lists who took part, one entry for each
    person; without it one practitioner is looked for, and a family member where there are two voices.
    """
    speakers = sorted({u.speaker for u in utterances} | set(given))
    said = _voices(utterances)
    judged = [voice for voice in said if voice.speaker not in given or len(said) > 1][:MOST_VOICES]
    likely = _posterior(judged, given, expected)
    asked = [voice for voice in judged if voice.speaker not in given]
    found = {v.speaker: _decide(v, judged, likely[v.speaker], listed=bool(expected)) for v in asked}
    return tuple(
        SpeakerRole(speaker=speaker, role=given[speaker], confidence=1.0, reason="Given.")
        if speaker in given
        else _compared(found.get(speaker) or _undecided(speaker), alone=len(said) < 2 and not expected)
        for speaker in speakers
    )


def _compared(role: SpeakerRole, *, alone: bool) -> SpeakerRole:
    """A voice that nobody answers is not judged, unless somebody said who took part: people differ too much."""
    if not alone or role.role is Role.UNKNOWN:
        return role
    reason = "Only one voice was heard, so there is nobody to compare it with."
    return replace(role, role=Role.UNKNOWN, confidence=0.0, reason=reason)


def _undecided(speaker: str) -> SpeakerRole:
    reason = "No voice was found for these words." if speaker == UNKNOWN_SPEAKER else "Says too little to tell."
    return SpeakerRole(speaker=speaker, role=Role.UNKNOWN, confidence=0.0, reason=reason)


def _voices(utterances: Sequence[Utterance]) -> list[_Voice]:
    """The voices with what was counted, those that speak most first."""
    model = _model()
    texts: dict[str, list[str]] = {}
    for utterance in utterances:
        if utterance.speaker != UNKNOWN_SPEAKER:
            texts.setdefault(utterance.speaker, []).append(utterance.text)
    punctuated = any("?" in text for said in texts.values() for text in said)
    counts = {speaker: count(said) for speaker, said in texts.items()}
    total = sum(c.words for c in counts.values()) or 1
    voices = []
    for speaker, counted in counts.items():
        features = tuple(rates(counted, model.usual, punctuated=punctuated))
        score, share = model.score(features), counted.words / total
        voices.append(_Voice(speaker=speaker, counts=counted, features=features, score=score, share=share))
    return sorted(voices, key=lambda voice: (-voice.counts.words, voice.speaker))


def _fit(voice: _Voice, role: Role, *, supervision: bool) -> float:
    """How well a role suits a voice, in log odds; only differences between voices and roles mean anything."""
    length = voice.counts.words / max(1, voice.counts.utterances)
    if role is Role.SUPERVISOR or (role is Role.PRACTITIONER and not supervision):
        return voice.score
    if role is Role.OTHER_PROFESSIONAL:
        return voice.score / 2
    if role is Role.CHILD:
        known = voice.counts.words / (voice.counts.words + 60)
        return known * max(-2.0, min(2.0, 3 - length / 2)) - 2 * voice.share
    if role is Role.INTERPRETER:
        return min(6.0, 150 * voice.counts.reports / (voice.counts.words + 100)) - 2
    if role is Role.OTHER_FAMILY:
        return 0.3 - voice.share
    if role is Role.UNKNOWN:
        return 1 - 3 * voice.share
    return 2 * voice.share


def _posterior(
    voices: Sequence[_Voice], given: Mapping[str, Role], expected: tuple[Role, ...]
) -> dict[str, dict[Role, float]]:
    """How likely each role is for each voice, over all ways to give the roles out."""
    if len(voices) == 1 and not given and not expected:
        slope, offset = _model().alone
        p = 1 / (1 + math.exp(-(slope * voices[0].score + offset)))
        return {voices[0].speaker: {Role.PRACTITIONER: p, Role.PARENT_OR_CARER: 1 - p}}
    supervision = Role.SUPERVISOR in expected
    ways = [
        (sum(_fit(v, r, supervision=supervision) for v, r in zip(voices, way, strict=True)), way)
        for way in sorted(set(_ways(voices, given, expected)))
    ]
    top = max((score for score, _ in ways), default=0.0)
    total = sum(math.exp(score - top) for score, _ in ways)
    likely: dict[str, dict[Role, float]] = {voice.speaker: {} for voice in voices}
    for score, way in ways:
        for voice, role in zip(voices, way, strict=True):
            odds = likely[voice.speaker]
            odds[role] = odds.get(role, 0.0) + math.exp(score - top) / total
    return likely


def _ways(
    voices: Sequence[_Voice], given: Mapping[str, Role], expected: tuple[Role, ...]
) -> Iterator[tuple[Role, ...]]:
    """Every way to give roles to the voices that keeps to what was given."""
    fixed = [given.get(voice.speaker) for voice in voices]
    free = fixed.count(None)
    heard = {voice.speaker for voice in voices}
    absent = [role for speaker, role in given.items() if speaker not in heard]
    left = list((Counter(expected) - Counter([role for role in fixed if role] + absent)).elements())
    if expected:
        choices: Iterator[tuple[Role, ...]] = permutations(left + [Role.UNKNOWN] * max(0, free - len(left)), free)
    else:
        choices = _unlisted(free, led=Role.PRACTITIONER in given.values(), voices=len(voices))
    for choice in choices:
        rest = iter(choice)
        yield tuple(role or next(rest) for role in fixed)


def _unlisted(free: int, *, led: bool, voices: int) -> Iterator[tuple[Role, ...]]:
    """Without a list: exactly one practitioner; the other of two is a parent; of more, nobody knows."""
    others = [Role.PARENT_OR_CARER] if voices <= 2 else [Role.PARENT_OR_CARER, Role.CHILD, Role.UNKNOWN]
    for way in product([Role.PRACTITIONER, *others], repeat=free):
        if way.count(Role.PRACTITIONER) == (0 if led else 1):
            yield way


def _decide(voice: _Voice, voices: Sequence[_Voice], likely: Mapping[Role, float], *, listed: bool) -> SpeakerRole:
    role, p = max(likely.items(), key=lambda item: (item[1], item[0]))
    ceiling = SUREST if listed or role is Role.PRACTITIONER else SUREST_UNLISTED
    confidence = round(min(ceiling, p), 3)
    if role is Role.UNKNOWN or confidence < SURE:
        return SpeakerRole(speaker=voice.speaker, role=Role.UNKNOWN, confidence=0.0, reason=_doubt(role, voice))
    return SpeakerRole(speaker=voice.speaker, role=role, confidence=confidence, reason=_reason(role, voice, voices))


def _doubt(role: Role, voice: _Voice) -> str:
    if role is Role.UNKNOWN or voice.counts.words < 20:
        return "Says too little to tell."
    return f"Perhaps the {_plain(role)}, but what is said does not decide it. Please listen and choose."


def _reason(role: Role, voice: _Voice, voices: Sequence[_Voice]) -> str:
    """What sets this voice apart from the others, strongest first."""
    if role is Role.INTERPRETER:
        return "Speaks for somebody else: 'she says', 'he asks'."
    if role is Role.CHILD:
        return "Speaks in short turns and says little."
    others = [other for other in voices if other is not voice]
    sign = 1 if role in (Role.PRACTITIONER, Role.SUPERVISOR) else -1
    parts: list[str] = []
    for _, name, away in sorted(_contributions(voice, others, sign), reverse=True):
        text = (_MORE if away > 0 else _LESS).get(name)
        if text and text not in parts:
            parts.append(text)
    if not parts:
        return "The role that is left among those who took part."
    said = " and ".join([", ".join(parts[:2]), parts[2]]) if len(parts) > 2 else " and ".join(parts)
    return f"{said[0].upper()}{said[1:]}{' than the other voice' if len(others) == 1 and 'more' in said else ''}."


def _contributions(voice: _Voice, others: Sequence[_Voice], sign: int) -> Iterator[tuple[float, str, float]]:
    """What each feature adds towards the role, and which way it differs from the other voices."""
    for k, (name, weight) in enumerate(zip(NAMES, _model().weights, strict=True)):
        usual = sum(other.features[k] for other in others) / len(others) if others else 0.0
        away = voice.features[k] - usual
        if sign * weight * away > 0.1:
            yield sign * weight * away, name, away


def _plain(role: Role) -> str:
    return role.value.replace("_", " ")
