"""Passages to check as their page shows them: those of one place together, with what is said around them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from models.records.speech import Check
from service.transcripts.records import Said, Standing
from service.web.transcript_view import fragment

PAD_MS = 1_000
"""So much is played before and after a passage."""
NEAR_MS = 8_000
"""Passages of one utterance are heard together where no more than this lies between them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """What is heard in one go: which of how many, its reasons in order of time, and one utterance before and after.

    ``id`` is that of its most important check. ``left``: how many such places nobody has heard yet.
    """

    id: str
    checks: tuple[Check, ...]
    number: int
    total: int
    left: int
    heard: bool
    said: tuple[Said, ...]
    before: Said | None
    after: Said | None
    previous_id: str | None
    next_id: str | None

    @property
    def start_ms(self) -> int:
        """Where playing begins, with a second before it."""
        return max(0, min(one.start_ms for one in self.checks) - PAD_MS)

    @property
    def end_ms(self) -> int:
        """Where playing ends, with a second after it."""
        return max(one.end_ms for one in self.checks) + PAD_MS

    @property
    def fragment(self) -> str:
        """The media fragment that a player understands."""
        return fragment(self.start_ms, self.end_ms)

    def pieces(self, said: Said) -> tuple[tuple[str, bool], ...]:
        """What is said in pieces, each with whether it is in question."""
        found, at = [], 0
        for start, end in self._spans(said):
            found += [(said.text[at:start], False), (said.text[start:end], True)]
            at = end
        return tuple(one for one in (*found, (said.text[at:], False)) if one[0])

    def doubted(self, said: Said) -> tuple[int, int] | None:
        """Where the first words in question stand in what is said."""
        return next(iter(self._spans(said)), None)

    def _spans(self, said: Said) -> list[tuple[int, int]]:
        """Each from where the one before it ends; words that are not there are left out."""
        found: list[tuple[int, int]] = []
        for words in (one.heard for one in self.checks if one.heard and said.id in one.utterances):
            place = re.compile(rf"(?<!\w){re.escape(words)}(?!\w)", re.IGNORECASE)
            match = place.search(said.text, found[-1][1] if found else 0)
            if match:
                found.append(match.span())
        return found


def passage_of(standing: Standing, wanted: str) -> Passage | None:
    """The passage with a check of this id, else the first that nobody has heard; None where every one was."""
    every, open_ids = _passages(standing), {check.id for check in standing.checks}
    unheard = [place for place, checks in enumerate(every) if _is_open(checks, open_ids)]
    asked = [place for place, checks in enumerate(every) if wanted in {one.id for one in checks}]
    place = next(iter((*asked, *unheard)), None)
    if place is None:
        return None
    said, before, after = _around(standing.said, every[place])
    return Passage(
        id=_lead(every[place]).id,
        checks=every[place],
        number=place + 1,
        total=len(every),
        left=len(unheard),
        heard=place not in unheard,
        said=said,
        before=before,
        after=after,
        previous_id=_lead(every[place - 1]).id if place else None,
        next_id=_lead(every[place + 1]).id if place + 1 < len(every) else None,
    )


def next_open(standing: Standing, after: str) -> str | None:
    """The passage to go on with: the next one in order that nobody has heard, from the beginning again at the end."""
    every, open_ids = _passages(standing), {check.id for check in standing.checks}
    here = next((place + 1 for place, checks in enumerate(every) if after in {one.id for one in checks}), 0)
    return next((_lead(one).id for one in (*every[here:], *every[:here]) if _is_open(one, open_ids)), None)


def _passages(standing: Standing) -> list[tuple[Check, ...]]:
    """Checks of the same utterances and near to each other go together; the most important one gives the order."""
    found: list[list[Check]] = []
    for check in sorted((*standing.checks, *standing.heard), key=lambda one: (one.start_ms, one.id)):
        near = [one for one in found if _belongs(check, one)]
        if near:
            near[-1].append(check)
        else:
            found.append([check])
    return sorted((tuple(one) for one in found), key=lambda checks: (_lead(checks).rank, _lead(checks).id))


def _belongs(check: Check, others: Sequence[Check]) -> bool:
    """Whether one of them stands within the utterances of the other, and nearby."""
    here, there = set(check.utterances), {one for other in others for one in other.utterances}
    near = check.start_ms - max(one.end_ms for one in others) <= NEAR_MS
    return near and bool(here) and bool(there) and (here <= there or there <= here)


def _lead(checks: Sequence[Check]) -> Check:
    return min(checks, key=lambda one: (one.rank, one.id))


def _is_open(checks: Sequence[Check], open_ids: set[str]) -> bool:
    return any(one.id in open_ids for one in checks)


def _around(said: Sequence[Said], checks: Sequence[Check]) -> tuple[tuple[Said, ...], Said | None, Said | None]:
    about = {one for check in checks for one in check.utterances}
    places = [place for place, one in enumerate(said) if one.id in about]
    if not places:  # speech without words: what stands nearest before it is where they would belong
        start_ms = min(check.start_ms for check in checks)
        earlier = [place for place, one in enumerate(said) if (one.start_ms or 0) <= start_ms]
        places = [earlier[-1]] if earlier else [0] if said else []
    if not places:
        return (), None, None
    first, last = places[0], places[-1]
    before = said[first - 1] if first else None
    after = said[last + 1] if last + 1 < len(said) else None
    return tuple(said[place] for place in places), before, after
