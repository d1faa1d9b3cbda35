"""Lends a session's key to a worker elsewhere that holds a claim on it: facts, audit row, and only then the key."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection

from service.audit.records import Action, ActorRole, AuditEvent, Kind, Outcome, Purpose
from service.audit.trail import Trail
from service.clock import Clock
from service.database.engine import Database
from service.database.words import Content
from service.keybroker import facts
from service.keybroker.broker import Keys
from service.keybroker.errors import KeyDestroyedError, KeyNotLentError
from service.keybroker.keystore import open_keystore
from service.keybroker.policy import Question, decide
from service.keybroker.ports import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a worker says that it is working on: a job, its session, the number it claimed with, and who it is."""

    job_id: str
    session_id: str
    fence: int
    worker_id: str


class Borrower(Protocol):
    """The machine that asks, once it has proved which it is."""

    @property
    def id(self) -> str:
        """What the audit calls it."""

    def runs(self, worker_id: str) -> bool:
        """Whether a worker of that name is one of this machine's."""


Held = Callable[[Connection, Wanted], Content | None]
"""The kind of content that the claim is on, None where there is no such claim now; in the caller's transaction."""


class Lender:
    """Trusts nothing that it is told: what it decides by stands in the database. Safe to share between threads."""

    def __init__(self, *, database: Database, keys: Keys, trail: Trail, clock: Clock, held: Held) -> None:
        self._database = database
        self._keys = keys
        self._trail = trail
        self._clock = clock
        self._held = held

    def lend(self, borrower: Borrower, wanted: Wanted) -> bytes:
        """The session's key, 32 bytes, after an audit row of the machine and the job.

        Raises KeyNotLentError alike for what is refused and what is not there. A key that cannot be unwrapped gives a
        second audit row, and KeyNotLentError where it was destroyed, else what the keystore says.
        """
        event = partial(_event, borrower, wanted)
        with self._database.writing() as rows:
            now = self._clock()
            allowed = borrower.runs(wanted.worker_id) and self._allowed(rows, wanted, now)
            self._trail.append(rows, event(now, Outcome.DONE if allowed else Outcome.DENIED))
        if not allowed:
            raise KeyNotLentError
        try:
            return self._keys.unwrap(wanted.session_id)
        except BaseException as failed:
            with self._database.writing() as rows:
                self._trail.append(rows, event(self._clock(), Outcome.FAILED))
            if isinstance(failed, KeyDestroyedError):  # an erasure came between the decision and the key
                raise KeyNotLentError from None
            raise

    def _allowed(self, rows: Connection, wanted: Wanted, now_ms: int) -> bool:
        content = self._held(rows, wanted)
        if content is None:
            return False
        found = facts.gather(rows, Actor.worker(wanted.job_id), wanted.session_id, now_ms)
        question = Question(facts=found, content=content, purpose=Purpose.REFLECTION, action=Action.EDIT)
        return decide(question).allowed


def start_lender(
    *, keystore_file: Path, epochs: Path, database: Database, trail: Trail, clock: Clock, held: Held
) -> Lender:
    """A lender on the keystore, for the key keeper alone (an import contract holds that). Raises as `open_keystore`."""
    return Lender(
        database=database, keys=open_keystore(keystore_file, epochs), trail=trail, clock=clock, held=held
    )  # fmt: skip


def _event(borrower: Borrower, wanted: Wanted, now_ms: int, outcome: Outcome) -> AuditEvent:
    return AuditEvent(
        when_ms=now_ms,
        actor_id=borrower.id,
        role=ActorRole.SYSTEM,
        action=Action.DENIAL if outcome is Outcome.DENIED else Action.KEY,
        kind=Kind.JOB,
        object_id=wanted.job_id,
        purpose=Purpose.REFLECTION,
        outcome=outcome,
        request_id=wanted.job_id,
        session_id=wanted.session_id,
    )
