"""Opening feedback through the broker, and keeping each act with its audit row in one transaction."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from service.audit.records import Action, ActorRole, AuditEvent, Kind, Outcome, Purpose
from service.blobs.errors import BlobRefusedError
from service.database.words import Content, FeedbackState
from service.feedback import store
from service.feedback.records import Body, Facts
from service.keybroker.errors import RefusedError
from service.keybroker.ports import Actor, Opened
from service.parts import Parts

PURPOSE = Purpose.COACHING
FIELD = "feedback.body"
REPLY_FIELD = "reply.body"


@dataclass(frozen=True, slots=True, kw_only=True)
class Acting:
    """One person's acts in one request. ``role``: what the audit calls them."""

    parts: Parts
    actor: Actor
    role: ActorRole

    def open(self, session_id: str, content: Content, action: Action = Action.VIEW) -> Opened:
        """Ask the broker. Raises RefusedError."""
        return self.parts.broker.open(self.actor, session_id, content, purpose=PURPOSE, action=action)

    def body(self, opened: Opened, facts: Facts) -> Body:
        """The content of feedback. Raises RefusedError where it was erased.

        Raises BlobRefusedError where released content is not the one that was confirmed, whoever put it there.
        """
        with self.parts.database.reading() as rows:
            sealed = store.body_of(rows, facts.id)
        if sealed is None:
            raise RefusedError("erased")
        body = Body.unpacked(opened.unseal(FIELD, sealed))
        if facts.state is FeedbackState.RELEASED and opened.digest(FIELD, body.sha256) != facts.body_hash:
            raise BlobRefusedError  # the row says of other content than this that somebody confirmed it
        return body

    def still(self, rows: Connection, opened: Opened) -> None:
        """Raises RefusedError where a permission changed since the broker decided."""
        if store.permission_epoch(rows, opened.session_id) != opened.permission_epoch:
            raise RefusedError("changed since it was opened")

    def tell(self, rows: Connection, facts: Facts, action: Action) -> None:
        """Write into the audit what was done to feedback, in the transaction that does it."""
        event = AuditEvent(
            when_ms=self.parts.clock(),
            actor_id=self.actor.person_id,
            role=self.role,
            action=action,
            kind=Kind.FEEDBACK,
            object_id=facts.id,
            purpose=PURPOSE,
            outcome=Outcome.DONE,
            request_id=self.actor.request_id,
            session_id=facts.session_id,
        )
        self.parts.trail.append(rows, event)
