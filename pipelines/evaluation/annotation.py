"""One telling of a recording: who spoke when, and what was said. References and results take the same form."""

from __future__ import annotations

from dataclasses import dataclass

from models.records.span import Span, union
from models.records.speech import Check, Role, Word

SAME_TURN_MS = 300
"""Silence of one voice shorter than this does not end its turn (the rule of the NIST speaker evaluations)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said(Span):
    """Something said by one speaker. ``words`` is empty where no word has a time; ``role`` is None where unknown."""

    id: str
    speaker: str
    text: str
    role: Role | None = None
    words: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceSpan(Span):
    """A stretch of one voice."""

    speaker: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """What one source tells about one recording; what it cannot tell is None, never empty.

    ``said`` is in order of time. ``duration_ms`` is the recording's length where the source knows it.
    """

    said: tuple[Said, ...] | None = None
    turns: tuple[VoiceSpan, ...] | None = None
    checks: tuple[Check, ...] | None = None
    duration_ms: int | None = None

    @property
    def knows_roles(self) -> bool:
        """Whether any speaker's role is known."""
        return any(said.role not in (None, Role.UNKNOWN) for said in self.said or ())

    @property
    def speaks_of_roles(self) -> bool:
        """Whether roles are part of this telling at all, known or not."""
        return any(said.role is not None for said in self.said or ())


def turns_of(said: tuple[Said, ...], *, bridge_ms: int = SAME_TURN_MS) -> tuple[VoiceSpan, ...]:
    """The turns that utterances make: one voice, joined over silences of at most ``bridge_ms``; sorted by start."""
    turns = [
        VoiceSpan(start_ms=span.start_ms, end_ms=span.end_ms, speaker=speaker)
        for speaker in sorted({one.speaker for one in said})
        for span in union((one for one in said if one.speaker == speaker), bridge_ms=bridge_ms)
    ]
    return tuple(sorted(turns, key=lambda turn: (turn.start_ms, turn.end_ms, turn.speaker)))
