"""One reason to hear a passage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from models.records.span import Span
from models.records.speech import Word


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One reason to listen: its kind, how much it matters, and whether it comes before all others."""

    span: Span
    kind: str
    score: float
    reason: str
    heard: str = ""
    must: bool = False


def span_of(words: Sequence[Word]) -> Span:
    """From the start of the first word to the end of the last; at least a millisecond."""
    return Span(start_ms=words[0].start_ms, end_ms=max([words[0].start_ms + 1, *(w.end_ms for w in words)]))


def phrase(words: Sequence[Word]) -> str:
    """The words in a row, without the punctuation around them."""
    return joined([word.text for word in words])


def joined(texts: Sequence[str]) -> str:
    """The texts in a row, without the punctuation around them."""
    return " ".join(texts).strip(' .,?!;:…"')
