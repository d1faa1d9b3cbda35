"""What a judge reads and writes: measures, and a suggestion for each element with its evidence and its doubt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from models.records.coding import Coding
from models.records.provenance import Engine
from models.records.rubric import RubricRef
from models.records.span import Span

SCORES = (1, 2, 3, 4, 5)


class NoScore(StrEnum):
    """Why an element has no suggested score. None of these is a number, and none is a low score."""

    NOT_APPLICABLE = "not_applicable"
    NOT_ENOUGH_EVIDENCE = "not_enough_evidence"
    NO_ANSWER = "no_answer"
    """The judge could not be asked, or its answer could not be used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A count, share or ratio of a session with its 80% interval; ``reason`` says why there is no value.

    ``unit`` is "count", "share" (0 to 1), "ratio", "seconds" or "words".
    """

    name: str
    unit: str
    value: float | None
    low: float | None = None
    high: float | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """An utterance of the scored role that moved a suggestion; ``moved`` by how many points of the scale, signed.

    ``quote`` is found verbatim in the utterance; empty where the whole utterance is meant.
    """

    utterance: str
    turn: int
    direction: str
    indicator: str
    moved: float
    quote: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A machine's provisional score of one element, for a person to confirm, change or reject.

    ``chances`` are the probabilities of the scores 1 to 5, adding to 1; ``low`` and ``high`` hold at least 80% of
    them. Where ``score`` is None, all of these are None or empty and ``reason`` says why. ``because`` tells in words
    how the score came about, ``would_change`` what would have changed it. ``listen_first`` says that a person has to
    listen before it can be confirmed.
    """

    element: str
    score: int | None
    low: int | None = None
    high: int | None = None
    reason: NoScore | None = None
    because: str = ""
    chances: tuple[float, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    would_change: tuple[str, ...] = ()
    listen_first: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What a judge has to know of a session beyond its words; None where nobody said.

    ``spans`` gives each utterance's time by its id and is empty for a transcript without times. ``roles_checked`` is
    True once a person has confirmed who is who.
    """

    spans: Mapping[str, Span] = field(default_factory=dict)
    legal_status: str | None = None
    purpose: str | None = None
    interpreter: bool = False
    roles_checked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """A session ready to be judged: coded, measured, with its circumstances and its length in milliseconds.

    ``length_estimated`` is True where the length was reckoned from the number of words.
    """

    coding: Coding
    measures: tuple[Measure, ...]
    circumstances: Circumstances
    length_ms: int
    length_estimated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a judge answers: a suggestion for each element of the rubric, and what a reviewer should know of it.

    ``addressed`` holds ids of utterances that speak to the machine rather than to a person in the room;
    ``quotes_dropped`` counts quotes that were not in the transcript.
    """

    suggestions: tuple[Suggestion, ...]
    notes: tuple[str, ...] = ()
    addressed: tuple[str, ...] = ()
    quotes_dropped: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scoring:
    """A session, scored provisionally: the last thing a machine writes. There is no overall number.

    ``coder`` is what coded the utterances that the judge and the measures rest on.
    """

    judge: Engine
    coder: Engine
    rubric: RubricRef
    suggestions: tuple[Suggestion, ...]
    measures: tuple[Measure, ...]
    notes: tuple[str, ...] = ()
    addressed: tuple[str, ...] = ()
    quotes_dropped: int = 0
