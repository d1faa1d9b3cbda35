"""What is known of a review: its acts in order, and how flags, scores and notes stand after them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from models.records.coding import Code
from service.database import words

UNDO_SHOWN = 50
"""So many acts at most are said to be undoable; more can be."""


class ActKind(StrEnum):
    """What a coach may send."""

    FLAG = "flag"
    SCORE = "score"
    NOTE = "note"
    OPENED = "opened"
    UNDO = "undo"
    REDO = "redo"


class Verdict(StrEnum):
    """What a coach says of a flag. ``add``: found by the coach."""

    ACCEPT = "accept"
    CHANGE = "change"
    REJECT = "reject"
    UNSURE = "unsure"
    ADD = "add"


class NoneGiven(StrEnum):
    """Why a coach gives an element no score. Neither is a number, and neither is a low score."""

    NOT_SEEN = "not_seen"
    NOT_APPLICABLE = "not_applicable"


class Standing(StrEnum):
    """How an element stands."""

    OPEN = "open"
    CONFIRMED = "confirmed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Something that a coach does, as it is sent. ``about``: a flag, an element, an utterance, or nothing.

    ``act_id`` is made where the act is, 32 hexadecimal digits; the same one again is the same act.
    """

    act_id: str
    kind: ActKind
    about: str = ""
    body: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """An act that was not kept, and why, in words for the coach."""

    act_id: str
    title: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagState:
    """A flag as it stands. ``about`` is its id, like ``u12:empathy+``; ``to`` another element and direction.

    ``by_machine``: the machine offered it, with ``probability`` in [0, 1].
    """

    about: str
    utterance: str
    element: str
    direction: str
    verdict: Verdict | None = None
    to: str | None = None
    note: str = ""
    by_machine: bool = False
    probability: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggested:
    """What the machine suggests for an element. ``score`` None: ``reason`` is a word for why there is none.

    ``evidence``: ids of flags, and of utterances where there is no flag. ``low`` to ``high`` is an 80% interval.
    """

    score: int | None
    low: int | None
    high: int | None
    reason: str | None
    because: str
    listen_first: bool
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A score from 1 to 5 that a coach gave, or why there is none; both None where nothing was said."""

    score: int | None = None
    none: NoneGiven | None = None
    reason: str = ""

    @property
    def settled(self) -> bool:
        """Whether there is a score, or a word for why there is none."""
        return self.score is not None or self.none is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementState:
    """An element as it stands. ``opened``: some of its evidence was opened or played in this review.

    ``before`` is what the coach gave before the suggestions were shown, in a blind review that was revealed.
    """

    element: str
    suggested: Suggested | None = None
    score: int | None = None
    none: NoneGiven | None = None
    reason: str = ""
    opened: bool = False
    state: Standing = Standing.OPEN
    before: Given | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteState:
    """A note of the coach, to an utterance or to the whole session. ``number`` is that of its act."""

    number: int
    utterance: str | None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewFacts:
    """A review without its content. Times are ms since 1970; ``mine``: it is the one's who asked.

    ``revealed_ms``: when the suggestions were first shown; scores from before it are blind.
    """

    id: str
    session_id: str
    kind: words.ReviewKind
    state: words.ReviewState
    begun_ms: int
    revealed_ms: int | None = None
    finished_ms: int | None = None
    mine: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewState(ReviewFacts):
    """A review as it stands. ``number`` is that of its last act, 0 before the first; it only grows.

    ``newer``: the session was scored again since this review began; it goes on with what it began with.
    """

    number: int = 0
    flags: tuple[FlagState, ...] = ()
    scores: tuple[ElementState, ...] = ()
    notes: tuple[NoteState, ...] = ()
    undoable: int = 0
    redoable: int = 0
    newer: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """A review as it stands, and the machine's codes by the ids of utterances, as far as the review shows them."""

    review: ReviewState
    codes: Mapping[str, tuple[Code, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A review that was begun; ``new`` is False where the same coach had begun it before."""

    review: ReviewState
    new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Acted:
    """How a review stands after some acts. Those in ``refused`` changed nothing."""

    review: ReviewState
    refused: tuple[Refused, ...] = ()

    @property
    def number(self) -> int:
        """The number of the review's last act."""
        return self.review.number


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementCompared:
    """What two coaches gave one element, in the order of the comparison's reviews.

    ``distance`` in points, None where not both gave a score.
    """

    element: str
    given: tuple[Given, Given]
    distance: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagCompared:
    """What two coaches said of one flag, and ``to`` what they changed it; None where one said nothing of it."""

    about: str
    utterance: str
    element: str
    direction: str
    by_machine: bool
    said: tuple[Verdict | None, Verdict | None]
    to: tuple[str | None, str | None] = (None, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two finished reviews of one session side by side.

    ``exact`` and ``within_one`` are shares in [0, 1] of the ``both`` elements that each coach gave a score; None where
    there is none.
    """

    session_id: str
    reviews: tuple[ReviewFacts, ReviewFacts]
    elements: tuple[ElementCompared, ...]
    flags: tuple[FlagCompared, ...]
    both: int
    exact: float | None
    within_one: float | None
