"""Words and turns to utterances: who said which word, and where one thought ends and the next begins.

An utterance is what one speaker says in one breath: one sentence or several short ones, until a pause after a
sentence, a long pause anywhere, another speaker, or 20 seconds. A listener's "mm" or "yeah" gets an utterance of
its own and does not end the one it falls into. Every word lands in exactly one utterance.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from models.records.span import Span, intersection, total_ms, union
from models.records.speech import UNKNOWN_SPEAKER, Speech, Timing, Turn, Turns, Utterance, Word, Words
from pipelines.stages.breaks import ends_sentence, pauses, split_thoughts
from pipelines.stages.lexicon import is_backchannel

NEAREST_MS = {Timing.MEASURED: 1_000, Timing.ESTIMATED: 2_000}
"""A word further than this from every turn has no speaker."""

SLACK_MS = {Timing.MEASURED: 300, Timing.ESTIMATED: 1_500}
"""A word this far outside a voice's turns costs as much as one wrong word."""

CHANGE_COST = {Timing.MEASURED: (0.02, 0.2, 0.4), Timing.ESTIMATED: (0.05, 0.6, 1.5)}
"""What a change of speaker costs after a sentence or a pause, after a comma or beside a "yeah", and anywhere else."""

PAUSE_FOR_CHANGE_MS = 400
BACKCHANNEL_WORDS = 3
BACKCHANNEL_MS = 1_500
OVERLAP_MS = 200
FAR = 1_000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """Neighbouring words of one speaker."""

    speaker: str
    first: int
    last: int


def attribute(words: Words, turns: Turns, speech: Speech) -> tuple[Utterance, ...]:
    """Give every word to a voice and cut the words into utterances, sorted by start.

    Words outside all turns go to the nearest voice within `NEAREST_MS`, otherwise to ``UNKNOWN``. Where times are
    estimated a change of speaker prefers the end of a sentence or a pause nearby. No words give no utterances.
    """
    if not words.words:
        return ()
    silent = pauses(words, speech)
    speakers = _assign(words, turns, silent)
    pieces = [
        (speaker, thought)
        for speaker, flow in _flows(words.words, speakers)
        for thought in split_thoughts(words.words, flow, silent)
    ]
    pieces.sort(key=lambda piece: (words.words[piece[1][0]].start_ms, piece[1][0]))
    voices = _Voices(turns)
    names = _ids(words.words[thought[0]].start_ms for _, thought in pieces)
    return tuple(
        voices.utterance(name, speaker, tuple(words.words[i] for i in thought))
        for name, (speaker, thought) in zip(names, pieces, strict=True)
    )


def _assign(words: Words, turns: Turns, silent: Sequence[int]) -> list[str]:
    """The cheapest way to give the words to voices: staying in the turns against changing at odd places."""
    states = [*sorted({turn.speaker for turn in turns.exclusive}), UNKNOWN_SPEAKER]
    costs = _costs(words, turns, states)
    changes = CHANGE_COST[words.timing]
    joins = _joins(words)
    best = costs[0]
    came_from: list[list[int]] = []
    for i in range(1, len(words.words)):
        change = changes[0 if i in joins else _ease_of_change(words, i, silent[i - 1])]
        cheapest = min(range(len(states)), key=best.__getitem__)
        back = [s if best[s] <= best[cheapest] + change else cheapest for s in range(len(states))]
        best = [costs[i][s] + best[back[s]] + (0.0 if back[s] == s else change) for s in range(len(states))]
        came_from.append(back)
    state = min(range(len(states)), key=best.__getitem__)
    path = [state]
    for back in reversed(came_from):
        state = back[state]
        path.append(state)
    return [states[s] for s in reversed(path)]


def _ease_of_change(words: Words, i: int, silent_ms: int) -> int:
    """0 where a change of speaker before word ``i`` is natural, 1 where it may be, 2 in the middle of a phrase."""
    before, after = words.words[i - 1], words.words[i]
    if ends_sentence(before.text) or silent_ms >= PAUSE_FOR_CHANGE_MS:
        return 0
    if before.text[-1:] in ",;:-–—" or is_backchannel(before.text) or is_backchannel(after.text):
        return 1
    return 2


def _joins(words: Words) -> set[int]:
    """Numbers of the words that begin a stretch; where times are measured a stretch means nothing."""
    if words.timing is Timing.MEASURED:
        return set()
    begins = [word.start_ms for word in words.words]
    return {bisect_left(begins, stretch.start_ms) for stretch in words.stretches}


def _costs(words: Words, turns: Turns, states: Sequence[str]) -> list[list[float]]:
    """For each word and voice, how far the word lies outside that voice's turns; `FAR` where it cannot be."""
    slack, nearest = SLACK_MS[words.timing], NEAREST_MS[words.timing]
    voices = [union(t for t in turns.exclusive if t.speaker == state) for state in states[:-1]]
    starts = [[span.start_ms for span in spans] for spans in voices]
    table: list[list[float]] = []
    for word in words.words:
        middle = (word.start_ms + word.end_ms) / 2
        away = [_distance(middle, spans, begin) for spans, begin in zip(voices, starts, strict=True)]
        if min(away, default=FAR * nearest) > nearest:
            table.append([FAR] * len(away) + [0.0])
        else:
            closest = min(away)
            table.append([min(1.0, (gap - closest) / slack) for gap in away] + [FAR])
    return table


