"""A session with its worker, an administrator, and people who were there."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import insert, select

from models.records.coding import Setting
from models.records.speech import Role
from service.database.tables import person, recording, session
from service.database.words import (
    How,
    LawfulBasis,
    PermissionAnswer,
    PermissionPurpose,
    SessionState,
    StaffRole,
)
from service.ids import new_id
from service.keybroker.ports import Actor
from service.parts import Parts
from service.permissions.usecases import add_participant, record

GIVEN, REFUSED = PermissionAnswer.GIVEN, PermissionAnswer.REFUSED
REFLECTION, COACHING, RESEARCH = (
    PermissionPurpose.REFLECTION,
    PermissionPurpose.COACHING,
    PermissionPurpose.RESEARCH,
)
STATEMENTS = {Role.CHILD: "child-1", Role.PRACTITIONER: "worker-1"}


def add_person(parts: Parts, *roles: StaffRole) -> Actor:
    """Somebody with roles, who asks."""
    added = new_id()
    with parts.database.writing() as rows:
        rows.execute(insert(person).values(
            id=added, sign_in_name=added, shown_name="nobody", state="active", created_ms=0, changed_ms=0,
        ))  # fmt: skip
    return Actor(person_id=added, roles=frozenset(roles), request_id=new_id())


def add_session(parts: Parts, worker: Actor, state: SessionState = SessionState.WAITING) -> str:
    """A session's row, without anything in it."""
    added = new_id()
    with parts.database.writing() as rows:
        rows.execute(insert(session).values(
            id=added, worker_id=worker.person_id, setting=next(iter(Setting)), state=state,
            lawful_basis=LawfulBasis.PUBLIC_TASK, held_on="2026-11-22", created_ms=parts.clock(),
        ))  # fmt: skip
    return added


@dataclass
class Family:
    """A session of a worker with a parent and a child."""

    parts: Parts
    worker: Actor
    administrator: Actor
    session_id: str
    people: dict[Role, str]

    @classmethod
    def met(cls, parts: Parts, *roles: Role, state: SessionState = SessionState.WAITING) -> Family:
        worker = add_person(parts, StaffRole.PRACTITIONER)
        family = cls(parts, worker, add_person(parts, StaffRole.ADMINISTRATOR), add_session(parts, worker, state), {})
        for role in roles or (Role.PRACTITIONER, Role.PARENT_OR_CARER, Role.CHILD):
            family.people[role] = add_participant(parts, worker, family.session_id, role).id
        return family

    def say(
        self,
        role: Role,
        answer: PermissionAnswer = GIVEN,
        purpose: PermissionPurpose = REFLECTION,
        *,
        how: How = How.SPOKEN,
        until_ms: int | None = None,
        said_ms: int | None = None,
    ) -> SessionState:
        """One answer, heard now unless said otherwise, to the statement that fits."""
        statement = "adult-1" if how is How.THROUGH_PARENT else STATEMENTS.get(role, "adult-1")
        heard = self.parts.clock() if said_ms is None else said_ms
        return record(
            self.parts, self.worker, self.session_id, self.people[role], purpose, answer,
            how=how, statement=statement, said_ms=heard, until_ms=until_ms,
        )  # fmt: skip

    def all_say_yes(self, *purposes: PermissionPurpose) -> None:
        """Everybody agrees to the purposes; to reflection where none is named."""
        for role in self.people:
            for purpose in purposes or (REFLECTION,):
                self.say(role, purpose=purpose)

    def row(self) -> tuple[str, int]:
        """The session's state and its permission epoch."""
        with self.parts.database.reading() as rows:
            found = rows.execute(
                select(session.c.state, session.c.permission_epoch).where(session.c.id == self.session_id)
            ).one()
        return found.state, found.permission_epoch


def add_recording(family: Family) -> str:
    recorded = new_id()
    with family.parts.database.writing() as rows:
        rows.execute(insert(recording).values(
            id=recorded, session_id=family.session_id, kind="sound", blob_id=new_id(), content_mac=new_id(),
            size_bytes=1, received_ms=0,
        ))  # fmt: skip
    return recorded
