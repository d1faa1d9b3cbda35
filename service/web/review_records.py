"""What the page of a review shows: records with their words, ready to be written out."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeShown:
    """A code beside an utterance; ``sure`` is False where it is a guess."""

    text: str
    sure: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagShown:
    """A flag. ``look`` is a word of the style sheet, ``what`` like "for empathy", ``likely`` how likely in a word."""

    about: str
    utterance: str
    direction: str
    what: str
    look: str
    state_word: str
    likely: str = ""
    percent: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidShown:
    """An utterance with what is marked on it. Times are ms in the recording, None where there is no sound."""

    id: str
    text: str
    start_ms: int | None
    end_ms: int | None
    changed: bool
    overlap: bool
    codes: tuple[CodeShown, ...]
    flags: tuple[FlagShown, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnShown:
    """Utterances of one voice in a row; ``role`` is a word of the style sheet."""

    role: str
    role_word: str
    sure: bool
    said: tuple[SaidShown, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MomentShown:
    """An utterance behind a suggestion; ``word`` says whether it speaks for or against the element."""

    utterance: str
    at_ms: int | None
    word: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SuggestionShown:
    """What the machine suggests for an element, and why; without a score, ``reason`` says why there is none."""

    score: int | None
    label: str
    likely: str
    reason: str
    because: str
    listen_first: bool
    moments: tuple[MomentShown, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementShown:
    """An element of the rubric with its suggestion, if that may be seen, and what the coach gave.

    ``chosen`` is the value of a field: a score, or a word for none. ``take`` is the value that takes the suggestion.
    """

    id: str
    name: str
    question: str
    anchors: tuple[str, ...]
    limits: str
    choices: tuple[tuple[int, str], ...]
    look: str
    state_word: str
    chosen: str
    reason: str
    reason_hint: str
    opened: bool
    confirmed: bool
    take: str
    take_words: str
    first: bool
    suggestion: SuggestionShown | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteShown:
    """A coach's note; ``where`` names the place of its utterance."""

    utterance: str | None
    where: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewShown:
    """The whole page. ``open``: it takes decisions. ``blind``: nothing of the machine's is on it."""

    session_id: str
    held_on: str
    kind_word: str
    note: str
    open: bool
    finished: bool
    blind: bool
    timed: bool
    confirmed: int
    turns: tuple[TurnShown, ...]
    elements: tuple[ElementShown, ...]
    notes: tuple[NoteShown, ...]
    flaggable: tuple[tuple[str, str], ...]
    warning: str
    problem: str = ""
    problem_at: str = ""
    for_script: dict[str, object] = field(default_factory=dict)
