"""What feedback is: its content, how it stands, and what was said to it afterwards."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from typing import Final, Literal

from pydantic import TypeAdapter

from models.records.coding import Setting
from service.database.words import FeedbackState, ReplyKind
from service.feedback.errors import FeedbackTextError

NOT_FOR: Final = "This feedback is for learning. It may not be used for performance management."
MOST_WORDS = 4_000
MOST_STEPS = 2
MOST_MOMENTS = 20
"""To one element."""
WHOLE = "whole"
SECOND = "second-coder"
"""What a reply is about that is about no element: all of the feedback, or the wish for a second coder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A quote that stands word for word in an utterance. Times are ms in the recording, None where there is none."""

    utterance: str
    quote: str
    start_ms: int | None = None
    end_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Strength:
    """What went well, in the coach's words, with the moments that show it."""

    element: str
    words: str
    moments: tuple[Moment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """A confirmed score from 1 to 5, or a word for why there is none, and the coach's words to it."""

    element: str
    score: int | None
    none: str | None
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeBy:
    """What machines did before people did: the coder and the judge, and the rubric, each with its version."""

    coder: str
    judge: str
    rubric: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """What the coach made of the suggestions, counted."""

    flags_accepted: int = 0
    flags_changed: int = 0
    flags_rejected: int = 0
    flags_added: int = 0
    scores_kept: int = 0
    scores_changed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """The content of feedback. ``review_number``: the last act of the review that the scores come from.

    ``not_for`` is part of the content and has one value: whoever reads the data reads it too.
    """

    strengths: tuple[Strength, ...]
    scores: tuple[Scored, ...]
    next_steps: tuple[str, ...]
    made_by: MadeBy
    changed: Changed
    setting: Setting
    review_number: int
    not_for: Literal["This feedback is for learning. It may not be used for performance management."] = NOT_FOR

    def __post_init__(self) -> None:
        written = [*(one.words for one in self.strengths), *(one.words for one in self.scores)]
        texts = [*written, *self.next_steps]
        moments = (len(one.moments) for one in self.strengths)
        if len(self.next_steps) > MOST_STEPS or any(number > MOST_MOMENTS for number in moments):
            raise FeedbackTextError
        if any(len(text) > MOST_WORDS for text in texts):
            raise FeedbackTextError

    def packed(self) -> bytes:
        """Canonical JSON: the same content always gives the same bytes."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()

    @classmethod
    def unpacked(cls, data: bytes) -> Body:
        """What `packed` gave."""
        return _body_type().validate_json(data)

    @property
    def sha256(self) -> bytes:
        """What the keyed hash of the content is made of."""
        return hashlib.sha256(self.packed()).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Feedback without its content, as its row says. ``heard``: "conversation" or "waived"; times in ms since 1970."""

    id: str
    session_id: str
    review_id: str
    author_id: str
    worker_id: str
    state: FeedbackState
    version: int
    body_hash: str
    changed_ms: int
    confirmed_by: str | None = None
    heard: str | None = None
    heard_ms: int | None = None
    released_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """Feedback with its content."""

    facts: Facts
    body: Body


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A draft, and whether it is a new one."""

    written: Written
    new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A moment that the coach accepted in the review, and may quote; ``note`` is the coach's own."""

    element: str
    moment: Moment
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Feedback that its author works on, and the moments there are to choose from."""

    written: Written
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """What a coach writes: strengths with their moments, words to each score by element, and next steps."""

    strengths: tuple[Strength, ...]
    words: Mapping[str, str]
    next_steps: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """Something said after the release. ``about``: an element, `WHOLE` or `SECOND`; ``mine``: of the one who asks."""

    number: int
    kind: ReplyKind
    about: str
    words: str
    made_ms: int
    mine: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """Released feedback, and what was said to it, oldest first."""

    written: Written
    replies: tuple[Reply, ...]

    @property
    def second_wanted(self) -> bool:
        """Whether somebody asked for a second coder."""
        return any(one.about == SECOND for one in self.replies)


@dataclass(frozen=True, slots=True, kw_only=True)
class Awaited:
    """What a worker knows of feedback to come. ``asked``: to talk about it, or to waive that."""

    asked: bool


def plain(text: str) -> str:
    """A text without control characters but line ends, and without spaces around it."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(one for one in lines if one == "\n" or (one.isprintable() or one in "\u200d\ufe0f")).strip()


@cache
def _body_type() -> TypeAdapter[Body]:
    return TypeAdapter(Body)
