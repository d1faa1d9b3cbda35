"""One reason to hear a passage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from models.records.span import Span
from models.records.speech import Word

KINDS = {
    "second_negation": "negation",
    "nearly_negation": "negation",
    "missing_not": "negation",
    "doubtful_negation": "negation",
    "second_risk": "risk_word",
    "nearly_risk": "risk_word",
    "doubtful_risk": "risk_word",
    "named_risk": "risk_word",
    "like_risk": "unsure_word",
    "unsure": "unsure_word",
    "outside_speech": "outside_speech",
    "dropped_words": "outside_speech",
    "no_words": "speech_without_words",
    "lost_turn": "speech_without_words",
    "repetition": "repetition",
    "overlap": "overlap",
    "thin_margin": "speaker_margin",
}
"""Every sign, and the kind of check that it makes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One reason to listen: the sign that gave it, and whether it comes before all others.

    ``score`` compares findings of the same sign; what a sign is worth is measured (`pipelines.stages.odds`).
    """

    span: Span
    sign: str
    score: float
    reason: str
    heard: str = ""
    must: bool = False

    @property
    def kind(self) -> str:
        """The kind of check it makes, as `models.records.speech.Check` names it."""
        return KINDS[self.sign]


def span_of(words: Sequence[Word]) -> Span:
    """From the start of the first word to the end of the last; at least a millisecond."""
    return Span(start_ms=words[0].start_ms, end_ms=max([words[0].start_ms + 1, *(w.end_ms for w in words)]))


def phrase(words: Sequence[Word]) -> str:
    """The words in a row, without the punctuation around them."""
    return joined([word.text for word in words])


def joined(texts: Sequence[str]) -> str:
    """The texts in a row, without the punctuation around them."""
    return " ".join(texts).strip(' .,?!;:…"')
