"""Reviewing a session: beginning, deciding, seeing the suggestions, finishing, and comparing two coaches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from service.database.words import ReviewKind
from service.keybroker.ports import Actor
from service.parts import Parts
from service.reviews.records import Act, Acted, Comparison, ReviewFacts, ReviewState


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviews:
    """What coaches do with reviews. Every method raises RefusedError for what is not the actor's to see."""

    parts: Parts

    def begin(self, actor: Actor, session_id: str, kind: ReviewKind | None = None) -> ReviewState:
        """Begin a review, or find the one that this coach has begun. Without a kind, one is chosen."""
        raise NotImplementedError

    def look(self, actor: Actor, review_id: str) -> ReviewState:
        """A review as it stands."""
        raise NotImplementedError

    def act(self, actor: Actor, review_id: str, acts: Sequence[Act]) -> Acted:
        """Keep acts in their order. One that is refused does not stop the others; one kept before is kept once."""
        raise NotImplementedError

    def reveal(self, actor: Actor, review_id: str) -> ReviewState:
        """Show the suggestions in a blind review. Raises NotAllScoredError."""
        raise NotImplementedError

    def finish(self, actor: Actor, review_id: str) -> ReviewState:
        """End a review; retention counts from here. Raises NotAllScoredError, NotRevealedError."""
        raise NotImplementedError

    def reopen(self, actor: Actor, review_id: str) -> ReviewState:
        """Go on with a finished review. Raises FeedbackConfirmedError, AdjudicationBegunError."""
        raise NotImplementedError

    def of_session(self, actor: Actor, session_id: str) -> tuple[ReviewFacts, ...]:
        """One's own reviews of a session, and those of others once both are finished; oldest first."""
        raise NotImplementedError

    def compare(self, actor: Actor, session_id: str) -> Comparison:
        """Two finished reviews side by side. Raises NotBothFinishedError."""
        raise NotImplementedError
