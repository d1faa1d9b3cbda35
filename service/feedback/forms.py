"""Feedback as the API takes and shows it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from models.records.coding import Setting
from service.api.fields import Form, Id, Moment
from service.database.words import FeedbackState, ReplyKind
from service.feedback.records import (
    MOST_MOMENTS,
    MOST_STEPS,
    MOST_WORDS,
    NOT_FOR,
    Facts,
    Received,
    Reply,
    Strength,
    Wording,
    Written,
)
from service.feedback.records import Moment as Quoted

MOST_ELEMENTS = 40
_HASH = "Of exactly this content; what is confirmed is sent back with it. Empty once the content is erased"

Words = Annotated[str, Field(max_length=MOST_WORDS, examples=["You named what was hard."])]
Said = Annotated[str, Field(min_length=1, max_length=MOST_WORDS, examples=["I heard it differently."])]
Element = Annotated[str, Field(pattern="^[a-z_]{1,64}$", examples=["empathy"])]
About = Annotated[str, Field(pattern="^[a-z_-]{1,64}$", examples=["empathy"], description="An element, or `whole`")]
Utterance = Annotated[str, Field(min_length=1, max_length=64, examples=["u12"])]
Hash = Annotated[str, Field(pattern="^([0-9a-f]{64})?$", examples=["0" * 64], description=_HASH)]
Step = Annotated[str, Field(max_length=MOST_WORDS, examples=["Ask, then wait for five seconds."])]
Place = Annotated[int | None, Field(ge=0, examples=[62_000], description="ms in the recording")]


class NewFeedbackForm(Form):
    """Which of one's own finished reviews the feedback is written from."""

    review_id: Id


class MomentForm(Form):
    """A quote that stands word for word in an utterance."""

    utterance: Utterance
    quote: Words


class StrengthForm(Form):
    """What went well, and the moments that show it."""

    element: Element
    words: Words = ""
    moments: list[MomentForm] = Field(default_factory=list, max_length=MOST_MOMENTS)


class WordingForm(Form):
    """All that the coach writes, whole; the scores are the review's. ``words``: to each score, by element."""

    strengths: list[StrengthForm] = Field(default_factory=list, max_length=MOST_ELEMENTS)
    words: dict[Element, Words] = Field(
        default_factory=dict, max_length=MOST_ELEMENTS, examples=[{"empathy": "Steady throughout."}]
    )
    next_steps: list[Step] = Field(default_factory=list, max_length=MOST_STEPS)

    def record(self) -> Wording:
        """For the use case."""
        return Wording(
            strengths=tuple(
                Strength(
                    element=one.element,
                    words=one.words,
                    moments=tuple(Quoted(utterance=each.utterance, quote=each.quote) for each in one.moments),
                )
                for one in self.strengths
            ),
            words=self.words,
            next_steps=tuple(self.next_steps),
        )


class ConfirmationForm(Form):
    """The hash of the content that was read."""

    body_hash: str = Field(pattern="^[0-9a-f]{64}$", examples=["0" * 64])


class ReplyForm(Form):
    """What the worker says to all of it, or to one score. The same act sent again is kept once."""

    act_id: Id
    about: About = "whole"
    words: Said


class ResponseForm(Form):
    """What the coach says to something that the worker said. The same act sent again is kept once."""

    act_id: Id
    about: About
    words: Said


class SecondForm(Form):
    """The wish for a second coder. The same act sent again is kept once."""

    act_id: Id


class FeedbackFactsShown(Form):
    """Feedback without its content. ``heard``: `conversation` or `waived`; ``mine``: one wrote it."""

    id: Id
    session_id: Id
    review_id: Id
    state: FeedbackState
    version: int = Field(ge=1, examples=[3], description="What the ETag is made of")
    body_hash: Hash
    heard: str | None = Field(examples=["conversation"])
    heard_ms: Moment | None
    changed_ms: Moment
    released_ms: Moment | None
    mine: bool

    @classmethod
    def of(cls, facts: Facts, person_id: str) -> FeedbackFactsShown:
        """As this person sees it."""
        return cls.model_validate(_facts(facts, person_id))


class FeedbacksShown(Form):
    """What one may see of the feedback on a session. ``asked``: the worker is to talk about it, or to waive that.

    ``review_id``: one's own finished review, where feedback can be begun from it.
    """

    items: list[FeedbackFactsShown]
    asked: bool = False
    review_id: Id | None = None


class MomentShown(Form):
    """A quote, and where it is heard."""

    utterance: str
    quote: str
    start_ms: Place
    end_ms: Place


class StrengthShown(Form):
    """What went well."""

    element: str
    words: str
    moments: list[MomentShown]


class ScoredShown(Form):
    """A score that a coach gave, or the word for why there is none, and the coach's words to it."""

    element: str
    score: int | None = Field(ge=1, le=5, examples=[4])
    none: str | None = Field(examples=["not_seen"])
    words: str


class MadeByShown(Form):
    """What machines did before people did, each with its version."""

    coder: str
    judge: str
    rubric: str


class ChangedShown(Form):
    """What the coach made of the suggestions, counted."""

    flags_accepted: int
    flags_changed: int
    flags_rejected: int
    flags_added: int
    scores_kept: int
    scores_changed: int


class ContentShown(Form):
    """The content that is confirmed and released as it stands."""

    strengths: list[StrengthShown]
    scores: list[ScoredShown]
    next_steps: list[str]
    made_by: MadeByShown
    changed: ChangedShown
    setting: Setting
    review_number: int
    not_for: str = Field(examples=[NOT_FOR])


class FeedbackShown(FeedbackFactsShown):
    """Feedback with its content."""

    content: ContentShown

    @classmethod
    def written(cls, one: Written, person_id: str) -> FeedbackShown:
        """As this person sees it."""
        content = ContentShown.model_validate(one.body)
        return cls.model_validate(_facts(one.facts, person_id) | {"content": content})


class CandidateShown(Form):
    """A moment that can be quoted; ``note`` is the coach's own, from the review."""

    element: str
    moment: MomentShown
    note: str


class CandidatesShown(Form):
    """Moments that the coach accepted or found in the review, in the order of the session."""

    items: list[CandidateShown]


class ReplyShown(Form):
    """What worker or coach said since. ``about``: an element, `whole`, or `second-coder`."""

    number: int
    kind: ReplyKind
    about: str
    words: str
    made_ms: Moment
    mine: bool

    @classmethod
    def of(cls, one: Reply) -> ReplyShown:
        """A reply."""
        return cls.model_validate(one)


class ReceivedShown(FeedbackShown):
    """Released feedback and what was said to it since, oldest first."""

    replies: list[ReplyShown]
    second_wanted: bool

    @classmethod
    def of_received(cls, found: Received, person_id: str) -> ReceivedShown:
        """As this person sees it."""
        shown = FeedbackShown.written(found.written, person_id)
        replies = [ReplyShown.of(one) for one in found.replies]
        return cls(**dict(shown), replies=replies, second_wanted=found.second_wanted)


def _facts(facts: Facts, person_id: str) -> dict[str, object]:
    shown = {name: getattr(facts, name) for name in FeedbackFactsShown.model_fields if name != "mine"}
    return shown | {"mine": facts.author_id == person_id}
