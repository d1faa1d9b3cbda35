"""The please-check list: the passages that a person should hear, few and short, most important first.

Every finding has a score. Changes of meaning that a second reading heard come first. The others are taken by what they
tell for each second they add, as long as the list asks for no more than a set share of the recording; strongly
suspected changes of meaning may go on to somewhat more. A lost "not" that nobody hears weighs more than a minute of
listening, so the share is generous.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heappop, heappush

from models.records.span import Span, union
from models.records.speech import Check, Speech, Turns, Utterance, Words
from pipelines.stages.finding import Finding
from pipelines.stages.findings import find

BUDGET = 0.13
"""The share of the recording that the list may ask a person to hear, suspected changes of meaning apart."""

CEILING = 1.4
"""Suspected changes of meaning may take this many times the budget."""

MOST = 0.185
"""What a second reading heard otherwise may fill this share of the recording, whatever the budget; no list more."""

ALWAYS_MS = 5_000
"""Of a very short recording this much may always be asked for."""

SUSPECT = 0.4
"""A finding with this score is a suspected change of meaning."""

ROOM_MS = 150
"""How much is played before and after the words in question."""

BRIDGE_MS = 300
"""Passages this close become one."""

LEAST_MS = 1_000
"""Added to what a passage costs, so that a word beside another is not free and a long word not left out."""

NEIGHBOURS = 6
LEAST_SCORE = 0.05
MEANING = ("negation", "risk_word", "unsure_word")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Passage:
    span: Span
    findings: tuple[Finding, ...]

    @property
    def score(self) -> float:
        return self.findings[0].score


def check_list(
    words: Words,
    utterances: tuple[Utterance, ...],
    turns: Turns,
    speech: Speech,
    audio_ms: int,
    budget: float = BUDGET,
) -> tuple[Check, ...]:
    """Passages to hear, ``rank`` 1 first, each with its reason in words.

    ``budget`` in [0, 1] is the share of ``audio_ms`` that may be asked for. Passages do not overlap and lie within
    the recording.
    """
    found = [f for f in find(words, utterances, turns, speech) if f.must or f.score >= LEAST_SCORE]
    found.sort(key=lambda f: (not f.must, -f.score, f.span.start_ms, f.span.end_ms, f.kind))
    chosen = _choose(found, audio_ms, budget, ROOM_MS)
    passages = sorted(_passages(chosen), key=lambda p: (-p.score, p.span.start_ms))
    touched = _Touched(utterances)
    return tuple(_check(rank, passage, touched.by(passage.span)) for rank, passage in enumerate(passages, 1))


def _choose(found: Sequence[Finding], audio_ms: int, budget: float, room_ms: int) -> list[tuple[Span, Finding]]:
    """The findings that fit, with the time to be played for each.

    What must be there comes first, then whatever tells most for each second it adds, then suspected changes of
    meaning again up to `CEILING`. What lies beside a chosen passage adds little time and so comes cheap.
    """
    offers = [(_played(finding.span, room_ms, audio_ms), finding) for finding in found]
    asked = _Asked()
    musts = [offer for offer in offers if offer[1].must]
    rest = [offer for offer in offers if not offer[1].must]
    suspects = [offer for offer in rest if offer[1].score >= SUSPECT and offer[1].kind in MEANING]
    chosen = _cheapest(musts, asked, max(ALWAYS_MS, int(MOST * audio_ms)))
    chosen += _cheapest(rest, asked, int(budget * audio_ms))
    taken = {id(finding) for _, finding in chosen}
    left = [offer for offer in suspects if id(offer[1]) not in taken]
    return chosen + _cheapest(left, asked, int(min(MOST, CEILING * budget) * audio_ms))


def _cheapest(offers: Sequence[tuple[Span, Finding]], asked: _Asked, most_ms: int) -> list[tuple[Span, Finding]]:
    """Take offers, the highest score for each added second first, until nothing more fits."""
    chosen: list[tuple[Span, Finding]] = []
    order = sorted(range(len(offers)), key=lambda i: offers[i][0].start_ms)
    queue: list[tuple[float, int]] = []

    def offer(place: int) -> None:
        span, finding = offers[order[place]]
        heappush(queue, (-finding.score / (asked.added_ms(span) + LEAST_MS), place))

    for place in range(len(order)):
        offer(place)
    done: set[int] = set()
    while queue:
        worth, place = heappop(queue)
        span, finding = offers[order[place]]
        if place in done or worth > -finding.score / (asked.added_ms(span) + LEAST_MS) + 1e-9:
            continue
        done.add(place)
        if asked.total_ms + asked.added_ms(span) > most_ms:
            continue
        asked.add(span)
        chosen.append((span, finding))
        for near in range(max(0, place - NEIGHBOURS), min(len(order), place + NEIGHBOURS + 1)):
            if near not in done:
                offer(near)
    return chosen


def _played(span: Span, room_ms: int, audio_ms: int) -> Span:
    start = min(max(0, span.start_ms - room_ms), audio_ms)
    return Span(start_ms=start, end_ms=max(start, min(audio_ms, span.end_ms + room_ms)))


class _Asked:
    """The time asked for so far: sorted passages more than `BRIDGE_MS` apart, and their total length."""

    def __init__(self) -> None:
        self._spans: list[Span] = []
        self._ends: list[int] = []
        self.total_ms = 0

    def added_ms(self, span: Span) -> int:
        """How much longer the list would get by a passage."""
        first, last, joined = self._joined(span)
        return joined.duration_ms - sum(old.duration_ms for old in self._spans[first:last])

    def add(self, span: Span) -> None:
        """Ask for a passage."""
        self.total_ms += self.added_ms(span)
        first, last, joined = self._joined(span)
        self._spans[first:last] = [joined]
        self._ends[first:last] = [joined.end_ms]

    def _joined(self, span: Span) -> tuple[int, int, Span]:
        """The passages that one would join, by number, and what they become."""
        first = bisect_left(self._ends, span.start_ms - BRIDGE_MS)
        last = first
        while last < len(self._spans) and self._spans[last].start_ms <= span.end_ms + BRIDGE_MS:
            last += 1
        (joined,) = union([*self._spans[first:last], span], bridge_ms=BRIDGE_MS)
        return first, last, joined


def _passages(chosen: Sequence[tuple[Span, Finding]]) -> list[_Passage]:
    """Findings that are heard together, strongest first."""
    together = union((span for span, _ in chosen), bridge_ms=BRIDGE_MS)
    passages = []
    for passage in together:
        inside = [f for span, f in chosen if passage.start_ms <= span.start_ms and span.end_ms <= passage.end_ms]
        inside.sort(key=lambda f: -f.score)
        passages.append(_Passage(span=passage, findings=tuple(inside)))
    return passages


class _Touched:
    """Which utterances a passage touches, without looking at all of them each time."""

    def __init__(self, utterances: Sequence[Utterance]) -> None:
        self._utterances = sorted(utterances, key=lambda u: (u.start_ms, u.id))
        self._starts = [u.start_ms for u in self._utterances]
        self._longest_ms = max((u.duration_ms for u in utterances), default=0)

    def by(self, span: Span) -> tuple[str, ...]:
        """The ids of the utterances that share time with the span, in order of time."""
        first = bisect_left(self._starts, span.start_ms - self._longest_ms)
        last = bisect_left(self._starts, span.end_ms)
        return tuple(u.id for u in self._utterances[first:last] if u.end_ms > span.start_ms)


def _check(rank: int, passage: _Passage, utterances: tuple[str, ...]) -> Check:
    findings = passage.findings
    return Check(
        start_ms=passage.span.start_ms,
        end_ms=passage.span.end_ms,
        id=f"c{passage.span.start_ms:08d}",
        rank=rank,
        kinds=tuple(dict.fromkeys(finding.kind for finding in findings)),
        reason=" ".join(dict.fromkeys(finding.reason for finding in findings[:2])),
        utterances=utterances,
        heard=findings[0].heard,
    )
