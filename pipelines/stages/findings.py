"""What a person might have to hear, found in words, speech and turns; `check` decides what they are asked to."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from models.records.span import Span, intersection, total_ms, union
from models.records.speech import UNKNOWN_SPEAKER, Speech, Turns, Utterance, Word, Words
from pipelines.stages.finding import Finding, phrase, span_of
from pipelines.stages.lexicon import token_of
from pipelines.stages.meaning import meaning

OUTSIDE_MS = 300
SILENT_MS = 1_500
REPEATS = 4
THIN_MARGIN = 0.1
THIN_WORDS = 3
LONGEST_PASSAGE_MS = 5_000

LOST_TURN_MS = 400
"""A turn this long of a voice that has no words there has lost some."""

SLOWEST_MS = 600
"""Where two voices speak at once, fewer than one word in this time means that words were lost."""


def find(words: Words, utterances: Sequence[Utterance], turns: Turns, speech: Speech) -> tuple[Finding, ...]:
    """Everything that might deserve a listen, in no order."""
    return (
        *meaning(words),
        *_outside(words, speech),
        *_without_words(words, speech),
        *_repetitions(words),
        *_doubtful_voices(utterances),
        *_at_once(words, turns),
        *_lost_turns(words, utterances, turns),
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
        said = phrase([word for word in stray if span.overlap_ms(_wide(word))])
        reason = f"No speech was found where '{said}' was written; it may not have been said."
        yield Finding(
            span=_cut(span.start_ms, span.end_ms), sign="outside_speech", score=1.2, reason=reason, heard=said
        )
    for piece in words.dropped:
        if piece.reason != "repetition":
            reason = "Words were written here where no speech was found, and left out."
            yield Finding(span=_wide(piece), sign="dropped_words", score=0.5, reason=reason)


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
                yield Finding(span=_cut(start, near.start_ms), sign="no_words", score=0.9, reason=reason)
            start = near.end_ms
        if span.end_ms - start >= SILENT_MS:
            yield Finding(span=_cut(start, span.end_ms), sign="no_words", score=0.9, reason=reason)


def _repetitions(words: Words) -> Iterator[Finding]:
    """The same word or phrase four times or more in a row, written or left out."""
    reason = "The same words come again and again; something else may have been said."
    for piece in words.dropped:
        if piece.reason == "repetition":
            span = _cut(piece.start_ms, piece.end_ms)
            yield Finding(span=span, sign="repetition", score=1.1, reason=reason)
    tokens = [token_of(word.text) for word in words.words]
    at = 0
    while at < len(tokens):
        size = next((n for n in range(1, 7) if _repeats(tokens, at, n)), 0)
        if size:
            said = words.words[at : at + size * REPEATS]
            yield Finding(span=span_of(said), sign="repetition", score=1.1, reason=reason, heard=phrase(said[:size]))
        at += max(1, size * REPEATS)


def _repeats(tokens: Sequence[str], at: int, size: int) -> bool:
    phrase = tokens[at : at + size]
    return list(tokens[at : at + size * REPEATS]) == list(phrase) * REPEATS and any(phrase)


def _doubtful_voices(utterances: Sequence[Utterance]) -> Iterator[Finding]:
    """Utterances whose speaker is doubtful."""
    for utterance in utterances:
        size = min(1.0, len(utterance.words) / 10)
        thin = utterance.speaker == UNKNOWN_SPEAKER or (utterance.margin is not None and utterance.margin < THIN_MARGIN)
        if thin and len(utterance.words) >= THIN_WORDS:
            span, reason = _cut(utterance.start_ms, utterance.end_ms), "Not sure who says this."
            yield Finding(span=span, sign="thin_margin", score=0.3 + 0.3 * size, reason=reason)


def _at_once(words: Words, turns: Turns) -> Iterator[Finding]:
    """The time in which two voices speak, above all where few words were written."""
    reason = "Two people speak at once; words may be missing or with the wrong person."
    middles = [(word.start_ms + word.end_ms) // 2 for word in words.words]
    for shared in _shared(turns):
        written = bisect_left(middles, shared.end_ms) - bisect_left(middles, shared.start_ms)
        few = written * SLOWEST_MS < 2 * shared.duration_ms
        span = _cut(shared.start_ms, shared.end_ms)
        score = (0.6 if few else 0.4) + 0.1 * total_ms([span]) / 1000
        yield Finding(span=span, sign="overlap", score=score, reason=reason)


def _shared(turns: Turns) -> tuple[Span, ...]:
    """Where turns of different voices overlap."""
    shared: list[Span] = []
    for speaker in turns.speakers:
        ours = [turn for turn in turns.turns if turn.speaker == speaker]
        shared += intersection(ours, [turn for turn in turns.turns if turn.speaker > speaker])
    return union(shared)


def _lost_turns(words: Words, utterances: Sequence[Utterance], turns: Turns) -> Iterator[Finding]:
    """Turns of a voice that was given no words there, unless that is on the list for another reason."""
    reason = "Somebody speaks here and no words of theirs were written."
    told, dropped = _shared(turns), union(map(_wide, words.dropped))
    for speaker in turns.speakers:
        said = sorted(w.start_ms for u in utterances if u.speaker == speaker for w in u.words)
        for turn in turns.turns:
            if turn.speaker != speaker or turn.duration_ms < LOST_TURN_MS:
                continue
            if total_ms(intersection([turn], told)) > turn.duration_ms // 2 or intersection([turn], dropped):
                continue
            if bisect_left(said, turn.start_ms - OUTSIDE_MS) == bisect_left(said, turn.end_ms):
                span = _cut(turn.start_ms, turn.end_ms)
                yield Finding(span=span, sign="lost_turn", score=0.4, reason=reason)


def _cut(start_ms: int, end_ms: int) -> Span:
    return Span(start_ms=start_ms, end_ms=min(end_ms, start_ms + LONGEST_PASSAGE_MS))


def _wide(span: Span) -> Span:
    """A plain span of at least one millisecond."""
    return Span(start_ms=span.start_ms, end_ms=max(span.end_ms, span.start_ms + 1))
