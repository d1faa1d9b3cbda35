"""Pairs of lines that differ in one thing: said next, one is evidence of something and its neighbour is not.

A file of pairs holds one JSON object a line: ``{"id", "kind", "context": [{"role", "text"} ...], "evidence",
"yes", "no"}``, and ``change_goal`` where the conversation has one. ``evidence`` is a flag ("empathy+") or an act
("confront").
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from models.agreement import Share
from models.coder.labels import ACTS, EVIDENCE
from models.errors import BadInputError
from models.ports import Coder, Progress, no_progress
from models.records.coding import CodedUtterance, Conversation, Line, Setting
from models.records.speech import Role

NO_PROBABILITY = "The coder gives no probability for this evidence."


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast:
    """Spoken by the practitioner after ``context``, ``yes`` is evidence of ``evidence`` and ``no`` is not."""

    id: str
    kind: str
    context: tuple[Line, ...]
    evidence: str
    yes: str
    no: str
    change_goal: str | None = None

    def conversation(self, text: str) -> Conversation:
        """The context, then the practitioner saying ``text``."""
        number = len(self.context) + 1
        said = Line(id=f"u{number:04d}", turn=number, speaker="SPK1", role=Role.PRACTITIONER, text=text)
        return Conversation(setting=Setting.DIRECT_PRACTICE, change_goal=self.change_goal, lines=(*self.context, said))


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What the coder made of one pair. Probabilities are None where it gives none for this evidence."""

    id: str
    kind: str
    yes: float | None
    no: float | None
    yes_flagged: bool
    no_flagged: bool

    @property
    def ranked(self) -> bool | None:
        """Whether ``yes`` is likelier than ``no``; None without probabilities."""
        return None if self.yes is None or self.no is None else self.yes > self.no

    @property
    def separated(self) -> bool:
        """Whether ``yes`` is flagged and ``no`` is not."""
        return self.yes_flagged and not self.no_flagged


@dataclass(frozen=True, slots=True, kw_only=True)
class ContrastCounts:
    """Of the pairs: ranked rightly, flagged apart, and without a flag where none belongs."""

    ranked: Share = field(default_factory=Share)
    separated: Share = field(default_factory=Share)
    no_false_flag: Share = field(default_factory=Share)

    def __add__(self, other: Self) -> Self:
        return type(self)(
            ranked=self.ranked + other.ranked,
            separated=self.separated + other.separated,
            no_false_flag=self.no_false_flag + other.no_false_flag,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ContrastsMeasured:
    """Every pair's outcome; counts by kind and altogether."""

    outcomes: tuple[Outcome, ...]

    @property
    def kinds(self) -> dict[str, ContrastCounts]:
        """Counts of each kind, in the order of the file."""
        kinds: dict[str, ContrastCounts] = {}
        for outcome in self.outcomes:
            kinds[outcome.kind] = kinds.get(outcome.kind, ContrastCounts()) + _counts(outcome)
        return kinds

    @property
    def total(self) -> ContrastCounts:
        """Counts of all pairs."""
        return sum((_counts(outcome) for outcome in self.outcomes), ContrastCounts())


def _counts(outcome: Outcome) -> ContrastCounts:
    ranked = Share() if outcome.ranked is None else Share(part=int(outcome.ranked), whole=1)
    return ContrastCounts(
        ranked=ranked,
        separated=Share(part=int(outcome.separated), whole=1),
        no_false_flag=Share(part=int(not outcome.no_flagged), whole=1),
    )


def measure_contrasts(pairs: Sequence[Contrast], coder: Coder, progress: Progress = no_progress) -> ContrastsMeasured:
    """Code both lines of each pair, each in its own conversation. Raises WeightsError, EngineError."""
    outcomes = []
    for number, pair in enumerate(pairs, 1):
        yes, no = (coder.code(pair.conversation(text)).utterances[-1] for text in (pair.yes, pair.no))
        outcomes.append(
            Outcome(
                id=pair.id,
                kind=pair.kind,
                yes=_probability(yes, pair.evidence),
                no=_probability(no, pair.evidence),
                yes_flagged=_flagged(yes, pair.evidence),
                no_flagged=_flagged(no, pair.evidence),
            )
        )
        progress(number / len(pairs))
    return ContrastsMeasured(outcomes=tuple(outcomes))


def _probability(said: CodedUtterance, evidence: str) -> float | None:
    return said.heads.get("mi_code", {}).get(evidence) if evidence in ACTS else said.evidence.get(evidence)


def _flagged(said: CodedUtterance, evidence: str) -> bool:
    if evidence in ACTS:
        return any(code.code == evidence and code.sure for code in said.codes)
    return any(f"{flag.element}{flag.direction}" == evidence for flag in said.flags)


def read_contrasts(path: Path) -> tuple[Contrast, ...]:
    """The pairs of a file. Raises BadInputError that names file and line."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as refused:
        raise BadInputError(f"{path.name} cannot be read. Give a file of pairs as JSON lines in UTF-8.") from refused
    pairs = [_pair(text, f"{path.name}, line {number}") for number, text in enumerate(lines, 1) if text.strip()]
    if not pairs:
        raise BadInputError(f"{path.name} holds no pair.")
    twice = {pair.id for pair in pairs if sum(other.id == pair.id for other in pairs) > 1}
    if twice:
        raise BadInputError(f"{path.name}: more than one pair has the id {min(twice)}.")
    return tuple(pairs)


def _pair(text: str, where: str) -> Contrast:
    try:
        item = json.loads(text)
    except (ValueError, RecursionError) as refused:
        raise BadInputError(f"{where} is not JSON.") from refused
    names = ("id", "kind", "evidence", "yes", "no")
    if not isinstance(item, dict) or not all(isinstance(item.get(name), str) and item[name] for name in names):
        raise BadInputError(f"{where}: a pair needs {', '.join(names)}, each as text.")
    if item["evidence"] not in (*EVIDENCE, *ACTS):
        raise BadInputError(f"{where}: evidence is neither a flag such as empathy+ nor an act such as confront.")
    goal = item.get("change_goal")
    if goal is not None and not isinstance(goal, str):
        raise BadInputError(f"{where}: change_goal must be text.")
    return Contrast(
        **{name: item[name] for name in names}, context=_context(item.get("context", []), where), change_goal=goal
    )


def _context(said: Any, where: str) -> tuple[Line, ...]:
    if not isinstance(said, list):
        raise BadInputError(f"{where}: context must be a list of lines.")
    lines = []
    for number, line in enumerate(said, 1):
        if not isinstance(line, dict) or not isinstance(line.get("text"), str) or line.get("role") not in list(Role):
            raise BadInputError(f"{where}: a line of context needs a role ({', '.join(Role)}) and text.")
        role = Role(line["role"])
        speaker = f"SPK{1 if role is Role.PRACTITIONER else 2 + list(Role).index(role)}"
        lines.append(Line(id=f"u{number:04d}", turn=number, speaker=speaker, role=role, text=line["text"]))
    return tuple(lines)
