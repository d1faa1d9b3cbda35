"""Who may open what, for what: one reviewed table, and the pure function that reads it. What no row allows is refused.

``python -m service.keybroker.policy > docs/policy.md`` writes it out for people.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from service.audit.records import Action, ActorRole, Purpose
from service.database.words import Content, PermissionPurpose, SessionState


class Relationship(StrEnum):
    """How an actor stands to a session; more than one may hold.

    ``apart`` holds where none of the others does, ``any`` for every person.
    """

    OWN = "own"
    COACH = "coach"
    LEAD = "lead"
    TEAM = "team"
    APART = "apart"
    ANY = "any"
    SYSTEM = "system"


class Condition(StrEnum):
    """What else has to be so."""

    SHARED = "shared"
    RELEASED = "released"
    AUTHOR = "author"
    SUPERVISION = "supervision"


class Why(StrEnum):
    """Why it is allowed, or the first thing that stood in the way; for the broker and for tests, never shown."""

    ALLOWED = "allowed"
    UNKNOWN = "unknown"
    GONE = "gone"
    NOT_FORESEEN = "not-foreseen"
    UNRELATED = "unrelated"
    QUARANTINED = "quarantined"
    PERMISSION = "permission"
    CONDITION = "condition"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table: everything in it has to hold at once. ``permissions`` are of every participant."""

    role: ActorRole
    relationship: Relationship
    purpose: Purpose
    contents: tuple[Content, ...]
    actions: tuple[Action, ...]
    permissions: tuple[PermissionPurpose, ...] = ()
    conditions: tuple[Condition, ...] = ()
    in_quarantine: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the database says of one actor and one session at one moment.

    ``roles`` hold now and are empty for a person who may not sign in. ``given`` are the purposes that every participant
    has agreed to; nothing where there is no participant.
    """

    roles: frozenset[ActorRole]
    state: SessionState | None = None
    """None where there is no such session."""
    epoch: int = 0
    erasing: bool = False
    relationships: frozenset[Relationship] = frozenset()
    conditions: frozenset[Condition] = frozenset()
    given: frozenset[PermissionPurpose] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """May these facts' actor do this to that content, for this purpose?"""

    facts: Facts
    content: Content
    purpose: Purpose
    action: Action


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether it may, why, and in which role it acts; nobody where it may not."""

    allowed: bool
    why: Why
    acting: ActorRole = ActorRole.NOBODY


OPEN_STATES = frozenset(SessionState) - {SessionState.QUARANTINED, SessionState.WITHDRAWN, SessionState.ERASED}
CREATORS = (ActorRole.PRACTITIONER, ActorRole.MANAGER)
"""Who may have a key made for a new session; it becomes their own."""

_READ = (Action.VIEW, Action.EXPORT)
_CHANGE = (Action.VIEW, Action.EDIT, Action.EXPORT)
_PLAY = (Action.VIEW, Action.PLAY, Action.EDIT, Action.EXPORT)


def _own(role: ActorRole, *conditions: Condition) -> tuple[Row, ...]:
    """A worker's own session. Nobody else opens its reflection."""
    own, mine, ours = Relationship.OWN, (PermissionPurpose.REFLECTION,), (PermissionPurpose.COACHING,)
    reflect, coached = Purpose.REFLECTION, Purpose.COACHING
    details, sound, words = (Content.DETAILS,), (Content.RECORDING,), (Content.TRANSCRIPT, Content.REFLECTION)
    made, released = (Content.CODING,), (Content.REVIEW, Content.FEEDBACK)
    after = (*conditions, Condition.RELEASED)
    return (
        Row(role=role, relationship=own, purpose=reflect, contents=details, actions=_CHANGE,
            conditions=conditions, in_quarantine=True),
        Row(role=role, relationship=own, purpose=reflect, contents=sound, actions=_PLAY,
            permissions=mine, conditions=conditions),
        Row(role=role, relationship=own, purpose=reflect, contents=words, actions=_CHANGE,
            permissions=mine, conditions=conditions),
        Row(role=role, relationship=own, purpose=reflect, contents=made, actions=_READ,
            permissions=mine, conditions=conditions),
        Row(role=role, relationship=own, purpose=coached, contents=released, actions=_READ,
            permissions=ours, conditions=after),
        Row(role=role, relationship=own, purpose=coached, contents=(Content.REPLY,), actions=_CHANGE,
            permissions=ours, conditions=after),
    )  # fmt: skip


