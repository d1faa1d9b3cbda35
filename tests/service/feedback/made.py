"""Sessions with a finished review to write feedback from, and feedback on its way."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from service.database.tables import session
from service.database.words import ReviewKind, StaffRole
from service.feedback.receiving import Receiving
from service.feedback.records import Moment, Strength, Wording, Written
from service.feedback.usecases import Feedbacks
from service.ids import new_id
from service.keybroker.ports import Actor
from service.parts import Parts
from service.reviews.usecases import Reviews
from tests.service.reviews.made import FIRST, a_coach, act, all_scored, finished, to_review

SAID = "It was hard for you that nobody asked what you thought of the plan before it was made."
QUOTE = "nobody asked what you thought"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One session: its worker, its coach and the coach's finished review."""

    parts: Parts
    session_id: str
    worker: Actor
    coach: Actor
    review_id: str

    @property
    def feedbacks(self) -> Feedbacks:
        return Feedbacks(parts=self.parts)

    @property
    def receiving(self) -> Receiving:
        return Receiving(parts=self.parts)

    def drafted(self) -> Written:
        return self.feedbacks.draft(self.coach, self.session_id, self.review_id)

    def wording(self, words: str = "You named what was hard.", quote: str = QUOTE) -> Wording:
        strength = Strength(element="empathy", words=words, moments=(Moment(utterance="u3", quote=quote),))
        return Wording(strengths=(strength,), words={"empathy": "Steady throughout."}, next_steps=("Ask, then wait.",))

    def written(self, words: str = "You named what was hard.") -> Written:
        begun = self.drafted()
        return self.feedbacks.change(self.coach, begun.facts.id, self.wording(words), version=begun.facts.version)

    def in_review(self) -> Written:
        one = self.written().facts
        return self.feedbacks.send_to_review(self.coach, one.id, version=one.version)

    def confirmed(self) -> Written:
        one = self.in_review().facts
        return self.feedbacks.confirm(self.coach, one.id, one.body_hash, version=one.version)

    def talked(self) -> Written:
        one = self.confirmed().facts
        return self.feedbacks.record_conversation(self.coach, one.id, version=one.version)

    def released(self) -> Written:
        one = self.talked().facts
        return self.feedbacks.release(self.coach, one.id, version=one.version)


def told(parts: Parts) -> Told:
    """A session whose review is finished: one flag accepted, every element scored."""
    coach, session_id = a_coach(parts), to_review(parts)
    reviews = Reviews(parts=parts)
    reviews.begin(coach, session_id, ReviewKind.OPEN)
    review = finished(reviews, coach, session_id, [act("flag", FIRST, verdict="accept"), *all_scored(3, empathy=4)])
    with parts.database.reading() as rows:
        worker = str(rows.scalar(select(session.c.worker_id).where(session.c.id == session_id)))
    return Told(
        parts=parts,
        session_id=session_id,
        worker=Actor(person_id=worker, roles=frozenset({StaffRole.PRACTITIONER}), request_id=new_id()),
        coach=coach,
        review_id=review.id,
    )
