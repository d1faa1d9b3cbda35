"""Rows of passkeys and of the challenges that they answer."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, select, update

from service.clock import AHEAD_MS
from service.database.tables import challenge, passkey
from service.database.words import PasskeyUse
from service.ids import new_id
from service.people.store import Row
from service.people.unguessable import hidden

CHALLENGE_BYTES = 32
ANSWERED_MS = 5 * 60_000
"""So long a challenge can be answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceremony:
    """What a challenge is for, and the SHA-256 of the cookie of the one browser that may answer it."""

    use: PasskeyUse
    bound: str


def make_challenge(rows: Connection, ceremony: Ceremony, now_ms: int) -> bytes:
    """A new challenge; those that nobody answered in time are forgotten."""
    rows.execute(delete(challenge).where(challenge.c.until_ms <= now_ms))
    made = secrets.token_bytes(CHALLENGE_BYTES)
    rows.execute(
        insert(challenge).values(
            id=hidden(made.hex()), use=ceremony.use, bound=ceremony.bound, created_ms=now_ms,
            until_ms=now_ms + ANSWERED_MS,
        )
    )  # fmt: skip
    return made


def use_up(rows: Connection, given: bytes, ceremony: Ceremony, now_ms: int) -> bool:
    """Whether this challenge was made for this, and this is its one answer."""
    found = delete(challenge).where(
        challenge.c.id == hidden(given.hex()), challenge.c.use == ceremony.use, challenge.c.bound == ceremony.bound,
        challenge.c.until_ms > now_ms, challenge.c.created_ms <= now_ms + AHEAD_MS,
    )  # fmt: skip
    return rows.execute(found).rowcount == 1


def add(
    rows: Connection,
    person_id: str,
    now_ms: int,
    *,
    credential_id: str,
    public_key: str,
    sign_count: int,
    label: str,
    transports: Iterable[str],
) -> str:
    """A person's new passkey; its id here."""
    passkey_id = new_id()
    rows.execute(
        insert(passkey).values(
            id=passkey_id, person_id=person_id, credential_id=credential_id, public_key=public_key,
            sign_count=sign_count, label=label, transports=" ".join(transports), created_ms=now_ms,
        )
    )  # fmt: skip
    return passkey_id


def of_person(rows: Connection, person_id: str) -> list[Row]:
    """A person's passkeys, oldest first."""
    asked = select(passkey).where(passkey.c.person_id == person_id).order_by(passkey.c.created_ms, passkey.c.id)
    return list(rows.execute(asked).mappings())


def number_of(rows: Connection, person_id: str) -> int:
    """How many passkeys a person has."""
    return rows.scalar(select(func.count()).where(passkey.c.person_id == person_id)) or 0


def by_credential(rows: Connection, credential_id: str) -> Row | None:
    """The passkey that a device calls by this name."""
    return rows.execute(select(passkey).where(passkey.c.credential_id == credential_id)).mappings().one_or_none()


def note_use(rows: Connection, passkey_id: str, sign_count: int, now_ms: int) -> None:
    """It was used just now, and its device has counted this far."""
    used = update(passkey).where(passkey.c.id == passkey_id)
    rows.execute(used.values(sign_count=sign_count, used_ms=now_ms))


def remove(rows: Connection, person_id: str, passkey_id: str) -> bool:
    """Remove one of this person's passkeys; whether it was there."""
    return (
        rows.execute(delete(passkey).where(passkey.c.id == passkey_id, passkey.c.person_id == person_id)).rowcount == 1
    )


def remove_all(rows: Connection, person_id: str) -> list[str]:
    """Remove every passkey of a person: the ids that they had here."""
    found = list(rows.scalars(select(passkey.c.id).where(passkey.c.person_id == person_id)))
    rows.execute(delete(passkey).where(passkey.c.person_id == person_id))
    return found
