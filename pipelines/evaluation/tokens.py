"""The comparable words of an annotation: normalised, each with its speaker, role and time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise

from models.records.span import Span
from models.records.speech import Role
from pipelines.evaluation.annotation import Said

Normaliser = Callable[[str], tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Token(Span):
    """One normalised word, where it came from, and when it was said."""

    text: str
    speaker: str
    role: Role | None


def tokens_of(said: Iterable[Said], normalise: Normaliser) -> tuple[tuple[Token, ...], ...]:
    """The words in the orders in which they can fairly be told: one or two orders.

    First by the start of their utterances, each utterance whole. Where somebody speaks inside another's utterance and
    words have times, a second order goes word by word, so that "yeah" stands where it was heard. An utterance
    without word times stays whole, and its words share its time evenly.
    """
    rows = [(number, one, token) for number, one in enumerate(said) for token in _tokens(one, normalise)]
    whole = [(one.start_ms, number, token) for number, one, token in rows]
    single = [(token.start_ms if one.words else one.start_ms, number, token) for number, one, token in rows]
    orders = [tuple(token for _, _, token in sorted(order, key=lambda row: row[:2])) for order in (whole, single)]
    return tuple(dict.fromkeys(orders))


def speaker_words(said: Iterable[Said], normalise: Normaliser) -> dict[str, tuple[str, ...]]:
    """Each speaker's normalised words in order of their utterances."""
    words: dict[str, tuple[str, ...]] = {}
    for one in sorted(said, key=lambda one: one.start_ms):
        words[one.speaker] = words.get(one.speaker, ()) + normalise(one.text)
    return words


def _tokens(said: Said, normalise: Normaliser) -> list[Token]:
    texts = normalise(said.text)
    spans = _times(said, texts, normalise)
    return [
        Token(start_ms=span.start_ms, end_ms=span.end_ms, text=text, speaker=said.speaker, role=said.role)
        for text, span in zip(texts, spans, strict=True)
    ]


def _times(said: Said, texts: tuple[str, ...], normalise: Normaliser) -> list[Span]:
    """A span for each normalised word: that of the written word it came from, else an even share of the utterance."""
    origins = [(word, text) for word in said.words for text in normalise(word.text)]
    if tuple(text for _, text in origins) == texts:
        return [Span(start_ms=word.start_ms, end_ms=word.end_ms) for word, _ in origins]
    if said.words and texts:
        # Numbers and the like come out differently in company; the words keep their order, so go by place.
        last = len(said.words) - 1
        places = [round(i * last / max(1, len(texts) - 1)) for i in range(len(texts))]
        return [Span(start_ms=said.words[p].start_ms, end_ms=said.words[p].end_ms) for p in places]
    edges = [said.start_ms + said.duration_ms * i // max(1, len(texts)) for i in range(len(texts) + 1)]
    return [Span(start_ms=start, end_ms=end) for start, end in pairwise(edges)]
