"""People, teams and sessions put into the database, and a broker that looks at them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import Connection, insert, select, update

from service.database.tables import (
    coaching,
    confirmation,
    erasure,
    feedback,
    membership,
    participant,
    permission,
    person,
    review,
    role_grant,
    session,
    team,
)
from service.database.words import (
    FeedbackState,
    How,
    PermissionAnswer,
    PermissionPurpose,
    PersonState,
    SessionState,
    StaffRole,
)
from service.ids import new_id
from service.keybroker.errors import NoSuchKeyError
from service.keybroker.ports import Actor

Window = tuple[int, int | None]
"""From, and up to without; milliseconds."""
ALWAYS: Window = (0, None)


@dataclass
class MadeUpKeys:
    """Keys made from ids; remembers which were unwrapped, and refuses those in ``lost``."""

    unwrapped: list[str] = field(default_factory=list)
    created: list[str] = field(default_factory=list)
    lost: dict[str, Exception] = field(default_factory=dict)

    def create(self, session_id: str) -> None:
        self.created.append(session_id)

    def unwrap(self, session_id: str) -> bytes:
        self.unwrapped.append(session_id)
        if session_id in self.lost:
            raise self.lost[session_id]
        return hashlib.sha256(b"key of " + session_id.encode()).digest()


def no_such_key(session_id: str) -> MadeUpKeys:
    return MadeUpKeys(lost={session_id: NoSuchKeyError()})


@dataclass
class World:
    """Adds rows in one transaction. ``now`` is what the broker's clock will say."""

    rows: Connection
    now: int

    def person(
        self, roles: Iterable[StaffRole] = (), *, state: PersonState = PersonState.ACTIVE, window: Window = ALWAYS
    ) -> str:
        one = new_id()
        self._add(
            person, id=one, sign_in_name=one, shown_name="-", state=state, created_ms=0, changed_ms=0,
        )  # fmt: skip
        for role in roles:
            self.grant(one, role, window)
        return one

    def grant(self, one: str, role: StaffRole, window: Window = ALWAYS) -> None:
        self._add(role_grant, id=new_id(), person_id=one, role=role, from_ms=window[0], until_ms=window[1])

    def team(self) -> str:
        one = new_id()
        self._add(team, id=one, name=one, created_ms=0)
        return one

    def member(self, one: str, team_id: str, *, leads: bool = False, window: Window = ALWAYS) -> None:
        self._add(
            membership, id=new_id(), person_id=one, team_id=team_id, leads=leads,
            from_ms=window[0], until_ms=window[1],
        )  # fmt: skip

    def coaching(self, coach: str, worker: str, window: Window = ALWAYS) -> None:
        self._add(
            coaching, id=new_id(), coach_id=coach, worker_id=worker, from_ms=window[0], until_ms=window[1]
        )  # fmt: skip

    def session(
        self, worker: str, *, state: SessionState = SessionState.READY, setting: str = "direct_practice",
        shared_ms: int | None = None, team_id: str | None = None, epoch: int = 1, session_id: str | None = None,
    ) -> str:  # fmt: skip
        one = session_id or new_id()
        self._add(
            session, id=one, worker_id=worker, team_id=team_id, setting=setting, state=state,
            lawful_basis="public-task", held_on="2026-11-22", created_ms=0, shared_ms=shared_ms, permission_epoch=epoch,
        )  # fmt: skip
        return one

    def participant(self, session_id: str, *given: PermissionPurpose, place: int = 0) -> str:
        """Somebody present who agrees to these purposes."""
        one = new_id()
        self._add(participant, id=one, session_id=session_id, role="parent_or_carer", place=place)
        for purpose in given:
            self.answers(session_id, one, purpose)
        return one

    def answers(
        self, session_id: str, who: str, purpose: PermissionPurpose,
        answer: PermissionAnswer = PermissionAnswer.GIVEN, until_ms: int | None = None, how: How = How.SPOKEN,
    ) -> None:  # fmt: skip
        self._add(
            permission, session_id=session_id, participant_id=who, purpose=purpose, answer=answer, how=how,
            statement="1", said_ms=0, recorded_ms=0, until_ms=until_ms,
        )  # fmt: skip

    def feedback(self, session_id: str, author: str, state: FeedbackState = FeedbackState.DRAFT) -> None:
        """Feedback that came to its state one step after the other; somebody who is not the worker confirmed it."""
        looked, written = self._review(session_id, author), new_id()
        worker = self.rows.scalar(select(session.c.worker_id).where(session.c.id == session_id))
        self._add(
            feedback, id=written, session_id=session_id, review_id=looked, author_id=author, worker_id=worker,
            state=FeedbackState.DRAFT, body=b"-", body_hash="1" * 64, heard="waived", heard_by=worker, heard_ms=0,
            changed_ms=0,
        )  # fmt: skip
        steps = list(FeedbackState)
        for step in steps[1 : steps.index(state) + 1]:
            self._step(session_id, written, step, self.person() if author == worker else author)

    def _review(self, session_id: str, coach: str) -> str:
        """A coach has one of each kind of a session."""
        own = (review.c.session_id == session_id, review.c.coach_id == coach)
        known = self.rows.scalar(select(review.c.id).where(*own))
        if known is not None:
            return str(known)
        one = new_id()
        self._add(
            review, id=one, session_id=session_id, coach_id=coach, state="open", kind="open", scoring_key="0" * 64,
            begun_ms=0,
        )  # fmt: skip
        return one

    def _step(self, session_id: str, written: str, step: FeedbackState, by: str) -> None:
        values: dict[str, object] = {"state": step}
        if step is FeedbackState.CONFIRMED:
            self._add(
                confirmation, session_id=session_id, feedback_id=written, body_hash="1" * 64, person_id=by, made_ms=0
            )
            values |= {"confirmed_hash": "1" * 64, "confirmed_by": by}
        if step is FeedbackState.RELEASED:
            values |= {"released_by": by, "released_ms": 0}
        self.rows.execute(update(feedback).where(feedback.c.id == written).values(**values))

    def erasure(self, session_id: str) -> None:
        self._add(
            erasure, id=new_id(), session_id=session_id, state="requested", cause="withdrawal", requested_by="0" * 32,
            request_id="0" * 32, requested_ms=0, changed_ms=0,
        )  # fmt: skip

    def _add(self, table: object, **values: object) -> None:
        self.rows.execute(insert(table).values(**values))  # type: ignore[arg-type]


def actor(person_id: str, *roles: StaffRole) -> Actor:
    """Somebody who claims these roles; all of them, where none is named."""
    return Actor(person_id=person_id, roles=frozenset(roles or StaffRole), request_id="f" * 32)
