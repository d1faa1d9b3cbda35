"""A transcript as it stands now, with the machine's text beside what a person made of it."""

from __future__ import annotations

from dataclasses import dataclass

from models.records.speech import Check, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """One voice and its role. ``confidence`` in [0, 1] and ``reason`` are the machine's; a person ``confirmed`` it."""

    speaker: str
    role: Role
    confidence: float
    reason: str
    confirmed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """An utterance as it stands. Times are ms in the recording, None where a transcript without times was brought.

    ``id`` stays what it is through corrections. ``machine_text`` is what the machine wrote there, equal where nobody
    changed it. ``role_sure`` is False where nobody is sure who speaks.
    """

    id: str
    speaker: str
    role: Role
    text: str
    machine_text: str
    start_ms: int | None = None
    end_ms: int | None = None
    role_sure: bool = True
    overlap: bool = False

    @property
    def changed(self) -> bool:
        """Whether a person changed the words."""
        return self.text != self.machine_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A transcript as it stands. ``number`` is that of the last correction, 0 before the first; it only grows.

    ``checks`` are the passages that nobody has listened to yet, most important first.
    """

    said: tuple[Said, ...]
    voices: tuple[Voice, ...]
    checks: tuple[Check, ...]
    number: int = 0
