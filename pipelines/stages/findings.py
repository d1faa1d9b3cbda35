"""What a person might have to hear, found in words, speech and turns; `check` decides what they are asked to."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import log10

from models.records.span import Span, intersection, total_ms, union
from models.records.speech import UNKNOWN_SPEAKER, Speech, Turns, Utterance, Word, Words
from pipelines.stages.in_mind import InMind, in_mind, told
from pipelines.stages.lexicon import is_auxiliary, is_negation, is_risk, token_of
from pipelines.stages.second_look import Difference, changes_risk, differences, turns_round

NO_PROBABILITY = 0.8
"""How likely a word counts whose engine says nothing about it."""

DISAGREEMENT = 0.4
"""How much less likely a word counts that a second reading does not have."""

UNSURE = 0.3
"""Plain words less doubtful than this are left alone."""

DOUBTFUL_NEGATION = 0.1
DOUBTFUL_AUXILIARY = 0.25
CAN_DOUBT = 0.04
"""Below this next to nothing was wrong in the speech that these numbers were chosen on (benchmarks/checks.py)."""

NEAR_WORDS = 4
"""A risk word this many words away makes a lost "not" matter more."""

OUTSIDE_MS = 300
SILENT_MS = 1_500
REPEATS = 4
THIN_MARGIN = 0.1
THIN_WORDS = 3
LONGEST_PASSAGE_MS = 5_000

LEAST_LIKELY = 0.004
"""An alternative this likely has the lowest score; ten times as likely scores 0.2 more."""

CAN = ("can", "can't")
"""They sound so alike that a little doubt (`CAN_DOUBT`) counts as doubt enough."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One reason to listen: its kind, how much it matters, and whether it may not be left out."""

    span: Span
    kind: str
    score: float
    reason: str
    heard: str = ""
    must: bool = False


def find(words: Words, utterances: Sequence[Utterance], turns: Turns, speech: Speech) -> tuple[Finding, ...]:
    """Everything that might deserve a listen, in no order."""
    parted = differences(words)
    doubt = doubts(words, parted)
    rivals = in_mind(words)
    return (
        *_second_thoughts(words, parted),
        *_rivals(words, rivals),
        *_words_in_doubt(words, doubt),
        *_missing_nots(words, doubt, rivals),
        *_outside(words, speech),
        *_without_words(words, speech),
        *_repetitions(words),
        *_voices(utterances, turns),
    )


def doubts(words: Words, parted: Sequence[Difference]) -> list[float]:
    """For each word how doubtful it is, in [0, 1]: from the engine's probability and the second reading."""
    doubt = [1 - (NO_PROBABILITY if word.probability is None else word.probability) for word in words.words]
    for difference in parted:
        for i in range(difference.first, difference.last):
            doubt[i] = min(1.0, doubt[i] + DISAGREEMENT)
    for i, word in enumerate(words.words):
        if doubt[i] >= CAN_DOUBT and token_of(word.text) in CAN:
            doubt[i] = max(doubt[i], DOUBTFUL_AUXILIARY)
    return doubt


def _second_thoughts(words: Words, parted: Sequence[Difference]) -> Iterator[Finding]:
    """Places where the second reading has a negation or a risk word too many or too few."""
    for difference in parted:
        turned, risky = turns_round(words, difference), changes_risk(words, difference)
        if not (turned or risky) or not words.words:
            continue
        first, last = max(0, difference.first - 1), min(len(words.words), difference.last + 1)
        inner = words.words[difference.first : difference.last] or words.words[first:last]
        ours = _phrase(words.words[first:last])
        theirs = _phrase_around(words.words, first, difference, last)
        yield Finding(
            span=_span(inner),
            kind="negation" if turned else "risk_word",
            score=3.0 if turned else 2.5,
            reason=f"Heard '{ours}'; a second listening heard '{theirs}'.",
            heard=ours,
            must=True,
        )


