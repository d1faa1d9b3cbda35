"""Reviews as the API takes and shows them."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from service.api.fields import Form, Id, Moment
from service.database.words import ReviewKind
from service.database.words import ReviewState as Stage
from service.reviews.deciding import LONGEST_ABOUT
from service.reviews.records import Act, ActKind, NoneGiven, Standing, Verdict

MOST_ACTS = 200
_NO_PROBABILITY = "Where the machine offered it"

Number = Annotated[int, Field(ge=0, description="Of the last act; it only grows", examples=[412])]
Flag = Annotated[str, Field(description="Utterance, element, direction", examples=["u12:empathy+"])]
Score = Annotated[int, Field(ge=1, le=5, examples=[3])]


class NewReviewForm(Form):
    """Which review to begin; without a kind, one is chosen."""

    kind: ReviewKind | None = Field(default=None, examples=["open"])


class ActForm(Form):
    """One act. What its body holds depends on its kind; one that cannot be kept is named in the answer."""

    act_id: Id
    kind: ActKind
    about: str = Field(default="", max_length=LONGEST_ABOUT, examples=["u12:empathy+"])
    body: dict[str, Any] = Field(default_factory=dict, examples=[{"verdict": "accept"}])

    def record(self) -> Act:
        """For the use case."""
        return Act(act_id=self.act_id, kind=self.kind, about=self.about, body=self.body)


class ActsForm(Form):
    """Acts, in the order in which they were done."""

    acts: list[ActForm] = Field(min_length=1, max_length=MOST_ACTS)


class FlagShown(Form):
    """A flag as it stands."""

    about: Flag
    utterance: str
    element: str
    direction: str
    verdict: Verdict | None
    to: str | None
    note: str
    by_machine: bool
    probability: float | None = Field(ge=0, le=1, description=_NO_PROBABILITY)


class SuggestedShown(Form):
    """What the machine suggests for an element, and why."""

    score: Score | None
    low: Score | None
    high: Score | None
    reason: str | None
    because: str
    listen_first: bool
    evidence: list[str]


class GivenShown(Form):
    """What a coach gave an element."""

    score: Score | None
    none: NoneGiven | None
    reason: str


class ElementShown(GivenShown):
    """An element as it stands. ``before``: what the coach gave it before the suggestions were shown."""

    element: str
    suggested: SuggestedShown | None
    opened: bool
    state: Standing
    before: GivenShown | None


class NoteShown(Form):
    """A note of the coach."""

    number: int
    utterance: str | None
    text: str


class ReviewFactsShown(Form):
    """A review without its content."""

    id: Id
    session_id: Id
    kind: ReviewKind
    state: Stage
    begun_ms: Moment
    revealed_ms: Moment | None
    finished_ms: Moment | None
    mine: bool


class ReviewShown(ReviewFactsShown):
    """A review as it stands. Nothing by the machine is in a blind one until it is revealed."""

    number: Number
    flags: list[FlagShown]
    scores: list[ElementShown]
    notes: list[NoteShown]
    undoable: int
    redoable: int
    newer: bool = Field(description="The session was scored again since this review began")


class ReviewsShown(Form):
    """Reviews of a session, oldest first."""

    items: list[ReviewFactsShown]


class RefusedShown(Form):
    """An act that was not kept, and what to do."""

    act_id: Id
    title: str
    detail: str


class ActedShown(Form):
    """How the review stands after the acts."""

    number: Number
    review: ReviewShown
    refused: list[RefusedShown]


class UnchangedShown(Form):
    """Nothing was done since that number."""

    number: Number


class ElementComparedShown(Form):
    """What two coaches gave one element."""

    element: str
    given: tuple[GivenShown, GivenShown]
    distance: int | None


class FlagComparedShown(Form):
    """What two coaches said of one flag."""

    about: Flag
    utterance: str
    element: str
    direction: str
    by_machine: bool
    said: tuple[Verdict | None, Verdict | None]
    to: tuple[str | None, str | None]


class ComparisonShown(Form):
    """Two finished reviews side by side; ``exact`` and ``within_one`` are shares of ``both`` elements."""

    session_id: Id
    reviews: tuple[ReviewFactsShown, ReviewFactsShown]
    elements: list[ElementComparedShown]
    flags: list[FlagComparedShown]
    both: int
    exact: float | None
    within_one: float | None
