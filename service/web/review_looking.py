"""Reading what the pages of a review are made from, each part through its own use case."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from pydantic import TypeAdapter

from models.records.rubric import Rubric
from pipelines.rubrics import shipped_rubric
from service.audit.records import Purpose
from service.keybroker.ports import Actor
from service.parts import Parts
from service.reviews.records import ReviewFacts, ReviewState
from service.reviews.usecases import Reviews
from service.sessions.usecases import Sessions
from service.transcripts.records import Said
from service.transcripts.usecases import Transcripts
from service.web.review_records import ReviewShown
from service.web.review_view import Looked, Typed, shown_review


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewLooking:
    """A coach's own reviews as pages show them. Every method raises RefusedError where the policy says no."""

    parts: Parts

    @property
    def reviews(self) -> Reviews:
        """The use cases of reviews."""
        return Reviews(parts=self.parts)

    def own(self, actor: Actor, session_id: str) -> ReviewFacts | None:
        """The coach's review of a session, the one that is open before one that is finished; None before the first."""
        return self.reviews.own(actor, session_id)

    def held_on(self, actor: Actor, session_id: str) -> str:
        """The day of a session, as 2026-11-22."""
        return self._sessions.look(actor, session_id, purpose=Purpose.COACHING).facts.held_on

    def rubric(self, actor: Actor, session_id: str) -> Rubric:
        """The rubric that a session is scored by."""
        return shipped_rubric(self._sessions.look(actor, session_id, purpose=Purpose.COACHING).facts.setting)

    def said(self, actor: Actor, session_id: str) -> dict[str, Said]:
        """What was said, by the ids of utterances."""
        read = Transcripts(parts=self.parts).read(actor, session_id, purpose=Purpose.COACHING)
        return {one.id: one for one in read.said}

    def page(self, actor: Actor, review_id: str, typed: Typed | None = None) -> ReviewShown:
        """The workspace. ``typed``: what a form held that was not taken, with what was wrong about it."""
        seen = self.reviews.look_with_codes(actor, review_id)
        review, purpose = seen.review, Purpose.COACHING
        facts = self._sessions.look(actor, review.session_id, purpose=purpose).facts
        looked = Looked(
            held_on=facts.held_on,
            transcript=Transcripts(parts=self.parts).read(actor, review.session_id, purpose=purpose),
            codes=seen.codes,
            rubric=shipped_rubric(facts.setting),
            review=review,
        )
        return shown_review(looked, {"review": _review_type().dump_python(review)}, typed)

    @property
    def _sessions(self) -> Sessions:
        return Sessions(parts=self.parts, visible=self.parts.broker.visible_sessions)


@cache
def _review_type() -> TypeAdapter[ReviewState]:
    """What writes reviews out; `asdict` takes ten times as long, and there are hundreds of flags."""
    return TypeAdapter(ReviewState)