def _words_in_doubt(words: Words, doubt: Sequence[float]) -> Iterator[Finding]:
    """Doubtful negations and risk words, every risk word as far as there is room, and other words in doubt."""
    for i, (word, doubtful) in enumerate(zip(words.words, doubt, strict=True)):
        heard = _phrase([word])
        if is_negation(word.text):
            if doubtful >= DOUBTFUL_NEGATION:
                reason = f"Heard '{heard}'; make sure that it was said."
                yield _doubtful(word, "negation", 0.25 + 0.5 * doubtful, reason)
        elif is_risk(word.text):
            reason = f"Heard '{heard}'; make sure of this word."
            yield _doubtful(word, "risk_word", 0.1 + 0.6 * doubtful, reason)
        elif doubtful >= UNSURE:
            near = words.words[max(0, i - 2) : i + 3]
            telling = any(is_negation(other.text) or is_risk(other.text) for other in near)
            score = 0.35 * doubtful + (0.05 if telling else 0.0)
            yield _doubtful(word, "unsure_word", score, f"Not sure of '{heard}'.")


def _doubtful(word: Word, kind: str, score: float, reason: str) -> Finding:
    return Finding(span=_span([word]), kind=kind, score=score, reason=reason, heard=_phrase([word]))


def _rivals(words: Words, rivals: InMind) -> Iterator[Finding]:
    """Negations and risk words that the recogniser nearly wrote."""
    for kind, found in (("negation", rivals.negations), ("risk_word", rivals.risks)):
        for place, rival in found.items():
            ours, theirs = (_joined(texts) for texts in told(words, place, rival))
            likely = 0.1 * log10(rival.probability / LEAST_LIKELY) if rival.probability > LEAST_LIKELY else 0.0
            yield Finding(
                span=_span(words.words[max(0, place - 1) : place + 1]),
                kind=kind,
                score=(0.5 + 2 * likely) if kind == "negation" else 0.1 + 0.5 * rival.probability,
                reason=f"Heard '{ours}'; perhaps '{theirs}'.",
                heard=ours,
            )


def _missing_nots(words: Words, doubt: Sequence[float], rivals: InMind) -> Iterator[Finding]:
    """Statements that a lost "not" would turn round: an auxiliary without a negation, above all near a risk word."""
    for i, word in enumerate(words.words):
        if not is_auxiliary(word.text) or (i and is_auxiliary(words.words[i - 1].text)):
            continue  # of "would have been" the first is enough
        around = words.words[max(0, i - NEAR_WORDS) : i + 1 + NEAR_WORDS]
        if any(is_negation(other.text) for other in words.words[max(0, i - 1) : i + 3]):
            continue
        risky = any(is_risk(other.text) for other in around)
        doubtful = max(doubt[i : i + 2])
        unbacked = i in rivals.looked_at and not rivals.negations.keys() & {i, i + 1}
        if not risky and (unbacked or doubtful < DOUBTFUL_AUXILIARY):
            continue
        heard = _phrase(words.words[max(0, i - 1) : i + 3])
        yield Finding(
            span=_span(words.words[i : i + 2]),
            kind="negation",
            score=(0.3 if unbacked else 1.0) * (0.1 + 0.4 * doubtful + (0.15 if risky else 0.0)),
            reason=f"Heard '{heard}'; a 'not' may be missing.",
            heard=heard,
        )


def _outside(words: Words, speech: Speech) -> Iterator[Finding]:
    """Words where nobody was heard to speak."""
    heard = union(Span(start_ms=max(0, s.start_ms - OUTSIDE_MS), end_ms=s.end_ms + OUTSIDE_MS) for s in speech.spans)
    ends = [span.end_ms for span in heard]
    stray: list[Word] = []
    for word in words.words if heard else ():
        near = bisect_right(ends, word.start_ms)
        if near == len(heard) or heard[near].start_ms >= max(word.end_ms, word.start_ms + 1):
            stray.append(word)
    for span in union(map(_wide, stray), bridge_ms=OUTSIDE_MS):
        said = _phrase([word for word in stray if span.overlap_ms(_wide(word))])
        reason = f"No speech was found where '{said}' was written; it may not have been said."
        yield Finding(
            span=_cut(span.start_ms, span.end_ms), kind="outside_speech", score=1.2, reason=reason, heard=said
        )
    for piece in words.dropped:
        if piece.reason != "repetition":
            reason = "Words were written here where no speech was found, and left out."
            yield Finding(span=_wide(piece), kind="outside_speech", score=0.5, reason=reason)


