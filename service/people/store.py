"""Rows of people and their roles."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, func, insert, or_, select, update

from service.database.tables import person, role_grant
from service.database.words import PersonState, StaffRole
from service.ids import new_id
from service.people.records import Person

Row = RowMapping
"""A row by the names of its columns."""


def holds(at_ms: int) -> ColumnElement[bool]:
    """Grants of roles that hold at that moment."""
    return and_(role_grant.c.from_ms <= at_ms, or_(role_grant.c.until_ms.is_(None), role_grant.c.until_ms > at_ms))


def roles_of(rows: Connection, person_id: str, now_ms: int) -> frozenset[StaffRole]:
    """The roles a person has now, whatever their state."""
    asked = select(role_grant.c.role).where(role_grant.c.person_id == person_id, holds(now_ms))
    return frozenset(StaffRole(role) for role in rows.scalars(asked))


def active_roles(rows: Connection, person_id: str, now_ms: int) -> frozenset[StaffRole]:
    """The roles of a person who can sign in; none otherwise."""
    state = rows.scalar(select(person.c.state).where(person.c.id == person_id))
    return roles_of(rows, person_id, now_ms) if state == PersonState.ACTIVE else frozenset()


def active_administrators(rows: Connection, now_ms: int) -> set[str]:
    """The ids of everybody who can administer now."""
    asked = (
        select(role_grant.c.person_id)
        .join(person, person.c.id == role_grant.c.person_id)
        .where(role_grant.c.role == StaffRole.ADMINISTRATOR, person.c.state == PersonState.ACTIVE, holds(now_ms))
    )
    return set(rows.scalars(asked))


def by_id(rows: Connection, person_id: str) -> Row | None:
    """A person's row."""
    return rows.execute(select(person).where(person.c.id == person_id)).mappings().one_or_none()


def by_name(rows: Connection, sign_in_name: str) -> Row | None:
    """The row of whoever signs in by that name, which is settled already."""
    return rows.execute(select(person).where(person.c.sign_in_name == sign_in_name)).mappings().one_or_none()


def by_subject(rows: Connection, issuer: str, subject: str) -> Row | None:
    """The row of whoever a provider knows by that subject."""
    asked = select(person).where(person.c.issuer == issuer, person.c.subject == subject)
    return rows.execute(asked).mappings().one_or_none()


def is_empty(rows: Connection) -> bool:
    """Whether there is nobody at all."""
    return rows.scalar(select(func.count()).select_from(person)) == 0


def add_person(
    rows: Connection,
    *,
    person_id: str,
    sign_in_name: str,
    shown_name: str,
    state: PersonState,
    now_ms: int,
    password_hash: str | None = None,
) -> None:
    """A new person. The database refuses a sign-in name that is taken (IntegrityError)."""
    rows.execute(
        insert(person).values(
            id=person_id, sign_in_name=sign_in_name, shown_name=shown_name, state=state, password_hash=password_hash,
            created_ms=now_ms, changed_ms=now_ms,
        )
    )  # fmt: skip


def change_person(rows: Connection, person_id: str, now_ms: int, **changes: object) -> None:
    """New values for columns of a person."""
    rows.execute(update(person).where(person.c.id == person_id).values(changed_ms=now_ms, **changes))


def add_role(rows: Connection, person_id: str, role: StaffRole, *, given_by: str | None, now_ms: int) -> None:
    """A role from now on."""
    rows.execute(
        insert(role_grant).values(id=new_id(), person_id=person_id, role=role, given_by=given_by, from_ms=now_ms)
    )


def end_role(rows: Connection, person_id: str, role: StaffRole, now_ms: int) -> bool:
    """End a role now; whether there was one."""
    ended = update(role_grant).where(role_grant.c.person_id == person_id, role_grant.c.role == role, holds(now_ms))
    return rows.execute(ended.values(until_ms=now_ms)).rowcount > 0


def everybody(rows: Connection, now_ms: int) -> list[Person]:
    """All people by name, with the roles they have now."""
    roles: dict[str, set[StaffRole]] = {}
    for grant in rows.execute(select(role_grant.c.person_id, role_grant.c.role).where(holds(now_ms))):
        roles.setdefault(grant.person_id, set()).add(StaffRole(grant.role))
    return [
        Person(
            id=row.id, sign_in_name=row.sign_in_name, shown_name=row.shown_name, state=PersonState(row.state),
            roles=frozenset(roles.get(row.id, ())), has_password=row.password_hash is not None,
            at_provider=row.subject is not None,
        )
        for row in rows.execute(select(person).order_by(person.c.shown_name, person.c.id))
    ]  # fmt: skip