def _distance(moment: float, spans: Sequence[Span], starts: Sequence[int]) -> float:
    """Milliseconds from a moment to the nearest of sorted spans that do not touch; 0 inside one."""
    place = bisect_right(starts, moment)
    before = max(0.0, moment - spans[place - 1].end_ms) if place else float("inf")
    after = spans[place].start_ms - moment if place < len(spans) else float("inf")
    return min(before, after)


def _runs(speakers: Sequence[str]) -> list[_Run]:
    runs: list[_Run] = []
    first = 0
    for i in range(1, len(speakers) + 1):
        if i == len(speakers) or speakers[i] != speakers[first]:
            runs.append(_Run(speaker=speakers[first], first=first, last=i))
            first = i
    return runs


def _flows(words: Sequence[Word], speakers: Sequence[str]) -> Iterator[tuple[str, list[int]]]:
    """Each speaker's words without a break by another, a listener's "yeah" apart; yields word numbers."""
    runs = _runs(speakers)
    flow: list[int] = []
    for k, run in enumerate(runs):
        inside = range(run.first, run.last)
        if 0 < k < len(runs) - 1 and _is_listening(words, runs[k - 1], run, runs[k + 1]):
            yield run.speaker, list(inside)
            continue
        if flow and speakers[flow[-1]] != run.speaker:
            yield speakers[flow[-1]], flow
            flow = []
        flow = flow + list(inside)
    yield speakers[flow[-1]], flow


def _is_listening(words: Sequence[Word], before: _Run, run: _Run, after: _Run) -> bool:
    """Whether a run is a listener's "mm" inside somebody else's turn, not an answer to a question."""
    said = words[run.first : run.last]
    return (
        before.speaker == after.speaker != UNKNOWN_SPEAKER
        and len(said) <= BACKCHANNEL_WORDS
        and said[-1].end_ms - said[0].start_ms <= BACKCHANNEL_MS
        and all(is_backchannel(word.text) for word in said)
        and not words[before.last - 1].text.rstrip("\"'”’)").endswith("?")
    )


def _ids(starts: Iterator[int] | Sequence[int]) -> list[str]:
    """``u`` and the start in milliseconds; a second utterance that starts then gets ``b``, a third ``c`` ..."""
    seen: dict[int, int] = {}
    names: list[str] = []
    for start in starts:
        count = seen.get(start, 0)
        seen[start] = count + 1
        names.append(f"u{start:08d}" + ("" if count == 0 else _letters(count)))
    return names


def _letters(number: int) -> str:
    """1 is ``b``, 24 is ``y``, 25 is ``za``: letters that sort in order of number."""
    return "z" * (number // 25) + "abcdefghijklmnopqrstuvwxy"[number % 25]


class _Voices:
    """What the diarizer says about each voice, for marking overlap and margin."""

    def __init__(self, turns: Turns) -> None:
        speakers = {turn.speaker for turn in (*turns.turns, *turns.exclusive)}
        self._own = {s: union(t for t in turns.turns if t.speaker == s) for s in speakers}
        self._others = {s: union(t for t in turns.turns if t.speaker != s) for s in speakers}
        self._exclusive = sorted(turns.exclusive, key=lambda turn: turn.start_ms)
        self._ends = [turn.end_ms for turn in self._exclusive]
        self._both = {s: intersection(self._own[s], self._others[s]) for s in speakers}

    def utterance(self, name: str, speaker: str, words: tuple[Word, ...]) -> Utterance:
        """An utterance with what is known about its voice."""
        span = Span(start_ms=words[0].start_ms, end_ms=max(word.end_ms for word in words))
        shared = total_ms(intersection((span,), self._both.get(speaker, ())))
        return Utterance(
            start_ms=span.start_ms,
            end_ms=span.end_ms,
            id=name,
            speaker=speaker,
            text=" ".join(word.text for word in words),
            words=words,
            overlap=shared >= min(OVERLAP_MS, max(1, span.duration_ms // 2)),
            margin=self._margin(speaker, span),
        )

    def _margin(self, speaker: str, span: Span) -> float | None:
        """Mean margin of the voice's turns under the utterance; time outside them counts 0."""
        weighted, covered, known = 0.0, 0, False
        for turn in self._under(span):
            covered += turn.overlap_ms(span)
            if turn.speaker == speaker and turn.margin is not None:
                weighted += turn.overlap_ms(span) * turn.margin
                known = True
        return min(1.0, weighted / covered) if known and covered else None

    def _under(self, span: Span) -> Iterator[Turn]:
        for turn in self._exclusive[bisect_left(self._ends, span.start_ms) :]:
            if turn.start_ms >= span.end_ms:
                return
            yield turn