def _without_words(words: Words, speech: Speech) -> Iterator[Finding]:
    """Speech in which no word was written."""
    reason = "Somebody speaks here and no words were written."
    written = union(map(_wide, words.words), bridge_ms=SILENT_MS)
    ends = [span.end_ms for span in written]
    for span in speech.spans:
        start = span.start_ms
        for near in written[bisect_right(ends, start) :]:
            if near.start_ms >= span.end_ms:
                break
            if near.start_ms - start >= SILENT_MS:
                yield Finding(span=_cut(start, near.start_ms), kind="speech_without_words", score=0.9, reason=reason)
            start = near.end_ms
        if span.end_ms - start >= SILENT_MS:
            yield Finding(span=_cut(start, span.end_ms), kind="speech_without_words", score=0.9, reason=reason)


def _repetitions(words: Words) -> Iterator[Finding]:
    """The same word or phrase four times or more in a row, written or left out."""
    reason = "The same words come again and again; something else may have been said."
    for piece in words.dropped:
        if piece.reason == "repetition":
            span = _cut(piece.start_ms, piece.end_ms)
            yield Finding(span=span, kind="repetition", score=1.1, reason=reason)
    tokens = [token_of(word.text) for word in words.words]
    at = 0
    while at < len(tokens):
        size = next((n for n in range(1, 7) if _repeats(tokens, at, n)), 0)
        if size:
            said = words.words[at : at + size * REPEATS]
            yield Finding(span=_span(said), kind="repetition", score=1.1, reason=reason, heard=_phrase(said[:size]))
        at += max(1, size * REPEATS)


def _repeats(tokens: Sequence[str], at: int, size: int) -> bool:
    phrase = tokens[at : at + size]
    return list(tokens[at : at + size * REPEATS]) == list(phrase) * REPEATS and any(phrase)


def _voices(utterances: Sequence[Utterance], turns: Turns) -> Iterator[Finding]:
    """Utterances whose speaker is doubtful, and the time in which two voices speak."""
    for utterance in utterances:
        size = min(1.0, len(utterance.words) / 10)
        thin = utterance.speaker == UNKNOWN_SPEAKER or (utterance.margin is not None and utterance.margin < THIN_MARGIN)
        if thin and len(utterance.words) >= THIN_WORDS:
            span, reason = _cut(utterance.start_ms, utterance.end_ms), "Not sure who says this."
            yield Finding(span=span, kind="speaker_margin", score=0.3 + 0.3 * size, reason=reason)
        if utterance.overlap:
            others = [turn for turn in turns.turns if turn.speaker != utterance.speaker]
            for shared in intersection([_wide(utterance)], others):
                reason = "Two people speak at once; words may be missing or with the wrong person."
                span = _cut(shared.start_ms, shared.end_ms)
                yield Finding(span=span, kind="overlap", score=0.3 + 0.1 * total_ms([span]) / 1000, reason=reason)


def _cut(start_ms: int, end_ms: int) -> Span:
    return Span(start_ms=start_ms, end_ms=min(end_ms, start_ms + LONGEST_PASSAGE_MS))


def _wide(span: Span) -> Span:
    """A plain span of at least one millisecond."""
    return Span(start_ms=span.start_ms, end_ms=max(span.end_ms, span.start_ms + 1))


def _span(words: Sequence[Word]) -> Span:
    return Span(start_ms=words[0].start_ms, end_ms=max([words[0].start_ms + 1, *(w.end_ms for w in words)]))


def _phrase(words: Sequence[Word]) -> str:
    return _joined([word.text for word in words])


def _joined(texts: Sequence[str]) -> str:
    return " ".join(texts).strip(' .,?!;:…"')


def _phrase_around(words: Sequence[Word], first: int, difference: Difference, last: int) -> str:
    """The second reading in the place of our words, with a word on either side."""
    before = [word.text for word in words[first : difference.first]]
    after = [word.text for word in words[difference.last : last]]
    return _joined([*before, *difference.other, *after])
