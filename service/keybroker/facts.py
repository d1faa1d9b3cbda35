"""What the policy decides by, asked of the database: one query for one actor and one session, or for every session.

Each fact is an expression over a row of ``session``, so that a list and a single look can never tell it differently.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Connection,
    FromClause,
    Select,
    String,
    and_,
    bindparam,
    exists,
    false,
    not_,
    or_,
    select,
    true,
)

from models.records.coding import Setting
from service.audit.records import Action, ActorRole, Purpose
from service.database.tables import (
    coaching,
    erasure,
    feedback,
    membership,
    participant,
    permission,
    person,
    role_grant,
    session,
)
from service.database.words import (
    Content,
    FeedbackState,
    How,
    PermissionAnswer,
    PermissionPurpose,
    PersonState,
    SessionState,
)
from service.keybroker.policy import POLICY, Condition, Facts, Relationship, Row, states_of
from service.keybroker.ports import Actor

Term = ColumnElement[bool]
_Fact = Relationship | Condition | PermissionPurpose
_WHO: BindParameter[str] = bindparam("broker_who", type_=String)
_NOW: BindParameter[int] = bindparam("broker_now", type_=BigInteger)
_SESSION: BindParameter[str] = bindparam("broker_session", type_=String)
_SYSTEM = frozenset({ActorRole.SYSTEM})


def gather(rows: Connection, actor: Actor, session_id: str, now_ms: int) -> Facts:
    """The facts of now. An unknown session costs the same two queries as a known one."""
    roles = roles_of(rows, actor, now_ms)
    given = {"broker_who": actor.person_id, "broker_now": now_ms, "broker_session": session_id}
    found = rows.execute(_look(), given).one_or_none()
    if found is None:
        return Facts(roles=roles)
    state, epoch, erasing, *answers = tuple(found)
    holds = [name for name, answer in zip(_facts(), answers, strict=True) if answer]
    ties = frozenset(name for name in holds if isinstance(name, Relationship))
    return Facts(
        roles=roles,
        state=SessionState(state),
        epoch=int(epoch),
        erasing=bool(erasing),
        relationships=frozenset({Relationship.SYSTEM}) if actor.system else ties,
        conditions=frozenset(name for name in holds if isinstance(name, Condition)),
        given=frozenset(name for name in holds if isinstance(name, PermissionPurpose)),
    )


def roles_of(rows: Connection, actor: Actor, now_ms: int) -> frozenset[ActorRole]:
    """The roles that the actor claims and that hold now; none for a person who is not active."""
    if actor.system:
        return _SYSTEM
    granted = rows.scalars(_granted(), {"broker_who": actor.person_id, "broker_now": now_ms})
    return frozenset(ActorRole(role) for role in granted if role in actor.roles)


def visible(
    rows: Connection, actor: Actor, purpose: Purpose | None, now_ms: int, content: Content = Content.DETAILS
) -> Select[tuple[str]]:
    """The ids of all sessions whose content the actor may view for this purpose; for any, where none is named."""
    found = _seen_by(roles_of(rows, actor, now_ms), purpose, content)
    return found.params(broker_who=actor.person_id, broker_now=now_ms)


@cache
def _look() -> Select[*tuple[Any, ...]]:
    """One session's state and, for each fact in the order of `_facts`, whether it holds. Built once: that is slow."""
    answers = (term.label(f"fact_{number}") for number, term in enumerate(_facts().values()))
    asked = select(session.c.state, session.c.permission_epoch, _erasing().label("erasing"), *answers)
    return asked.where(session.c.id == _SESSION)


@cache
def _granted() -> Select[str]:
    granted = select(role_grant.c.role).join(person, person.c.id == role_grant.c.person_id)
    return granted.where(person.c.id == _WHO, person.c.state == PersonState.ACTIVE, _valid(role_grant))


@cache
def _seen_by(roles: frozenset[ActorRole], purpose: Purpose | None, content: Content) -> Select[tuple[str]]:
    ways = [
        _way(row)
        for row in POLICY
        if row.role in roles
        and content in row.contents
        and Action.VIEW in row.actions
        and purpose in (None, row.purpose)
    ]
    return select(session.c.id).where(not_(_erasing()), or_(false(), *ways))


