"""What a coach does with feedback: writing it, having it read, confirming it, and releasing it."""

from __future__ import annotations

from dataclasses import dataclass

from models.errors import PracticeError
from pipelines.outputs.scoring_json import scoring_of
from service.api.errors import ChangedMeanwhileError
from service.audit.records import Action, ActorRole, Purpose
from service.database.words import Content, FeedbackState
from service.database.words import ReviewState as ReviewStage
from service.feedback import prefilling, store
from service.feedback.acting import FIELD, Acting
from service.feedback.errors import (
    FeedbackStateError,
    NotADraftError,
    NotReadyToReleaseError,
    NotTalkedError,
    OtherContentError,
    ReviewChangedError,
)
from service.feedback.records import Begun, Candidate, Draft, Facts, Wording, Written
from service.ids import new_id
from service.jobs.records import Document
from service.keybroker.errors import RefusedError
from service.keybroker.ports import Actor, Opened
from service.parts import Parts
from service.reviews.records import ReviewFacts, ReviewState
from service.reviews.usecases import Reviews
from service.sessions.documents import Documents
from service.transcripts.records import Said
from service.transcripts.usecases import Transcripts


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedbacks:
    """The author's side. Every method raises RefusedError for what is not the actor's to see."""

    parts: Parts

    def draft(self, actor: Actor, session_id: str, review_id: str) -> Written:
        """Begin feedback from one's own finished review, or find what was begun. See `begun`."""
        return self.begun(actor, session_id, review_id).written

    def begun(self, actor: Actor, session_id: str, review_id: str) -> Begun:
        """Begin feedback from one's own finished review, or find what was begun. Raises ReviewNotFinishedError."""
        review = self._review(actor, session_id, review_id)
        documents = Documents(parts=self.parts)
        scoring = documents.read(actor, session_id, Document.SCORING, purpose=Purpose.COACHING)
        with self.parts.database.reading() as rows:
            setting, _ = store.about_session(rows, session_id)
            there = store.of_review(rows, review_id, actor.person_id)
        if there is not None:
            return Begun(written=self._read(actor, there), new=False)
        body = prefilling.begun(review, scoring_of(scoring.body, "The scoring"), setting)
        acting = self._acting(actor)
        with acting.open(session_id, Content.FEEDBACK, Action.EDIT) as opened:
            sealed, made = opened.seal(FIELD, body.packed()), opened.digest(FIELD, body.sha256)
            with self.parts.database.writing() as rows:
                acting.still(rows, opened)
                found = store.of_review(rows, review_id, actor.person_id)
                new = found is None
                if found is None:
                    found = self._new(actor, session_id, review_id, made, store.worker_of(rows, session_id) or "")
                    store.add(rows, found, sealed)
                    acting.tell(rows, found, Action.EDIT)
        return Begun(written=self._read(actor, found), new=new)

    def begins_from(self, actor: Actor, session_id: str) -> ReviewFacts | None:
        """The actor's own finished review, from which feedback can be begun."""
        there = Reviews(parts=self.parts).of_session(actor, session_id)
        return next((one for one in reversed(there) if one.mine and one.state is ReviewStage.FINISHED), None)

    def look(self, actor: Actor, feedback_id: str) -> Written:
        """Feedback that the actor wrote, as it stands."""
        return self._read(actor, self._theirs(actor, feedback_id))

    def moments(self, actor: Actor, feedback_id: str) -> tuple[Candidate, ...]:
        """The moments that can be quoted in it: those that the coach accepted or found in the review."""
        return self._moments(actor, self._theirs(actor, feedback_id))

    def mine(self, actor: Actor, session_id: str) -> Written | None:
        """The newest feedback that the actor wrote on a session; None where there is none, or it was erased."""
        with self.parts.database.reading() as rows:
            found = store.of_author(rows, session_id, actor.person_id)
        return None if found is None else self._read(actor, found)

    def editing(self, actor: Actor, session_id: str) -> Draft | None:
        """The same with the moments that can be quoted."""
        written = self.mine(actor, session_id)
        if written is None:
            return None
        return Draft(written=written, candidates=self._moments(actor, written.facts))

    def change(self, actor: Actor, feedback_id: str, wording: Wording, *, version: int) -> Written:
        """Replace what the coach wrote; the scores are the review's as it is now.

        Raises NotADraftError, ChangedMeanwhileError, QuoteError, FeedbackTextError, ReviewNotFinishedError.
        """
        facts = self._own(actor, feedback_id, version)
        if facts.state is not FeedbackState.DRAFT:
            raise NotADraftError
        before = self._read(actor, facts).body
        review = self._review(actor, facts.session_id, facts.review_id)
        said = self._said(actor, facts.session_id)
        body = prefilling.written(wording, review, said, before.made_by, before.setting)
        with self._acting(actor).open(facts.session_id, Content.FEEDBACK, Action.EDIT) as opened:
            values = {"body": opened.seal(FIELD, body.packed()), "body_hash": opened.digest(FIELD, body.sha256)}
            return self._kept(actor, opened, facts, Action.EDIT, **values)

    def send_to_review(self, actor: Actor, feedback_id: str, *, version: int) -> Written:
        """Say that it is written, so that it can be read once more as it is. Raises NotReadyToReleaseError."""
        facts = self._own(actor, feedback_id, version, FeedbackState.DRAFT)
        body = self._read(actor, facts).body
        if not body.strengths or not body.next_steps:
            raise NotReadyToReleaseError
        return self._stepped(actor, facts, FeedbackState.IN_REVIEW)

    def back_to_draft(self, actor: Actor, feedback_id: str, *, version: int) -> Written:
        """Go on writing; it is confirmed and talked about anew then. Raises FeedbackStateError once it is released."""
        before = (FeedbackState.IN_REVIEW, FeedbackState.CONFIRMED)
        facts = self._own(actor, feedback_id, version, *before)
        nothing = dict.fromkeys(("confirmed_hash", "confirmed_by", "heard", "heard_by", "heard_ms"))
        return self._stepped(actor, facts, FeedbackState.DRAFT, **nothing)

    def confirm(self, actor: Actor, feedback_id: str, body_hash: str, *, version: int) -> Written:
        """Confirm the content that was read, by its hash. Never by the worker.

        Raises OtherContentError, ReviewChangedError where review or quotes are not what they were.
        """
        facts = self._own(actor, feedback_id, version, FeedbackState.IN_REVIEW)
        body = self._read(actor, facts).body
        if body_hash != facts.body_hash:
            raise OtherContentError
        if not prefilling.still_stand(body, self._said(actor, facts.session_id)):
            raise ReviewChangedError
        acting = self._acting(actor)
        with acting.open(facts.session_id, Content.FEEDBACK, Action.RELEASE) as opened:
            if opened.digest(FIELD, body.sha256) != body_hash:
                raise OtherContentError
            with self.parts.database.writing() as rows:
                acting.still(rows, opened)
                if not store.is_finished_at(rows, facts.review_id, body.review_number):
                    raise ReviewChangedError
                now = self.parts.clock()
                store.confirm(rows, facts, actor.person_id, now)
                values = {"confirmed_hash": body_hash, "confirmed_by": actor.person_id}
                if not store.keep(rows, facts, now, state=FeedbackState.CONFIRMED, **values):
                    raise ChangedMeanwhileError
                acting.tell(rows, facts, Action.EDIT)
        return self._again(actor, facts)

    def record_conversation(self, actor: Actor, feedback_id: str, *, version: int) -> Written:
        """Say that the feedback was talked about with the worker. Raises FeedbackStateError unless it is confirmed."""
        facts = self._own(actor, feedback_id, version, FeedbackState.CONFIRMED)
        now = self.parts.clock()
        heard = {"heard": "conversation", "heard_by": actor.person_id, "heard_ms": now}
        with self._acting(actor).open(facts.session_id, Content.FEEDBACK, Action.EDIT) as opened:
            return self._kept(actor, opened, facts, Action.EDIT, **heard)

    def release(self, actor: Actor, feedback_id: str, *, version: int) -> Written:
        """Give it to the worker; there is no way back. Raises NotTalkedError, FeedbackStateError."""
        facts = self._own(actor, feedback_id, version, FeedbackState.CONFIRMED)
        if facts.heard is None:
            raise NotTalkedError
        values = {"released_by": actor.person_id, "released_ms": self.parts.clock()}
        with self._acting(actor).open(facts.session_id, Content.FEEDBACK, Action.RELEASE) as opened:
            return self._kept(actor, opened, facts, Action.RELEASE, state=FeedbackState.RELEASED, **values)

    def _stepped(self, actor: Actor, facts: Facts, to: FeedbackState, **values: object) -> Written:
        with self._acting(actor).open(facts.session_id, Content.FEEDBACK, Action.EDIT) as opened:
            return self._kept(actor, opened, facts, Action.EDIT, state=to, **values)

    def _kept(self, actor: Actor, opened: Opened, facts: Facts, action: Action, **values: object) -> Written:
        acting = self._acting(actor)
        with self.parts.database.writing() as rows:
            acting.still(rows, opened)
            if not store.keep(rows, facts, self.parts.clock(), **values):
                raise ChangedMeanwhileError
            acting.tell(rows, facts, action)
        return self._again(actor, facts)

    def _again(self, actor: Actor, facts: Facts) -> Written:
        with self.parts.database.reading() as rows:
            found = store.one(rows, facts.id)
        if found is None:
            raise RefusedError("no such feedback")
        return self._read(actor, found)

    def _own(self, actor: Actor, feedback_id: str, version: int, *states: FeedbackState) -> Facts:
        """The actor's own feedback, in one of these states. Raises ChangedMeanwhileError, FeedbackStateError."""
        found = self._theirs(actor, feedback_id)
        error: PracticeError | None = None
        if states and found.state not in states:
            error = FeedbackStateError()
        elif found.version != version:
            error = ChangedMeanwhileError()
        if error is not None:
            self._acting(actor).open(found.session_id, Content.FEEDBACK).close()  # they may still see it
            raise error
        return found

    def _theirs(self, actor: Actor, feedback_id: str) -> Facts:
        with self.parts.database.reading() as rows:
            found = store.one(rows, feedback_id)
        if found is None or found.author_id != actor.person_id:
            self._acting(actor).open(feedback_id, Content.FEEDBACK).close()  # no session has this id: refused
            raise RefusedError("no feedback of theirs")
        return found

    def _read(self, actor: Actor, facts: Facts) -> Written:
        acting = self._acting(actor)
        with acting.open(facts.session_id, Content.FEEDBACK) as opened:
            return Written(facts=facts, body=acting.body(opened, facts))

    def _moments(self, actor: Actor, facts: Facts) -> tuple[Candidate, ...]:
        review = Reviews(parts=self.parts).look(actor, facts.review_id)
        return prefilling.candidates(review, self._said(actor, facts.session_id))

    def _review(self, actor: Actor, session_id: str, review_id: str) -> ReviewState:
        review = Reviews(parts=self.parts).look(actor, review_id)
        if review.session_id != session_id or not review.mine:
            raise RefusedError("another review")
        return review

    def _said(self, actor: Actor, session_id: str) -> dict[str, Said]:
        return prefilling.by_id(Transcripts(parts=self.parts).read(actor, session_id, purpose=Purpose.COACHING))

    def _new(self, actor: Actor, session_id: str, review_id: str, body_hash: str, worker_id: str) -> Facts:
        return Facts(
            id=new_id(),
            session_id=session_id,
            review_id=review_id,
            author_id=actor.person_id,
            worker_id=worker_id,
            state=FeedbackState.DRAFT,
            version=1,
            body_hash=body_hash,
            changed_ms=self.parts.clock(),
        )

    def _acting(self, actor: Actor) -> Acting:
        return Acting(parts=self.parts, actor=actor, role=ActorRole.COACH)
