"""The please-check list: the passages that a person should hear, few and short, most important first.

Every finding has a score, and its sign a weight that was measured (`pipelines.stages.odds`). Changes of meaning that a
second reading heard come first. The others are taken by what they tell for each second they add, until they tell too
little for it or the list asks for its share of the recording: a clear recording gets a short list, a noisy one a longer
one. A lost "not" that nobody hears weighs more than a minute of listening, so the share is generous.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush

from models.records.span import Span, union
from models.records.speech import Check, Speech, Turns, Utterance, Words
from pipelines.stages.finding import Finding
from pipelines.stages.findings import find
from pipelines.stages.odds import weight

BUDGET = 0.195
"""The share of the recording that the list may ask a person to hear."""

ENOUGH = 0.09
"""What a finding in words has to tell for each second that it adds (and `PLAYED_MS`) to be asked for.

Turns and speech without words, overlaps and the like are rarer and longer; they are asked for as far as there is room.
"""

ALWAYS_MS = 5_000
"""Of a very short recording this much may always be asked for."""

BRIDGE_MS = 1_000
"""Passages this close become one: the report plays a second on either side of each."""

PLAYED_MS = 2_000
"""Added to what a passage costs: the second that is played on either side of it. A long word is so hardly dearer."""

NEIGHBOURS = 6
MEANING = ("negation", "risk_word", "unsure_word")


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A finding that could be asked for: what would be played, and what it tells."""

    span: Span
    finding: Finding
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """What is played in one go, and what was found in it, the most telling first."""

    span: Span
    offers: tuple[Offer, ...]

    @property
    def value(self) -> tuple[bool, float]:
        """Passages that come before all others first, then by the most telling finding."""
        return max(offer.finding.must for offer in self.offers), self.offers[0].value


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
    chosen = passages(find(words, utterances, turns, speech), audio_ms, budget)
    ranked = sorted(chosen, key=lambda p: (*(-part for part in p.value), p.span.start_ms))
    touched = _Touched(utterances)
    return tuple(_check(rank, passage, touched.by(passage.span)) for rank, passage in enumerate(ranked, 1))


def passages(
    found: Sequence[Finding],
    audio_ms: int,
    budget: float = BUDGET,
    *,
    enough: float = ENOUGH,
    weigh: Callable[[str], float] = weight,
) -> tuple[Passage, ...]:
    """What to play, in order of time: what must be there first, then whatever tells most for each second it adds.

    What lies beside a chosen passage adds little time and so comes cheap. ``weigh`` gives the weight of a sign.
    """
    offers = [
        Offer(span=_played(finding.span, audio_ms), finding=finding, value=finding.score * weigh(finding.sign))
        for finding in sorted(found, key=lambda f: (f.span.start_ms, f.span.end_ms, f.sign, -f.score))
    ]
    asked = _Asked()
    most_ms = int(budget * audio_ms)
    musts = [offer for offer in offers if offer.finding.must]
    chosen = _cheapest(musts, asked, max(ALWAYS_MS, int(BUDGET * audio_ms)), 0.0)
    chosen += _cheapest([offer for offer in offers if not offer.finding.must], asked, most_ms, enough)
    return _together(chosen)


def _cheapest(offers: Sequence[Offer], asked: _Asked, most_ms: int, enough: float) -> list[Offer]:
    """Take offers, given in order of time, the most telling for each added second first, while they fit and pay."""
    chosen: list[Offer] = []
    queue: list[tuple[float, int]] = []

    def worth(offer: Offer) -> float:
        return offer.value * 1000 / (asked.added_ms(offer.span) + PLAYED_MS)

    for place, offer in enumerate(offers):
        heappush(queue, (-worth(offer), place))
    done: set[int] = set()
    while queue:
        told, place = heappop(queue)
        offer = offers[place]
        if place in done or -told < worth(offer) - 1e-9:
            continue
        if offer.finding.kind in MEANING and -told < enough:
            continue
        done.add(place)
        if asked.total_ms + asked.added_ms(offer.span) > most_ms:
            continue
        asked.add(offer.span)
        chosen.append(offer)
        for near in range(max(0, place - NEIGHBOURS), min(len(offers), place + NEIGHBOURS + 1)):
            if near not in done:
                heappush(queue, (-worth(offers[near]), near))
    return chosen


def _played(span: Span, audio_ms: int) -> Span:
    start = min(span.start_ms, audio_ms)
    return Span(start_ms=start, end_ms=max(start, min(audio_ms, span.end_ms)))


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


def _together(chosen: Sequence[Offer]) -> tuple[Passage, ...]:
    """Offers that are heard together, most telling first."""
    made = []
    for span in union((offer.span for offer in chosen), bridge_ms=BRIDGE_MS):
        inside = [o for o in chosen if span.start_ms <= o.span.start_ms and o.span.end_ms <= span.end_ms]
        inside.sort(key=lambda offer: (not offer.finding.must, -offer.value))
        made.append(Passage(span=span, offers=tuple(inside)))
    return tuple(made)


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


def _check(rank: int, passage: Passage, utterances: tuple[str, ...]) -> Check:
    first = passage.offers[0].finding
    return Check(
        start_ms=passage.span.start_ms,
        end_ms=passage.span.end_ms,
        id=f"c{passage.span.start_ms:08d}",
        rank=rank,
        kinds=tuple(dict.fromkeys(offer.finding.kind for offer in passage.offers)),
        reason=first.reason,
        utterances=utterances,
        heard=first.heard,
    )
