"""Rows of sign-ins that wait for their second proof. They are no sign-ins: what opens pages never looks at them."""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert, select

from service.clock import AHEAD_MS
from service.database.tables import person, waiting_sign_in
from service.people.store import Row
from service.people.unguessable import hidden, new_secret

WAITS_MS = 10 * 60_000
"""So long after the password the second proof is waited for."""


def begin(rows: Connection, person_id: str, now_ms: int) -> str:
    """A new one; its cookie's value is returned and not kept. Those that waited too long are forgotten."""
    rows.execute(delete(waiting_sign_in).where(waiting_sign_in.c.until_ms <= now_ms))
    cookie = new_secret()
    rows.execute(
        insert(waiting_sign_in).values(
            id=hidden(cookie), person_id=person_id, created_ms=now_ms, until_ms=now_ms + WAITS_MS
        )
    )
    return cookie


def live(rows: Connection, waiting_id: str, now_ms: int) -> Row | None:
    """One that waits at this moment, with its person's state and sign-in name."""
    asked = (
        select(waiting_sign_in, person.c.state, person.c.sign_in_name)
        .join(person, person.c.id == waiting_sign_in.c.person_id)
        .where(waiting_sign_in.c.id == waiting_id, waiting_sign_in.c.until_ms > now_ms)
        .where(waiting_sign_in.c.created_ms <= now_ms + AHEAD_MS)
    )
    return rows.execute(asked).mappings().one_or_none()


def end(rows: Connection, waiting_id: str) -> bool:
    """It waits no more; whether it did."""
    return rows.execute(delete(waiting_sign_in).where(waiting_sign_in.c.id == waiting_id)).rowcount == 1


def end_all(rows: Connection, person_id: str) -> None:
    """None of this person's waits any more."""
    rows.execute(delete(waiting_sign_in).where(waiting_sign_in.c.person_id == person_id))