def _coach() -> tuple[Row, ...]:
    """Somebody who coaches the worker now, once the worker has shared the session."""
    role, coach, purpose = ActorRole.COACH, Relationship.COACH, Purpose.COACHING
    agreed, shared = (PermissionPurpose.COACHING,), (Condition.SHARED,)
    written = (Content.DETAILS, Content.TRANSCRIPT, Content.CODING)
    author = (*shared, Condition.AUTHOR)
    return (
        Row(role=role, relationship=coach, purpose=purpose, contents=written, actions=(Action.VIEW,),
            permissions=agreed, conditions=shared),
        Row(role=role, relationship=coach, purpose=purpose, contents=(Content.RECORDING,),
            actions=(Action.VIEW, Action.PLAY), permissions=agreed, conditions=shared),
        Row(role=role, relationship=coach, purpose=purpose, contents=(Content.REVIEW,), actions=_CHANGE,
            permissions=agreed, conditions=shared),
        Row(role=role, relationship=coach, purpose=purpose, contents=(Content.FEEDBACK,), actions=(Action.EDIT,),
            permissions=agreed, conditions=shared),
        Row(role=role, relationship=coach, purpose=purpose, contents=(Content.FEEDBACK,),
            actions=(*_READ, Action.RELEASE), permissions=agreed, conditions=author),
        Row(role=role, relationship=coach, purpose=purpose, contents=(Content.REPLY,), actions=_CHANGE,
            permissions=agreed, conditions=(*author, Condition.RELEASED)),
    )  # fmt: skip


POLICY: tuple[Row, ...] = (
    *_own(ActorRole.PRACTITIONER),
    *_own(ActorRole.MANAGER, Condition.SUPERVISION),
    *_coach(),
    Row(
        role=ActorRole.RESEARCHER,
        relationship=Relationship.APART,
        purpose=Purpose.RESEARCH,
        contents=(Content.TRANSCRIPT, Content.CODING),
        actions=_READ,
        permissions=(PermissionPurpose.RESEARCH,),
    ),
    Row(  # a copy for somebody who asks what is kept about them; service/subject_access alone asks for this purpose
        role=ActorRole.ADMINISTRATOR,
        relationship=Relationship.ANY,
        purpose=Purpose.SUBJECT_ACCESS,
        contents=(
            Content.DETAILS,
            Content.TRANSCRIPT,
            Content.CODING,
            Content.REVIEW,
            Content.FEEDBACK,
            Content.REPLY,
        ),
        actions=(Action.EXPORT,),
        in_quarantine=True,
    ),
    Row(
        role=ActorRole.SYSTEM,
        relationship=Relationship.SYSTEM,
        purpose=Purpose.REFLECTION,
        contents=(Content.RECORDING, Content.TRANSCRIPT, Content.CODING),
        actions=(Action.VIEW, Action.EDIT),
        permissions=(PermissionPurpose.REFLECTION,),
    ),
)


def states_of(row: Row) -> frozenset[SessionState]:
    """The states in which a session opens by this row."""
    return OPEN_STATES | {SessionState.QUARANTINED} if row.in_quarantine else OPEN_STATES


@cache
def _foreseen(content: Content, purpose: Purpose, action: Action) -> tuple[Row, ...]:
    return tuple(row for row in POLICY if row.purpose is purpose and content in row.contents and action in row.actions)


_Test = Callable[[Row, Question], bool]
_TESTS: tuple[tuple[Why, _Test], ...] = (
    (Why.NOT_FORESEEN, lambda row, asked: row.role in asked.facts.roles),
    (Why.UNRELATED, lambda row, asked: row.relationship in asked.facts.relationships),
    (Why.QUARANTINED, lambda row, asked: asked.facts.state in states_of(row)),
    (Why.PERMISSION, lambda row, asked: asked.facts.given.issuperset(row.permissions)),
    (Why.CONDITION, lambda row, asked: asked.facts.conditions.issuperset(row.conditions)),
)


def decide(question: Question) -> Verdict:
    """Look it up in the table. Rows that pass every test allow it; the first of them says in which role."""
    facts = question.facts
    if facts.state is None:
        return Verdict(allowed=False, why=Why.UNKNOWN)
    if facts.erasing or facts.state in (SessionState.WITHDRAWN, SessionState.ERASED):
        return Verdict(allowed=False, why=Why.GONE)
    left = _foreseen(question.content, question.purpose, question.action)
    for why, test in _TESTS:
        if not (left := tuple(row for row in left if test(row, question))):
            return Verdict(allowed=False, why=why)
    return Verdict(allowed=True, why=Why.ALLOWED, acting=left[0].role)


if __name__ == "__main__":
    from service.keybroker.policy_page import policy_page

    sys.stdout.write(policy_page())
