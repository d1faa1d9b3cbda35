"""The document that an analysis writes, ``session.json``; its JSON Schema is docs/schema/session.v1.json."""

from __future__ import annotations

from dataclasses import dataclass

from models.records.audio import Advice, Recording
from models.records.provenance import Engine, StageTime
from models.records.span import Span
from models.records.speech import Check, Role, Timing, Word

SCHEMA_VERSION = "1.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """One voice: its role, how sure, why, and how much of the speech was theirs.

    ``source`` is "suggested" by the machine or "given" by a person. ``share`` is of all speech time, in [0, 1].
    """

    speaker: str
    role: Role
    role_confidence: float
    role_reason: str
    source: str
    speech_ms: int
    share: float
    turns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionTurn(Span):
    """A stretch of one voice as the diarizer heard it."""

    speaker: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionUtterance(Span):
    """An utterance as it is written out, with its speaker's role and the ids of the checks that touch it."""

    id: str
    speaker: str
    role: Role
    role_confidence: float
    text: str
    words: tuple[Word, ...]
    overlap: bool
    margin: float | None
    checks: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How much of the detected speech ended up in words. Well under 1 means that something is missing."""

    speech_ms: int
    transcribed_ms: int
    share: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One analysed recording, whole. Turns are spans of one voice and may overlap; utterances are what was said."""

    schema_version: str
    id: str
    recording: Recording
    advice: tuple[Advice, ...]
    engines: dict[str, Engine]
    timing: Timing
    language: str
    speakers: tuple[Speaker, ...]
    turns: tuple[SessionTurn, ...]
    utterances: tuple[SessionUtterance, ...]
    checks: tuple[Check, ...]
    check_share: float | None
    coverage: Coverage
    stages: tuple[StageTime, ...]
