"""What times and words alone tell: who spoke how much, how long a line is, and who spoke over whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.records.coding import CodedUtterance, Coding
from models.records.scoring import Circumstances
from models.records.span import Span, total_ms
from models.records.speech import Role
from pipelines.stages.measuring.floor import is_listening, spoken_words

INTERRUPTION_MS = 500
"""Speaking at once for less than this is how people ordinarily take turns."""

_NOT_INTERRUPTED = (Role.INTERPRETER, Role.UNKNOWN)
"""An interpreter speaks while others do, and an unknown voice may be the worker's own."""

_ROWS = 256
"""How many lines are held against all others at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """Each utterance's time in the order of the coding; ``spans`` is None where there are none to use, and why."""

    spans: tuple[Span, ...] | None
    why_not: str = ""


def clock_of(coding: Coding, circumstances: Circumstances) -> Clock:
    """Times of every utterance, or none at all: times of some would compare one person's seconds with another's gap."""
    known = circumstances.spans
    missing = sum(one.id not in known for one in coding.utterances)
    if not known:
        return Clock(spans=None, why_not="The transcript has no times.")
    if missing:
        why = f"{missing} of {len(coding.utterances)} utterances have no time, so no times are used."
        return Clock(spans=None, why_not=why)
    spans = tuple(known[one.id] for one in coding.utterances)
    if not any(span.duration_ms for span in spans):
        return Clock(spans=None, why_not="The transcript's times have no length.")
    return Clock(spans=spans)


def talk_share(coding: Coding, clock: Clock) -> float | None:
    """The scored role's share of all speech, by time or by words; None where nobody says anything.

    Time is counted once for each voice; where two voices speak at once, for both.
    """
    spoken = _spoken_ms(coding, clock) if clock.spans is not None else _spoken_words(coding)
    everybody = sum(spoken.values())
    ours = sum(amount for (_, role), amount in spoken.items() if role is coding.setting.scored_role)
    return ours / everybody if everybody else None


def lengths_of(coding: Coding, scored: Sequence[CodedUtterance], clock: Clock) -> list[int]:
    """How much each scored line adds: milliseconds that no earlier one has, or words where there are no times."""
    if clock.spans is None:
        return [len(spoken_words(one.text)) for one in scored]
    wanted, lengths, reached = {id(one) for one in scored}, [], 0
    for one, span in zip(coding.utterances, clock.spans, strict=True):
        if id(one) in wanted:
            lengths.append(max(0, span.end_ms - max(span.start_ms, reached)))
            reached = max(reached, span.end_ms)
    return lengths


def interruptions(coding: Coding, spans: Sequence[Span]) -> int | None:
    """How often the scored role took the floor from somebody who was still speaking.

    An utterance counts, once, if it is no listener's noise, begins after another person's began and at least
    `INTERRUPTION_MS` before that ends, and ends after it. None where no two voices overlap anywhere: such a transcript
    does not show who spoke over whom.
    """
    by_voice = _spoken_ms(coding, Clock(spans=tuple(spans)))
    if sum(by_voice.values()) == total_ms(spans):
        return None
    role = coding.setting.scored_role
    pairs = list(zip(coding.utterances, spans, strict=True))
    ours = np.array(_bounds([span for one, span in pairs if one.role is role and not is_listening(one.text)]))
    theirs = np.array(_bounds([span for one, span in pairs if one.role not in (role, *_NOT_INTERRUPTED)]))
    found = 0
    for first in range(0, len(ours), _ROWS):
        start, end = (column[:, None] for column in ours[first : first + _ROWS].T)
        over = (theirs[:, 0] < start) & (theirs[:, 1] >= start + INTERRUPTION_MS) & (theirs[:, 1] < end)
        found += int(over.any(1).sum())
    return found


def _bounds(spans: Sequence[Span]) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    return np.array([(span.start_ms, span.end_ms) for span in spans], np.int64).reshape(-1, 2)


def _spoken_ms(coding: Coding, clock: Clock) -> dict[tuple[str, Role], int]:
    by_voice: dict[tuple[str, Role], list[Span]] = defaultdict(list)
    for one, span in zip(coding.utterances, clock.spans or (), strict=True):
        by_voice[one.speaker, one.role].append(span)
    return {voice: total_ms(spans) for voice, spans in by_voice.items()}


def _spoken_words(coding: Coding) -> dict[tuple[str, Role], int]:
    by_voice: dict[tuple[str, Role], int] = defaultdict(int)
    for one in coding.utterances:
        by_voice[one.speaker, one.role] += len(spoken_words(one.text))
    return by_voice
