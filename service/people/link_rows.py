"""Rows of one-time links: made, looked at, used once."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select, update

from service.clock import AHEAD_MS
from service.database.tables import one_time_link
from service.people.store import Row
from service.people.unguessable import hidden, new_secret

FIRST_ADMINISTRATOR = "first-administrator"
INVITATION = "invitation"
NEW_PASSWORD = "new-password"  # noqa: S105 - a word of a closed list
COUNCIL_SIGN_IN = "council-sign-in"

_HOUR_MS = 3_600_000
LASTS_MS = {
    FIRST_ADMINISTRATOR: 24 * _HOUR_MS,
    INVITATION: 7 * 24 * _HOUR_MS,
    NEW_PASSWORD: 24 * _HOUR_MS,
    COUNCIL_SIGN_IN: _HOUR_MS // 6,
}
"""How long each is good, in milliseconds."""


def make(rows: Connection, use: str, now_ms: int, *, person_id: str | None = None, secret: str | None = None) -> str:
    """A new link's secret, which is kept nowhere; older ones of the same person and use are used up by it.

    ``secret`` is given where it has a form of its own; those do not touch older ones.
    """
    if secret is None:
        older = update(one_time_link).where(
            one_time_link.c.use == use, one_time_link.c.person_id.is_not_distinct_from(person_id),
            one_time_link.c.used_ms.is_(None),
        )  # fmt: skip
        rows.execute(older.values(used_ms=now_ms))
        secret = new_secret()
    rows.execute(
        insert(one_time_link).values(
            secret_hash=hidden(secret), person_id=person_id, use=use, created_ms=now_ms,
            until_ms=now_ms + LASTS_MS[use],
        )
    )  # fmt: skip
    return secret


def look(rows: Connection, secret: str, now_ms: int) -> Row | None:
    """The link's row, while it is good."""
    asked = select(one_time_link).where(
        one_time_link.c.secret_hash == hidden(secret), one_time_link.c.used_ms.is_(None),
        one_time_link.c.until_ms > now_ms, one_time_link.c.created_ms <= now_ms + AHEAD_MS,
    )  # fmt: skip
    return rows.execute(asked).mappings().one_or_none()


def use_up(rows: Connection, secret: str, use: str, now_ms: int) -> bool:
    """Use the link; whether this was the one time."""
    used = update(one_time_link).where(
        one_time_link.c.secret_hash == hidden(secret), one_time_link.c.use == use, one_time_link.c.used_ms.is_(None),
        one_time_link.c.until_ms > now_ms, one_time_link.c.created_ms <= now_ms + AHEAD_MS,
    )  # fmt: skip
    return rows.execute(used.values(used_ms=now_ms)).rowcount == 1
