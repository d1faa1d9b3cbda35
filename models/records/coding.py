"""What the coder reads and what it writes: a conversation without sound, and codes and flags with probabilities."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from models.records.provenance import Engine
from models.records.span import Span
from models.records.speech import Role


class Setting(StrEnum):
    """What kind of conversation it is; it decides whose practice is looked at, and against which rubric."""

    DIRECT_PRACTICE = "direct_practice"
    SUPERVISION = "supervision"

    @property
    def scored_role(self) -> Role:
        """The role that earns or loses flags; everybody else is context."""
        return Role.SUPERVISOR if self is Setting.SUPERVISION else Role.PRACTITIONER


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An utterance (or a turn, where the source has turns) as the coder gets it.

    ``turn`` counts from 1 in the order of the source. ``role_sure`` is False where nobody is sure who speaks. ``span``
    is None where the source has no times.
    """

    id: str
    turn: int
    speaker: str
    role: Role
    text: str
    role_sure: bool = True
    span: Span | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """Lines in order. ``change_goal`` is the behavioural goal stated beforehand, None where there is none."""

    setting: Setting
    change_goal: str | None
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """The most likely code of one head ("open_question"), with its calibrated probability in [0, 1].

    ``sure`` is False where the probability is under the head's threshold: the coder abstains.
    """

    code: str
    probability: float
    sure: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """An utterance offered as evidence for ("+") or against ("-") an element, with the most likely indicator."""

    element: str
    direction: str
    indicator: str
    probability: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CodedUtterance:
    """One line with what the coder makes of it.

    ``codes`` and ``flags`` are what may be shown, most likely first. ``heads`` (head -> class -> probability,
    adding to 1) and ``evidence`` ("empathy+" -> probability) hold everything that was computed, for measures
    and evaluation; both are empty where a head does not apply to the speaker, ``evidence`` also where nobody is sure
    who speaks. ``indicators`` gives each evidence's most likely indicator. ``choices`` (head -> class) is the answer
    of each head: the likeliest class after rare classes were given their due.
    """

    id: str
    turn: int
    speaker: str
    role: Role
    text: str
    codes: tuple[Code, ...] = ()
    flags: tuple[Flag, ...] = ()
    heads: dict[str, dict[str, float]] = field(default_factory=dict)
    choices: dict[str, str] = field(default_factory=dict)
    evidence: dict[str, float] = field(default_factory=dict)
    indicators: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Off:
    """A head, code or flag that this coding does not state, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Coding:
    """A conversation, coded: as many utterances as it had lines, in the same order."""

    engine: Engine
    setting: Setting
    change_goal: str | None
    utterances: tuple[CodedUtterance, ...]
    off: tuple[Off, ...] = ()
