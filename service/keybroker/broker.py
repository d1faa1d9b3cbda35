"""The key broker: facts, policy and audit row in one transaction, and only then the key. Any error gives no key."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Protocol

from sqlalchemy import Connection, Select

from service.audit.records import NOBODY, Action, ActorRole, AuditEvent, Kind, Outcome, Purpose, is_id
from service.audit.trail import Trail
from service.blobs.store import BlobStore
from service.clock import Clock
from service.database.engine import Database
from service.database.words import Content
from service.keybroker import facts
from service.keybroker.errors import KeyDestroyedError, RefusedError
from service.keybroker.opened import OpenSession
from service.keybroker.policy import CREATORS, Facts, Question, Verdict, Why, decide
from service.keybroker.ports import Actor
from service.keybroker.watch import Watch

RECHECK_MS = 5_000
"""So long content stays open without the policy being asked again."""
_KINDS = {
    Content.DETAILS: Kind.SESSION,
    Content.RECORDING: Kind.RECORDING,
    Content.TRANSCRIPT: Kind.ARTEFACT,
    Content.CODING: Kind.ARTEFACT,
    Content.REFLECTION: Kind.ARTEFACT,
    Content.REVIEW: Kind.REVIEW,
    Content.FEEDBACK: Kind.FEEDBACK,
    Content.REPLY: Kind.FEEDBACK,
}


class Keys(Protocol):
    """What the broker needs of the keystore."""

    def create(self, session_id: str) -> None:
        """Keep a new random key, durable on return. Raises KeyExistsError, KeyDestroyedError."""

    def unwrap(self, session_id: str) -> bytes:
        """A session's key, 32 bytes. Raises NoSuchKeyError, KeyDestroyedError, KeyRefusedError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """Who asked for what."""

    actor: Actor
    session_id: str
    content: Content
    purpose: Purpose
    action: Action

    def event(self, now_ms: int, outcome: Outcome, role: ActorRole) -> AuditEvent:
        """Its audit event; an id that no session can have is not written down, since anything may stand in it."""
        known = is_id(self.session_id)
        return AuditEvent(
            when_ms=now_ms,
            actor_id=self.actor.person_id,
            role=role,
            action=Action.DENIAL if outcome is Outcome.DENIED else self.action,
            kind=_KINDS[self.content],
            object_id=self.session_id if known else NOBODY,
            purpose=self.purpose,
            outcome=outcome,
            request_id=self.actor.request_id,
            session_id=self.session_id if known else None,
        )


class KeyBroker:
    """The one way to content; implements `ports.Broker`. Safe to share between threads.

    Its methods begin transactions of their own: call them outside of any other.
    """

    def __init__(
        self,
        *,
        database: Database,
        keystore: Keys,
        trail: Trail,
        blobs: BlobStore,
        clock: Clock,
        recheck_ms: int = RECHECK_MS,
    ) -> None:
        self._database = database
        self._keystore = keystore
        self._trail = trail
        self._blobs = blobs
        self._clock = clock
        self._recheck_ms = recheck_ms

    def create(self, actor: Actor, session_id: str) -> None:
        """Keep a key for a new session; durable on return, and so is the audit row.

        Raises RefusedError for an actor who may not have sessions, KeyExistsError, KeyDestroyedError.
        """
        asked = _Asked(
            actor=actor,
            session_id=session_id,
            content=Content.DETAILS,
            purpose=Purpose.REFLECTION,
            action=Action.KEY,
        )
        with self._database.writing() as rows:
            now = self._clock()
            roles = facts.roles_of(rows, actor, now)
            acting = next((role for role in CREATORS if role in roles), None)
            outcome = Outcome.DENIED if acting is None else Outcome.DONE
            self._trail.append(rows, asked.event(now, outcome, acting or _nobody(actor)))
            if acting is not None:
                self._keystore.create(session_id)
        if acting is None:
            raise RefusedError(Why.NOT_FORESEEN)

    def open(
        self, actor: Actor, session_id: str, content: Content, *, purpose: Purpose, action: Action = Action.VIEW
    ) -> OpenSession:
        """Decide, write the audit row, commit, and only then unwrap the key.

        Raises RefusedError alike for a session that is refused and for one that is not there. A key that cannot be
        unwrapped gives a second audit row and NoSuchKeyError, KeyRefusedError or what else the keystore says.
        """
        asked = _Asked(actor=actor, session_id=session_id, content=content, purpose=purpose, action=action)
        with self._database.writing() as rows:
            now = self._clock()
            found, verdict = _judged(rows, asked, now)
            outcome = Outcome.DONE if verdict.allowed else Outcome.DENIED
            role = verdict.acting if verdict.allowed else _nobody(actor)
            self._trail.append(rows, asked.event(now, outcome, role))
        if not verdict.allowed:
            raise RefusedError(verdict.why)
        watch = Watch(partial(self._look_again, asked), self._clock, self._recheck_ms, looked_ms=now)
        return OpenSession(
            session_id=session_id,
            permission_epoch=found.epoch,
            content=content,
            key=self._unwrapped(asked, verdict.acting),
            blobs=self._blobs,
            watch=watch,
        )

    def visible_sessions(
        self, rows: Connection, actor: Actor, purpose: Purpose | None = None, *, content: Content = Content.DETAILS
    ) -> Select[tuple[str]]:
        """A query for the ids of the sessions that `open` would let this actor view, in the caller's transaction.

        For one purpose, or for any. It holds for the moment it was made at; it writes no audit row and opens nothing.
        """
        return facts.visible(rows, actor, purpose, self._clock(), content)

    def _unwrapped(self, asked: _Asked, acting: ActorRole) -> bytes:
        try:
            return self._keystore.unwrap(asked.session_id)
        except BaseException as failed:
            self._record(asked, Outcome.FAILED, acting)
            if isinstance(failed, KeyDestroyedError):  # an erasure came between the decision and the key
                raise RefusedError(Why.GONE) from None
            raise

    def _look_again(self, asked: _Asked) -> None:
        with self._database.reading() as rows:
            _, verdict = _judged(rows, asked, self._clock())
        if not verdict.allowed:
            self._record(asked, Outcome.DENIED, _nobody(asked.actor))
            raise RefusedError(verdict.why)

    def _record(self, asked: _Asked, outcome: Outcome, role: ActorRole) -> None:
        with self._database.writing() as rows:
            self._trail.append(rows, asked.event(self._clock(), outcome, role))


def _judged(rows: Connection, asked: _Asked, now_ms: int) -> tuple[Facts, Verdict]:
    found = facts.gather(rows, asked.actor, asked.session_id, now_ms)
    question = Question(facts=found, content=asked.content, purpose=asked.purpose, action=asked.action)
    return found, decide(question)


def _nobody(actor: Actor) -> ActorRole:
    """What the audit calls somebody who was let in by no role."""
    return actor.role_in_audit()
