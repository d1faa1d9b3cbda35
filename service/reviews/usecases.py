"""Reviewing a session: beginning, deciding, seeing the suggestions, finishing, and comparing two coaches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from models.errors import PracticeError
from service.api.problems import row_of
from service.audit.records import Action, Purpose
from service.database.words import Content, DecisionKind, ReviewKind
from service.database.words import ReviewState as Stage
from service.ids import new_id
from service.keybroker.ports import Actor
from service.parts import Parts
from service.reviews import store
from service.reviews.beginning import is_drawn, known_or_kind, may_see
from service.reviews.deciding import Draft, Ground, drafted, utterances_named
from service.reviews.errors import (
    AdjudicationBegunError,
    FeedbackConfirmedError,
    NotAllScoredError,
    NotRevealedError,
    ReviewFinishedError,
)
from service.reviews.folding import FINISHED, REOPENED, REVEALED
from service.reviews.open_review import OpenReview
from service.reviews.opening import PURPOSE, Opening, shareable
from service.reviews.records import Act, Acted, Begun, Comparison, Looked, Refused, ReviewFacts, ReviewState
from service.reviews.store import Stored
from service.sessions.errors import NoDocumentError
from service.transcripts.usecases import Transcripts


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviews:
    """What coaches do with reviews. Every method raises RefusedError for what is not the actor's to see."""

    parts: Parts

    def begin(self, actor: Actor, session_id: str, kind: ReviewKind | None = None) -> ReviewState:
        """Begin a review, or find the one that this coach has begun. See `begun`."""
        return self.begun(actor, session_id, kind).review

    def begun(self, actor: Actor, session_id: str, kind: ReviewKind | None = None) -> Begun:
        """Begin a review, or find the one that this coach has begun. Sharing cannot be undone from then on.

        Without a kind one is chosen: a second view where another coach has one, else blind for a share of sessions.
        Raises NoDocumentError, OtherReviewError, NotBothFinishedError, AdjudicationBegunError.
        """
        opening = Opening(parts=self.parts, actor=actor)
        with opening.content(session_id, Action.EDIT) as opened:
            with self.parts.database.writing() as rows:
                shared = shareable(rows, session_id, opened.permission_epoch)
                there = store.reviews_of(rows, session_id)
                share = self.parts.blind_share
                found = known_or_kind(kind, there, actor.person_id, lambda: is_drawn(opened, session_id, share))
                new = isinstance(found, ReviewKind)
                if isinstance(found, ReviewKind):
                    found = self._new(rows, actor, session_id, found, shared)
                    store.begin(rows, found)
                    opening.tell(rows, found, found.begun_ms)
            return Begun(review=opening.read(found, opened).state(), new=new)

    def look(self, actor: Actor, review_id: str) -> ReviewState:
        """A review as it stands: one's own, or another coach's once both are finished."""
        opening = Opening(parts=self.parts, actor=actor)
        with opening.review(opening.stored(review_id, own=False)) as review:
            return review.state()

    def look_with_codes(self, actor: Actor, review_id: str) -> Looked:
        """The same with the machine's codes, for one's own review; its documents are opened and read once."""
        opening = Opening(parts=self.parts, actor=actor, with_codes=True)
        with opening.review(opening.stored(review_id)) as review:
            return Looked(review=review.state(), codes=review.machine.codes)

    def own(self, actor: Actor, session_id: str) -> ReviewFacts | None:
        """One's own review of a session, an open one before a finished one; None before the first.

        Nothing is opened for it, so no row is written; a refusal is recorded like any other.
        """
        with self.parts.database.reading() as rows:
            visible = self.parts.broker.visible_sessions(rows, actor, PURPOSE, content=Content.REVIEW)
            seen = store.is_among(rows, session_id, visible)
            there = store.reviews_of(rows, session_id) if seen else ()
        if not seen:
            Opening(parts=self.parts, actor=actor).content(session_id).close()
        mine = [one for one in there if one.coach_id == actor.person_id]
        newest = max(mine, key=lambda one: (one.state is Stage.OPEN, one.begun_ms), default=None)
        return None if newest is None else _facts(newest, actor)

    def is_unchanged(self, actor: Actor, review_id: str, since: int) -> bool:
        """Whether one's own review, which one may still see, has no act after this number. Nothing is opened for it."""
        with self.parts.database.reading() as rows:
            found = store.review_of(rows, review_id)
            if found is None or found.coach_id != actor.person_id or store.last_number(rows, review_id) != since:
                return False
            visible = self.parts.broker.visible_sessions(rows, actor, PURPOSE, content=Content.REVIEW)
            return store.is_among(rows, found.session_id, visible)

    def act(self, actor: Actor, review_id: str, acts: Sequence[Act]) -> Acted:
        """Keep acts in their order. One that is refused does not stop the others; one kept before is kept once."""
        opening = Opening(parts=self.parts, actor=actor)
        while True:
            with opening.review(opening.stored(review_id), Action.EDIT) as review:
                refused = self._kept(opening, review, acts)
                if refused is not None:
                    return Acted(review=review.state(), refused=refused)

    def reveal(self, actor: Actor, review_id: str) -> ReviewState:
        """Show the suggestions in a blind review, from now on. Raises NotAllScoredError."""
        opening = Opening(parts=self.parts, actor=actor)
        with (
            opening.review(opening.stored(review_id), Action.EDIT) as review,
            self.parts.database.writing() as rows,
        ):
            if opening.still(rows, review).revealed_ms is None:
                _refuse_open(review)
                now = self._marked(rows, opening, review, REVEALED)
                store.reveal(rows, review_id, now)
        return self.look(actor, review_id)

    def finish(self, actor: Actor, review_id: str) -> ReviewState:
        """End a review; the session's retention counts from here. Raises NotAllScoredError, NotRevealedError."""
        opening = Opening(parts=self.parts, actor=actor)
        with opening.review(opening.stored(review_id), Action.EDIT) as review:
            with self.parts.database.writing() as rows:
                stored = opening.still(rows, review)
                if stored.state is not Stage.FINISHED:
                    _refuse_open(review)
                    if review.stored.revealed_ms is None:
                        raise NotRevealedError
                    now = self._marked(rows, opening, review, FINISHED)
                    store.finish(rows, review_id, stored.session_id, now)
                    stored = replace(stored, state=Stage.FINISHED, finished_ms=now)
                review.stored = stored
            return review.state()

    def reopen(self, actor: Actor, review_id: str) -> ReviewState:
        """Go on with a finished review. Raises FeedbackConfirmedError, AdjudicationBegunError."""
        opening = Opening(parts=self.parts, actor=actor)
        with opening.review(opening.stored(review_id), Action.EDIT) as review:
            with self.parts.database.writing() as rows:
                stored = opening.still(rows, review)
                if stored.state is Stage.FINISHED:
                    _refuse_settled(rows, stored)
                    self._marked(rows, opening, review, REOPENED)
                    store.reopen(rows, review_id)
                    stored = replace(stored, state=Stage.OPEN, finished_ms=None)
                review.stored = stored
            return review.state()

    def of_session(self, actor: Actor, session_id: str) -> tuple[ReviewFacts, ...]:
        """One's own reviews of a session, and those of others once both are finished; oldest first."""
        with Opening(parts=self.parts, actor=actor).content(session_id), self.parts.database.reading() as rows:
            there = store.reviews_of(rows, session_id)
        return tuple(_facts(one, actor) for one in there if may_see(one, there, actor.person_id))

    def mine(self, actor: Actor) -> tuple[ReviewFacts, ...]:
        """The actor's reviews of the sessions that they may still review, oldest first; nothing is opened for it."""
        with self.parts.database.reading() as rows:
            visible = self.parts.broker.visible_sessions(rows, actor, PURPOSE, content=Content.REVIEW)
            return tuple(_facts(one, actor) for one in store.reviews_by(rows, actor.person_id, visible))

    def compare(self, actor: Actor, session_id: str) -> Comparison:
        """Two finished reviews side by side, to both coaches and to who adjudicates. Raises NotBothFinishedError."""
        opening = Opening(parts=self.parts, actor=actor)
        with opening.content(session_id) as opened:
            return opening.comparison(session_id, opened)

    def _new(self, rows: Connection, actor: Actor, session_id: str, kind: ReviewKind, shared: store.Shared) -> Stored:
        scoring, now = store.newest_scoring(rows, session_id), self.parts.clock()
        if scoring is None:
            raise NoDocumentError
        return Stored(
            id=new_id(),
            session_id=session_id,
            coach_id=actor.person_id,
            kind=kind,
            state=Stage.OPEN,
            scoring_key=scoring,
            begun_ms=now,
            revealed_ms=None if kind is ReviewKind.BLIND else now,
            finished_ms=None,
            setting=shared.setting,
        )

    def _kept(self, opening: Opening, review: OpenReview, acts: Sequence[Act]) -> tuple[Refused, ...] | None:
        """What of the acts was refused; None, and nothing kept, where the review was revealed meanwhile."""
        ground = review.ground(self._said(opening.actor, review, acts))
        with self.parts.database.writing() as rows:
            stored, before = opening.still(rows, review), review.stored
            if stored.revealed_ms != before.revealed_ms:
                return None
            review.stored, number, refused = stored, review.number, []
            now, known = self.parts.clock(), {row.act_id for row in review.rows}
            for act in acts:
                if act.act_id not in known:
                    found = _drafted(act, ground, review)
                    if isinstance(found, Refused):
                        refused.append(found)
                    else:
                        review.add(rows, found, act.act_id, now)
                        known.add(act.act_id)
            if review.number != number:
                opening.tell(rows, stored, now)
        return tuple(refused)

    def _said(self, actor: Actor, review: OpenReview, acts: Sequence[Act]) -> frozenset[str]:
        """Utterances that acts name and the machine did not code, as far as the transcript as it stands has them."""
        named = utterances_named(acts) - review.machine.utterances
        if not named:
            return frozenset()
        standing = Transcripts(parts=self.parts).read(actor, review.stored.session_id, purpose=Purpose.COACHING)
        return named & {one.id for one in standing.said}

    def _marked(self, rows: Connection, opening: Opening, review: OpenReview, mark: str) -> int:
        """Keep a row that says what became of the review as a whole, and tell the audit; the time it was done at."""
        now = self.parts.clock()
        review.add(rows, Draft(kind=DecisionKind.OPENED, about=mark), new_id(), now)
        opening.tell(rows, review.stored, now)
        return now


def _refuse_open(review: OpenReview) -> None:
    if not review.all_settled():
        raise NotAllScoredError


def _refuse_settled(rows: Connection, stored: Stored) -> None:
    if store.feedback_confirmed(rows, stored.session_id):
        raise FeedbackConfirmedError
    others = (one for one in store.reviews_of(rows, stored.session_id) if one.id != stored.id)
    if any(one.kind is ReviewKind.ADJUDICATION for one in others):
        raise AdjudicationBegunError


def _drafted(act: Act, ground: Ground, review: OpenReview) -> Draft | Refused:
    """What is kept of an act, or why it is not."""
    try:
        if review.stored.state is Stage.FINISHED:
            raise ReviewFinishedError
        return drafted(act, ground, review.rows)
    except PracticeError as why:
        return Refused(act_id=act.act_id, title=row_of(type(why)).title, detail=str(why))


def _facts(stored: Stored, actor: Actor) -> ReviewFacts:
    return ReviewFacts(
        id=stored.id,
        session_id=stored.session_id,
        kind=stored.kind,
        state=stored.state,
        begun_ms=stored.begun_ms,
        revealed_ms=stored.revealed_ms,
        finished_ms=stored.finished_ms,
        mine=stored.coach_id == actor.person_id,
    )
