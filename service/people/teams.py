"""What an administrator does with teams and coaching relationships. Each act is audited."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError

from service.audit.records import Kind
from service.database.words import StaffRole
from service.ids import new_id
from service.keybroker.errors import RefusedError
from service.keybroker.ports import Actor
from service.parts import Parts
from service.people import names, store, team_rows
from service.people.acting import Act, administering, looking
from service.people.errors import NameTakenError, WrongStateError
from service.people.repeats import UNKEYED, Repeats

_COACHED = frozenset({StaffRole.PRACTITIONER, StaffRole.MANAGER})


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """A team and the ids of who is in it now; ``leaders`` are members too."""

    id: str
    name: str
    members: frozenset[str]
    leaders: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Coaching:
    """Who coaches whom, from when until when, in milliseconds since 1970; ``until_ms`` None: no end is set."""

    coach_id: str
    worker_id: str
    from_ms: int
    until_ms: int | None


def make_team(parts: Parts, actor: Actor, name: str, repeats: Repeats = UNKEYED) -> str:
    """A new team's id. Raises RefusedError, PersonInputError, NameTakenError, DoneBeforeError."""
    team_id, settled = new_id(), names.shown_name(name)
    try:
        with administering(parts, actor, Kind.TEAM, team_id) as act:
            repeats.refuse_second(act.rows)
            team_rows.add_team(act.rows, team_id, settled, act.now_ms)
            repeats.keep(act.rows, team_id, act.now_ms)
    except IntegrityError:
        raise NameTakenError from None
    return team_id


def add_member(parts: Parts, actor: Actor, team_id: str, person_id: str, *, leads: bool = False) -> None:
    """Into the team from now on; only a manager leads. Raises RefusedError, WrongStateError."""
    with administering(parts, actor, Kind.TEAM, team_id) as act:
        _both_there(act, team_id, person_id)
        if team_rows.is_member(act.rows, team_id, person_id, act.now_ms):
            raise WrongStateError
        if leads and StaffRole.MANAGER not in store.roles_of(act.rows, person_id, act.now_ms):
            raise WrongStateError("Only a manager leads a team. Give the person that role first.")
        team_rows.add_member(act.rows, team_id, person_id, leads=leads, now_ms=act.now_ms)


def remove_member(parts: Parts, actor: Actor, team_id: str, person_id: str) -> None:
    """Out of the team now. Raises RefusedError, WrongStateError."""
    with administering(parts, actor, Kind.TEAM, team_id) as act:
        _both_there(act, team_id, person_id)
        if not team_rows.end_membership(act.rows, team_id, person_id, act.now_ms):
            raise WrongStateError


def begin_coaching(
    parts: Parts,
    actor: Actor,
    *,
    coach_id: str,
    worker_id: str,
    from_ms: int | None = None,
    until_ms: int | None = None,
) -> None:
    """A coaching relationship, from now unless a later date is given. Raises RefusedError, WrongStateError."""
    with administering(parts, actor, Kind.PERSON, worker_id) as act:
        begins = act.now_ms if from_ms is None else max(from_ms, act.now_ms)
        if until_ms is not None and until_ms <= begins:
            raise WrongStateError("A coaching relationship ends after it begins. Choose a later end.")
        _may_coach(act, coach_id, worker_id)
        team_rows.add_coaching(
            act.rows, coach_id, worker_id, given_by=actor.person_id, from_ms=begins, until_ms=until_ms
        )


def end_coaching(parts: Parts, actor: Actor, *, coach_id: str, worker_id: str) -> None:
    """End it now. Raises RefusedError, WrongStateError where there is none."""
    with administering(parts, actor, Kind.PERSON, worker_id) as act:
        if not team_rows.end_coaching(act.rows, coach_id, worker_id, act.now_ms):
            raise WrongStateError


def list_teams(parts: Parts, actor: Actor) -> list[Team]:
    """Every team, by name, with who is in it now. Raises RefusedError."""
    with looking(parts, actor) as act:
        listed = [(team_id, name, team_rows.members(act.rows, team_id, act.now_ms))
                  for team_id, name in team_rows.teams(act.rows)]  # fmt: skip
    return [
        Team(
            id=team_id, name=name, members=frozenset(person for person, _ in inside),
            leaders=frozenset(person for person, leads in inside if leads),
        )
        for team_id, name, inside in listed
    ]  # fmt: skip


def list_coaching(parts: Parts, actor: Actor) -> list[Coaching]:
    """The coaching relationships that have not ended. Raises RefusedError."""
    with looking(parts, actor) as act:
        found = team_rows.relationships(act.rows, act.now_ms)
    return [
        Coaching(coach_id=row["coach_id"], worker_id=row["worker_id"], from_ms=row["from_ms"], until_ms=row["until_ms"])
        for row in found
    ]


def _both_there(act: Act, team_id: str, person_id: str) -> None:
    if not team_rows.team_exists(act.rows, team_id) or store.by_id(act.rows, person_id) is None:
        raise RefusedError("no such team or person")


def _may_coach(act: Act, coach_id: str, worker_id: str) -> None:
    if store.by_id(act.rows, coach_id) is None or store.by_id(act.rows, worker_id) is None:
        raise RefusedError("no such person")
    if coach_id == worker_id:
        raise WrongStateError("Nobody coaches themself. Choose another coach.")
    if StaffRole.COACH not in store.roles_of(act.rows, coach_id, act.now_ms):
        raise WrongStateError("This person is no coach. Give them that role first.")
    if not _COACHED & store.roles_of(act.rows, worker_id, act.now_ms):
        raise WrongStateError("Only practitioners and managers are coached. Give the person one of these roles first.")
    if team_rows.coaches(act.rows, coach_id, worker_id, act.now_ms):
        raise WrongStateError
