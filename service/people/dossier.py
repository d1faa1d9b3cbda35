"""One person as administrators see them, with what they hold and held, and the invitations that nobody took up yet."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, func, or_, select

from service.database.tables import coaching, one_time_link, person
from service.database.words import PersonState
from service.keybroker.errors import RefusedError
from service.keybroker.ports import Actor
from service.parts import Parts
from service.people import link_rows, store, team_rows
from service.people.acting import looking
from service.people.own import OwnTeam
from service.people.passkeys import rows as passkey_rows
from service.people.records import Person
from service.people.sign_in_rows import all_live
from service.people.teams import Coaching


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveSignIn:
    """A sign-in that holds now; times in ms since 1970. Its id stays inside."""

    created_ms: int
    seen_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """A person, where they belong, who coaches them and whom they coach (ended ones too), and where they are signed in.

    ``link_until_ms``: how long the newest link that was made for them is good, in ms since 1970; None: there is none.
    """

    person: Person
    created_ms: int
    teams: tuple[OwnTeam, ...]
    coaching: tuple[Coaching, ...]
    sign_ins: tuple[LiveSignIn, ...]
    link_until_ms: int | None
    passkeys: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """Somebody who was invited and has not come yet; ``until_ms`` None: their link is over, they need another."""

    person_id: str
    shown_name: str
    until_ms: int | None


def dossier(parts: Parts, actor: Actor, person_id: str) -> Dossier:
    """Everything about one person. Raises RefusedError, also where there is no such person."""
    with looking(parts, actor) as act:
        row = store.by_id(act.rows, person_id)
        if row is None:
            raise RefusedError("no such person")
        live = all_live(act.rows, person_id, act.now_ms)
        return Dossier(
            person=Person(
                id=person_id, sign_in_name=row["sign_in_name"], shown_name=row["shown_name"],
                state=PersonState(row["state"]), roles=store.roles_of(act.rows, person_id, act.now_ms),
                has_password=row["password_hash"] is not None, at_provider=row["subject"] is not None,
            ),
            created_ms=row["created_ms"],
            teams=tuple(
                OwnTeam(id=team_id, name=name, leads=leads)
                for team_id, name, leads in team_rows.teams_of(act.rows, person_id, act.now_ms)
            ),
            coaching=tuple(_relationships(act.rows, person_id)),
            sign_ins=tuple(LiveSignIn(created_ms=one["created_ms"], seen_ms=one["seen_ms"]) for one in live),
            link_until_ms=_links(act.rows, act.now_ms).get(person_id),
            passkeys=passkey_rows.number_of(act.rows, person_id),
        )  # fmt: skip


def good_until(parts: Parts, actor: Actor, person_id: str, secret: str) -> int | None:
    """How long this link of this person is good, in ms since 1970; None where it is not, or is somebody else's.

    Raises RefusedError.
    """
    with looking(parts, actor) as act:
        row = link_rows.look(act.rows, secret, act.now_ms)
        return int(row["until_ms"]) if row is not None and row["person_id"] == person_id else None


def invitations(rows: Connection, now_ms: int) -> list[Invitation]:
    """Everybody who was invited and has not come, by name."""
    links = _links(rows, now_ms)
    waiting = select(person.c.id, person.c.shown_name).where(person.c.state == PersonState.INVITED)
    return [
        Invitation(person_id=row.id, shown_name=row.shown_name, until_ms=links.get(row.id))
        for row in rows.execute(waiting.order_by(person.c.shown_name, person.c.id))
    ]


def _links(rows: Connection, now_ms: int) -> dict[str, int]:
    """Until when each person's newest unused link is good; people without one are left out."""
    good = select(one_time_link.c.person_id, func.max(one_time_link.c.until_ms).label("until_ms")).where(
        one_time_link.c.used_ms.is_(None), one_time_link.c.until_ms > now_ms, one_time_link.c.person_id.is_not(None)
    )
    return {row.person_id: row.until_ms for row in rows.execute(good.group_by(one_time_link.c.person_id))}


def _relationships(rows: Connection, person_id: str) -> list[Coaching]:
    asked = select(coaching).where(or_(coaching.c.coach_id == person_id, coaching.c.worker_id == person_id))
    return [
        Coaching(coach_id=row.coach_id, worker_id=row.worker_id, from_ms=row.from_ms, until_ms=row.until_ms)
        for row in rows.execute(asked.order_by(coaching.c.from_ms.desc(), coaching.c.id))
    ]
