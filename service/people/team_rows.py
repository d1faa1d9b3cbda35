"""Rows of teams, memberships and coaching relationships, each with the dates between which it holds."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, insert, or_, select, update

from service.database.tables import coaching, membership, team
from service.ids import new_id


def running(table: Table, now_ms: int) -> ColumnElement[bool]:
    """Rows of memberships or relationships that have not ended."""
    return or_(table.c.until_ms.is_(None), table.c.until_ms > now_ms)


def add_team(rows: Connection, team_id: str, name: str, now_ms: int) -> None:
    """A new team. The database refuses a name that is taken (IntegrityError)."""
    rows.execute(insert(team).values(id=team_id, name=name, created_ms=now_ms))


def team_exists(rows: Connection, team_id: str) -> bool:
    """Whether there is such a team."""
    return rows.scalar(select(team.c.id).where(team.c.id == team_id)) is not None


def is_member(rows: Connection, team_id: str, person_id: str, now_ms: int) -> bool:
    """Whether the person is in the team now."""
    asked = select(membership.c.id).where(_of(membership, now_ms, team_id=team_id, person_id=person_id))
    return rows.scalar(asked) is not None


def add_member(rows: Connection, team_id: str, person_id: str, *, leads: bool, now_ms: int) -> None:
    """In the team from now on."""
    rows.execute(
        insert(membership).values(id=new_id(), person_id=person_id, team_id=team_id, leads=leads, from_ms=now_ms)
    )


def end_membership(rows: Connection, team_id: str, person_id: str, now_ms: int) -> bool:
    """Out of the team now; whether they were in it."""
    ended = update(membership).where(_of(membership, now_ms, team_id=team_id, person_id=person_id))
    return rows.execute(ended.values(until_ms=now_ms)).rowcount > 0


def coaches(rows: Connection, coach_id: str, worker_id: str, now_ms: int) -> bool:
    """Whether there is a relationship that has not ended."""
    asked = select(coaching.c.id).where(_of(coaching, now_ms, coach_id=coach_id, worker_id=worker_id))
    return rows.scalar(asked) is not None


def add_coaching(
    rows: Connection, coach_id: str, worker_id: str, *, given_by: str, from_ms: int, until_ms: int | None
) -> str:
    """A relationship between these dates; its id."""
    made = new_id()
    rows.execute(
        insert(coaching).values(
            id=made, coach_id=coach_id, worker_id=worker_id, given_by=given_by, from_ms=from_ms, until_ms=until_ms
        )
    )
    return made


def end_coaching(rows: Connection, coach_id: str, worker_id: str, now_ms: int) -> bool:
    """End it now; whether there was one."""
    ended = update(coaching).where(_of(coaching, now_ms, coach_id=coach_id, worker_id=worker_id))
    return rows.execute(ended.values(until_ms=now_ms)).rowcount > 0


def end_coaching_by(rows: Connection, coach_id: str, now_ms: int) -> None:
    """End all relationships of one coach."""
    rows.execute(update(coaching).where(_of(coaching, now_ms, coach_id=coach_id)).values(until_ms=now_ms))


def teams(rows: Connection) -> list[tuple[str, str]]:
    """Id and name of every team, by name."""
    return [(row.id, row.name) for row in rows.execute(select(team).order_by(team.c.name))]


def teams_of(rows: Connection, person_id: str, now_ms: int) -> list[tuple[str, str, bool]]:
    """The teams that a person is in now, by name: id, name, and whether they lead it."""
    asked = (
        select(team.c.id, team.c.name, membership.c.leads)
        .join(membership, membership.c.team_id == team.c.id)
        .where(_of(membership, now_ms, person_id=person_id))
        .order_by(team.c.name)
    )
    return [(row.id, row.name, row.leads) for row in rows.execute(asked)]


def members(rows: Connection, team_id: str, now_ms: int) -> list[tuple[str, bool]]:
    """Who is in a team now, and whether they lead it."""
    asked = select(membership).where(_of(membership, now_ms, team_id=team_id)).order_by(membership.c.from_ms)
    return [(row.person_id, row.leads) for row in rows.execute(asked)]


def relationships(rows: Connection, now_ms: int) -> list[dict[str, Any]]:
    """The coaching relationships that have not ended, by the day they began."""
    asked = select(coaching).where(running(coaching, now_ms)).order_by(coaching.c.from_ms, coaching.c.id)
    return [dict(row) for row in rows.execute(asked).mappings()]


def _of(table: Table, now_ms: int, **columns: str) -> ColumnElement[bool]:
    return and_(running(table, now_ms), *(table.c[name] == value for name, value in columns.items()))
