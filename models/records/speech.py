"""From sound to who said what: speech, turns, words, utterances and the passages to check."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from models.records.span import Span

UNKNOWN_SPEAKER = "UNKNOWN"


class Timing(StrEnum):
    """Whether word times come from the engine or are estimated within a stretch of speech."""

    MEASURED = "measured"
    ESTIMATED = "estimated"


class Role(StrEnum):
    """A participant's role, never a name."""

    PRACTITIONER = "practitioner"
    PARENT_OR_CARER = "parent_or_carer"
    CHILD = "child"
    OTHER_FAMILY = "other_family"
    OTHER_PROFESSIONAL = "other_professional"
    INTERPRETER = "interpreter"
    SUPERVISOR = "supervisor"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """Where somebody speaks, by a voice-activity detector: sorted spans that do not touch."""

    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeakerCount:
    """How many voices to look for: exactly ``exact``, or between ``least`` and ``most``."""

    exact: int | None = None
    least: int = 1
    most: int = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn(Span):
    """A stretch of one voice. ``margin`` in [0, 1] says how far ahead of the next voice it was, if known."""

    speaker: str
    margin: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Turns:
    """Who speaks when, sorted by start; turns of different voices may overlap.

    ``exclusive`` covers the same speech with exactly one voice at any time, for giving words to speakers.
    Speakers are called SPEAKER_00, SPEAKER_01 ... in order of first speech.
    """

    turns: tuple[Turn, ...]
    exclusive: tuple[Turn, ...]

    @property
    def speakers(self) -> tuple[str, ...]:
        """The speakers' labels, sorted."""
        return tuple(sorted({turn.speaker for turn in self.turns}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Word(Span):
    """One word as it is written, punctuation attached; ``probability`` in [0, 1] where the engine gives one."""

    text: str
    probability: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative(Span):
    """What the engine might have written in the place of a word, with its probability there in [0, 1].

    ``text`` is a word or how one begins ("wasn", "scream"); the span is that of the word that was written. A
    "not" where none was written says that one may have been lost.
    """

    text: str
    probability: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch(Span):
    """A piece of speech that was read in one go.

    ``second_look`` is what a second, different reading of the same sound gave; None where none was made.
    ``confidence`` is the mean word probability, None where the engine gives none. ``alternatives`` are in
    order of time; empty where the engine gives none.
    """

    text: str
    second_look: str | None = None
    confidence: float | None = None
    alternatives: tuple[Alternative, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped(Span):
    """Text that an engine wrote and we did not keep, with the reason's code (never its words in a log)."""

    text: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What was said, whatever the engine: words in order of time."""

    words: tuple[Word, ...]
    timing: Timing
    language: str
    stretches: tuple[Stretch, ...] = ()
    dropped: tuple[Dropped, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeakerRole:
    """The role of one voice, how sure we are in [0, 1], and why, in a plain sentence."""

    speaker: str
    role: Role
    confidence: float
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance(Span):
    """A complete thought by one speaker. ``overlap`` marks that somebody else speaks at the same time.

    ``margin`` in [0, 1] is how clearly this speaker was ahead of the next, None if not known.
    """

    id: str
    speaker: str
    text: str
    words: tuple[Word, ...]
    overlap: bool = False
    margin: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Check(Span):
    """A passage that a person should hear, most important first (``rank`` 1), with its reason in words.

    ``kinds`` are codes: unsure_word, negation, risk_word, outside_speech, speech_without_words, repetition,
    overlap, speaker_margin. ``utterances`` are the ids it touches; ``heard`` the words in question.
    """

    id: str
    rank: int
    kinds: tuple[str, ...]
    reason: str
    utterances: tuple[str, ...]
    heard: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """Utterances in order of time with their speakers' roles. From here on nothing can reach the sound."""

    utterances: tuple[Utterance, ...]
    roles: tuple[SpeakerRole, ...]
    checks: tuple[Check, ...]
    timing: Timing
    language: str

    def role_of(self, speaker: str) -> SpeakerRole:
        """The role of a voice; unknown with confidence 0 where nothing was decided."""
        for role in self.roles:
            if role.speaker == speaker:
                return role
        return SpeakerRole(speaker=speaker, role=Role.UNKNOWN, confidence=0.0, reason="Not decided.")
