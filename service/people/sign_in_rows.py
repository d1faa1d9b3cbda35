"""Rows of sign-ins and access tokens: begin, look up, end. An ended one stays ended, whatever else happens."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, and_, insert, select, update

from service.clock import AHEAD_MS
from service.database.tables import one_time_link, person, sign_in, token
from service.people import waiting_rows
from service.people.store import Row
from service.people.unguessable import hidden, new_secret

MINUTE_MS = 60_000
IDLE_MS = 30 * MINUTE_MS
"""So long a sign-in lasts without a request: a screen left alone at a desk or in a car."""
ABSOLUTE_MS = 12 * 60 * MINUTE_MS
"""So long it lasts at all: a working day."""
FRESH_MS = 5 * MINUTE_MS
"""So long a proof of who one is counts for exports and administration."""


def begin(rows: Connection, person_id: str, now_ms: int, *, fresh_ms: int, created_ms: int | None = None) -> str:
    """A new sign-in; its cookie's value is returned and not kept. ``created_ms`` when it goes on from an older one."""
    cookie = new_secret()
    rows.execute(
        insert(sign_in).values(
            id=hidden(cookie), person_id=person_id, created_ms=now_ms if created_ms is None else created_ms,
            seen_ms=now_ms, fresh_ms=fresh_ms,
        )
    )  # fmt: skip
    return cookie


def live(rows: Connection, sign_in_id: str, now_ms: int) -> Row | None:
    """A sign-in that holds at this moment, with its person's state as ``state``."""
    asked = (
        select(sign_in, person.c.state)
        .join(person, person.c.id == sign_in.c.person_id)
        .where(sign_in.c.id == sign_in_id, _holds(now_ms))
    )
    return rows.execute(asked).mappings().one_or_none()


def all_live(rows: Connection, person_id: str, now_ms: int) -> list[Row]:
    """A person's sign-ins that hold at this moment, newest first."""
    asked = select(sign_in).where(sign_in.c.person_id == person_id, _holds(now_ms))
    return list(rows.execute(asked.order_by(sign_in.c.created_ms.desc(), sign_in.c.id)).mappings())


def seen(rows: Connection, sign_in_id: str, now_ms: int) -> None:
    """Note a request; nothing where it has ended or timed out meanwhile."""
    noted = update(sign_in).where(
        sign_in.c.id == sign_in_id, sign_in.c.ended_ms.is_(None), sign_in.c.seen_ms > now_ms - IDLE_MS,
        sign_in.c.seen_ms < now_ms,
    )  # fmt: skip
    rows.execute(noted.values(seen_ms=now_ms))


def end(rows: Connection, sign_in_id: str, person_id: str, now_ms: int) -> bool:
    """End one of this person's sign-ins; whether it was there and had not ended."""
    ended = update(sign_in).where(
        sign_in.c.id == sign_in_id, sign_in.c.person_id == person_id, sign_in.c.ended_ms.is_(None)
    )
    return rows.execute(ended.values(ended_ms=now_ms)).rowcount == 1


def end_sign_ins(rows: Connection, person_id: str, now_ms: int) -> int:
    """End every sign-in of a person, and those that wait for a second proof; say how many sign-ins there were."""
    waiting_rows.end_all(rows, person_id)
    ended = update(sign_in).where(sign_in.c.person_id == person_id, sign_in.c.ended_ms.is_(None))
    return rows.execute(ended.values(ended_ms=now_ms)).rowcount


def end_everything(rows: Connection, person_id: str, now_ms: int) -> None:
    """End every sign-in, access token and unused link of a person."""
    end_sign_ins(rows, person_id, now_ms)
    tokens = update(token).where(token.c.person_id == person_id, token.c.ended_ms.is_(None))
    rows.execute(tokens.values(ended_ms=now_ms))
    links = update(one_time_link).where(one_time_link.c.person_id == person_id, one_time_link.c.used_ms.is_(None))
    rows.execute(links.values(used_ms=now_ms))


def _holds(now_ms: int) -> ColumnElement[bool]:
    """One that a clock began or saw that was ahead of the right time would outlast its day, so it holds no more."""
    return and_(
        sign_in.c.ended_ms.is_(None),
        sign_in.c.seen_ms.between(now_ms - IDLE_MS + 1, now_ms + AHEAD_MS),
        sign_in.c.created_ms.between(now_ms - ABSOLUTE_MS + 1, now_ms + AHEAD_MS),
    )
