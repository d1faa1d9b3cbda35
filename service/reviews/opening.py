"""Opening a review through the broker: its own content, and the machine's only where the review shows it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from service.audit.records import Action, ActorRole, AuditEvent, Kind, Outcome, Purpose
from service.database.words import Content, ReviewKind
from service.keybroker.errors import RefusedError
from service.keybroker.ports import Actor, Opened
from service.parts import Parts
from service.reviews import store
from service.reviews.beginning import may_see, pair_for
from service.reviews.comparing import begun_from, compared
from service.reviews.open_review import OpenReview
from service.reviews.records import Comparison
from service.reviews.store import Gathered, Stored
from service.reviews.suggested import Machine, read_machine, unseen

PURPOSE = Purpose.COACHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """Opens reviews for one actor in one request. Every method raises RefusedError for what is not theirs to see.

    ``with_codes``: the machine's codes of utterances are read with its flags.
    """

    parts: Parts
    actor: Actor
    with_codes: bool = False

    def content(self, session_id: str, action: Action = Action.VIEW) -> Opened:
        """The reviews of a session; the broker records it."""
        return self.parts.broker.open(self.actor, session_id, Content.REVIEW, purpose=PURPOSE, action=action)

    def stored(self, review_id: str, *, own: bool = True) -> Stored:
        """A review's row: the actor's own, or with ``own`` False any that they may see."""
        with self.parts.database.reading() as rows:
            found = store.review_of(rows, review_id)
            there = () if found is None or own else store.reviews_of(rows, found.session_id)
        who = self.actor.person_id
        if found is not None and (found.coach_id == who or may_see(found, there, who)):
            return found
        self.content(review_id).close()  # no session has this id, so this is refused, and recorded as any other
        raise RefusedError("no review of theirs")

    @contextmanager
    def review(self, stored: Stored, action: Action = Action.VIEW) -> Iterator[OpenReview]:
        """A review with its acts, and what the machine says where the review shows it."""
        with self.content(stored.session_id, action) as opened:
            yield self.read(stored, opened)

    def read(self, stored: Stored, opened: Opened) -> OpenReview:
        """The same where the session's reviews are open already."""
        with self.parts.database.reading() as rows:
            newest = store.newest_scoring(rows, stored.session_id)
            there = store.reviews_of(rows, stored.session_id) if stored.kind is ReviewKind.ADJUDICATION else ()
            pair = pair_for(there, stored.coach_id) if there else ()
            found = [store.gathered(rows, one) for one in (stored, *pair)]
        machines = self._machines(found)
        machine = machines[stored.scoring_key]
        if pair:
            both = compared(*(self._open(one, opened, machines).state() for one in found[1:]))
            machine = replace(machine, start=begun_from(machine.start, both))
        return self._open(found[0], opened, {stored.scoring_key: machine}, newest)

    def comparison(self, session_id: str, opened: Opened) -> Comparison:
        """Two reviews of a session side by side. Raises NotBothFinishedError."""
        with self.parts.database.reading() as rows:
            pair = pair_for(store.reviews_of(rows, session_id), self.actor.person_id)
            found = [store.gathered(rows, one) for one in pair]
        machines = self._machines(found)
        one, two = (self._open(one, opened, machines).state() for one in found)
        return compared(one, two)

    def still(self, rows: Connection, review: OpenReview) -> Stored:
        """The review's row as it is in this transaction, with the acts that came meanwhile read.

        Raises RefusedError where sharing or a permission ended since the broker decided.
        """
        stored = store.review_of(rows, review.stored.id)
        shareable(rows, review.stored.session_id, review.permission_epoch)
        if stored is None:
            raise RefusedError("no such review")
        review.read(store.decisions(rows, stored.id, review.number))
        return stored

    def tell(self, rows: Connection, stored: Stored, now: int) -> None:
        """Write into the audit that the coach changed a review, in the transaction that does it."""
        event = AuditEvent(
            when_ms=now,
            actor_id=self.actor.person_id,
            role=ActorRole.COACH,
            action=Action.EDIT,
            kind=Kind.REVIEW,
            object_id=stored.id,
            purpose=PURPOSE,
            outcome=Outcome.DONE,
            request_id=self.actor.request_id,
            session_id=stored.session_id,
        )
        self.parts.trail.append(rows, event)

    def _open(
        self, found: Gathered, opened: Opened, machines: Mapping[str, Machine], newest: str | None = None
    ) -> OpenReview:
        stored, mine = found.stored, found.stored.coach_id == self.actor.person_id
        review = OpenReview(stored, opened, machines[stored.scoring_key], mine=mine, newest=newest)
        review.read(found.decisions)
        return review

    def _machines(self, found: Sequence[Gathered]) -> dict[str, Machine]:
        """By the key of the scoring; nothing is opened for a blind review that is not revealed."""
        first = found[0].stored
        if any(one.stored.revealed_ms is None for one in found):
            return {one.stored.scoring_key: unseen(first.setting) for one in found}
        blobs = {one.stored.scoring_key: one.blobs for one in found}
        with self.parts.broker.open(self.actor, first.session_id, Content.CODING, purpose=PURPOSE) as opened:
            return {
                key: read_machine(opened, of_key, first.setting, with_codes=self.with_codes)
                for key, of_key in blobs.items()
            }


def shareable(rows: Connection, session_id: str, permission_epoch: int) -> store.Shared:
    """What of a session is as it was when the broker decided. Raises RefusedError where it is not."""
    found = store.shared_of(rows, session_id)
    if found is None or found.shared_ms is None or found.permission_epoch != permission_epoch:
        raise RefusedError("changed since it was opened")
    return found
