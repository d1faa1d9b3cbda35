"""How many failed sign-ins are heard: counted in the database, so that every web process counts together.

An attempt is counted before the password is looked at, so that many at once cannot all slip through, and taken back
when it succeeds. Counts are kept by the minute; whoever is over the limit waits until old minutes fall out, and
waiting costs nothing more: nothing is ever locked.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update

from service.database.tables import attempt
from service.people.errors import TooManyAttemptsError
from service.people.unguessable import keyed

SLICE_MS = 60_000
WINDOW_MS = 300_000
PER_ACCOUNT = 10
PER_ADDRESS = 10
PER_BROWSER = 10
GLOBAL = 1_000
"""Failed attempts in any five minutes: for one sign-in name, from one network address, from a browser in which the
person signed in before, and in all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """One thing that is counted: ``bucket`` tells nothing of whom it is about."""

    bucket: str
    most: int


def limits_of(key: bytes, *, sign_in_name: str, address: str, known_browser: str | None) -> tuple[Limit, ...]:
    """What counts for an attempt. ``known_browser`` was checked; it stands alone, so that strangers cannot block it."""
    if known_browser is not None:
        return (Limit(bucket=f"browser:{keyed(key, 'attempt-browser', known_browser)}", most=PER_BROWSER),)
    return (
        Limit(bucket=f"account:{keyed(key, 'attempt-account', sign_in_name)}", most=PER_ACCOUNT),
        Limit(bucket=f"address:{keyed(key, 'attempt-address', address)}", most=PER_ADDRESS),
        Limit(bucket="all", most=GLOBAL),
    )


def refuse(rows: Connection, limits: Iterable[Limit], now_ms: int) -> None:
    """Raises TooManyAttemptsError with the wait that every limit asks for."""
    wait = max(_wait_ms(_counts(rows, limit, now_ms), limit.most, now_ms) for limit in limits)
    if wait:
        raise TooManyAttemptsError(wait)


def count(rows: Connection, limits: Iterable[Limit], now_ms: int) -> None:
    """Count an attempt, and forget what is too old to matter. In a transaction of `Database.writing`."""
    rows.execute(delete(attempt).where(attempt.c.window_ms < now_ms - 2 * WINDOW_MS))
    for limit in limits:
        name = _name(limit, _slice(now_ms))
        more = update(attempt).where(attempt.c.bucket == name).values(used=attempt.c.used + 1)
        if rows.execute(more).rowcount == 0:
            rows.execute(insert(attempt).values(bucket=name, window_ms=_slice(now_ms), used=1))


def take_back(rows: Connection, limits: Iterable[Limit], counted_ms: int) -> None:
    """Uncount the attempt that was counted at that time."""
    for limit in limits:
        named = attempt.c.bucket == _name(limit, _slice(counted_ms))
        rows.execute(update(attempt).where(named, attempt.c.used > 0).values(used=attempt.c.used - 1))


def _counts(rows: Connection, limit: Limit, now_ms: int) -> dict[int, int]:
    """Counts by the start of their minute: of every minute that reaches into the window."""
    slices = range(_slice(now_ms - WINDOW_MS), now_ms + 1, SLICE_MS)
    asked = select(attempt.c.window_ms, attempt.c.used).where(
        attempt.c.bucket.in_([_name(limit, start) for start in slices])
    )
    return {row.window_ms: row.used for row in rows.execute(asked)}


def _wait_ms(counts: dict[int, int], most: int, now_ms: int) -> int:
    left = sum(counts.values())
    if left < most:
        return 0
    for start in sorted(counts):
        left -= counts[start]
        if left < most:
            return start + SLICE_MS + WINDOW_MS - now_ms
    return WINDOW_MS


def _slice(at_ms: int) -> int:
    return at_ms - at_ms % SLICE_MS


def _name(limit: Limit, start_ms: int) -> str:
    return f"{limit.bucket}:{start_ms // SLICE_MS}"