def _way(row: Row) -> Term:
    """Where a line of the table lets somebody in who has its role."""
    facts = _facts()
    wanted: tuple[_Fact, ...] = (row.relationship, *row.conditions, *row.permissions)
    terms = (true() if name is Relationship.SYSTEM else facts[name] for name in wanted)
    return and_(session.c.state.in_(sorted(states_of(row))), *terms)


@cache
def _facts() -> dict[_Fact, Term]:
    """Every fact that is asked of the database about a person and a session."""
    ties: dict[Relationship, Term] = {
        Relationship.OWN: session.c.worker_id == _WHO,
        Relationship.COACH: _coaches(),
        Relationship.LEAD: _in_a_team(leads=True),
        Relationship.TEAM: _in_a_team(leads=False),
    }
    about = feedback.c.session_id == session.c.id
    found: list[tuple[_Fact, Term]] = [
        *ties.items(),
        (Relationship.APART, not_(or_(*ties.values()))),
        (Relationship.ANY, true()),
        (Condition.SHARED, and_(session.c.shared_ms.is_not(None), session.c.shared_ms <= _NOW)),
        (Condition.RELEASED, exists().where(about, feedback.c.state == FeedbackState.RELEASED)),
        (Condition.AUTHOR, exists().where(about, feedback.c.author_id == _WHO)),
        (Condition.SUPERVISION, session.c.setting == Setting.SUPERVISION),
        *((purpose, _covered(purpose)) for purpose in PermissionPurpose),
    ]
    return dict(found)


def _coaches() -> Term:
    """Nobody coaches themself, whatever a row says."""
    return exists().where(
        coaching.c.coach_id == _WHO,
        coaching.c.worker_id == session.c.worker_id,
        coaching.c.worker_id != coaching.c.coach_id,
        _valid(coaching),
    )


def _in_a_team(*, leads: bool) -> Term:
    """In the session's team, or in a team that its worker is in now."""
    mine, theirs = membership.alias("mine"), membership.alias("theirs")
    with_worker = exists().where(
        theirs.c.person_id == session.c.worker_id, theirs.c.team_id == mine.c.team_id, _valid(theirs)
    )
    return (
        exists()
        .where(
            mine.c.person_id == _WHO,
            mine.c.leads.is_(leads),
            _valid(mine),
            or_(mine.c.team_id == session.c.team_id, with_worker.correlate(session, mine)),
        )
        .correlate(session)
    )


def _covered(purpose: PermissionPurpose) -> Term:
    """There are participants; each of them was answered for, and every standing answer gives it and is not over.

    A participant has two voices, their own and a parent's for them: the latest of each stands, so that a parent's yes
    does not undo a child's no.
    """
    stands, later = permission.alias("stands"), permission.alias("later")
    replaced = exists().where(
        later.c.participant_id == stands.c.participant_id,
        later.c.session_id == stands.c.session_id,
        later.c.purpose == stands.c.purpose,
        (later.c.how == How.THROUGH_PARENT) == (stands.c.how == How.THROUGH_PARENT),
        later.c.number > stands.c.number,
    )
    theirs = and_(
        stands.c.participant_id == participant.c.id, stands.c.session_id == session.c.id, stands.c.purpose == purpose
    )
    gives = and_(stands.c.answer == PermissionAnswer.GIVEN, or_(stands.c.until_ms.is_(None), stands.c.until_ms > _NOW))
    objected = exists().where(theirs, not_(gives), not_(replaced.correlate(stands)))
    answered = exists().where(theirs)
    agreed = and_(answered.correlate(participant, session), not_(objected.correlate(participant, session)))
    present = participant.c.session_id == session.c.id
    missing = exists().where(present, not_(agreed))
    return and_(exists().where(present).correlate(session), not_(missing.correlate(session)))


def _erasing() -> Term:
    return exists().where(erasure.c.session_id == session.c.id)


def _valid(table: FromClause) -> Term:
    """From its first millisecond on, up to and without its last."""
    return and_(table.c.from_ms <= _NOW, or_(table.c.until_ms.is_(None), table.c.until_ms > _NOW))
