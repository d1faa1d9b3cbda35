"""Access tokens for machines: made by a person for themself, with scopes and an end, shown once."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, func, insert, select, update

from service.api.errors import NotFreshError
from service.audit.records import Action, ActorRole, AuditEvent, Kind, Outcome, Purpose
from service.clock import AHEAD_MS
from service.database.tables import person, token
from service.ids import new_id
from service.people import store
from service.people.errors import TokenInputError
from service.people.parts import PeopleParts
from service.people.records import SCOPE_ROLES, Scope, SignedIn, TokenShown
from service.people.repeats import UNKEYED, Repeats
from service.people.unguessable import hidden, new_secret

PREFIX = "prt_"
DAY_MS = 86_400_000
LONGEST_MS = 365 * DAY_MS
LABEL = 80
"""Characters of a label at most."""
MOST = 20
"""Live tokens of one person."""


def make_token(
    people: PeopleParts,
    signed: SignedIn,
    *,
    label: str,
    scopes: Iterable[Scope],
    until_ms: int,
    repeats: Repeats = UNKEYED,
) -> tuple[str, str]:
    """A new token of the person's own: its id and its secret, which is shown once.

    Raises NotFreshError (a token makes no tokens), TokenInputError, DoneBeforeError.
    """
    if not signed.fresh or signed.sign_in_id is None:
        raise NotFreshError
    now_ms, wanted, settled = people.parts.clock(), frozenset(scopes), label.strip()
    if not settled or len(settled) > LABEL or not settled.isprintable():
        raise TokenInputError
    if not wanted or not now_ms < until_ms <= now_ms + LONGEST_MS:
        raise TokenInputError
    token_id, secret, me = new_id(), PREFIX + new_secret(), signed.actor.person_id
    with people.parts.database.writing() as rows:
        repeats.refuse_second(rows)
        if wanted - allowed(wanted, store.active_roles(rows, me, now_ms)) or _live_count(rows, me, now_ms) >= MOST:
            raise TokenInputError
        rows.execute(
            insert(token).values(
                id=token_id, secret_hash=hidden(secret), person_id=me, label=settled, scopes=" ".join(sorted(wanted)),
                created_ms=now_ms, until_ms=until_ms,
            )
        )  # fmt: skip
        people.parts.trail.append(rows, _changed(signed, now_ms))
        repeats.keep(rows, token_id, now_ms)
    return token_id, secret


def list_tokens(people: PeopleParts, signed: SignedIn) -> list[TokenShown]:
    """The person's own tokens that work now, newest first."""
    now_ms = people.parts.clock()
    asked = select(token).where(
        token.c.person_id == signed.actor.person_id, token.c.ended_ms.is_(None), token.c.until_ms > now_ms
    )
    with people.parts.database.reading() as rows:
        found = rows.execute(asked.order_by(token.c.created_ms.desc(), token.c.id)).mappings().all()
    return [
        TokenShown(
            id=row["id"], label=row["label"], scopes=scopes_in(row["scopes"]), created_ms=row["created_ms"],
            until_ms=row["until_ms"], seen_ms=row["seen_ms"],
        )
        for row in found
    ]  # fmt: skip


def end_token(people: PeopleParts, signed: SignedIn, token_id: str) -> None:
    """End one of the person's own tokens. Nothing happens where it is not theirs or has ended."""
    now_ms = people.parts.clock()
    ended = update(token).where(
        token.c.id == token_id, token.c.person_id == signed.actor.person_id, token.c.ended_ms.is_(None)
    )
    with people.parts.database.writing() as rows:
        if rows.execute(ended.values(ended_ms=now_ms)).rowcount:
            people.parts.trail.append(rows, _changed(signed, now_ms))


def live_token(rows: Connection, secret: str, now_ms: int) -> store.Row | None:
    """The row of a token that works now, with its person's state as ``state``."""
    asked = (
        select(token, person.c.state)
        .join(person, person.c.id == token.c.person_id)
        .where(token.c.secret_hash == hidden(secret), token.c.ended_ms.is_(None), token.c.until_ms > now_ms)
        .where(token.c.created_ms <= now_ms + AHEAD_MS)
    )
    return rows.execute(asked).mappings().one_or_none()


def token_seen(rows: Connection, token_id: str, now_ms: int) -> None:
    """Note that a token was used."""
    rows.execute(update(token).where(token.c.id == token_id, token.c.ended_ms.is_(None)).values(seen_ms=now_ms))


def allowed(scopes: Iterable[Scope], roles: Iterable[str]) -> frozenset[Scope]:
    """Those of the scopes that mean something to somebody with these roles."""
    held = frozenset(roles)
    return frozenset(scope for scope in scopes if SCOPE_ROLES[scope] & held)


def scopes_in(words: str) -> frozenset[Scope]:
    """The scopes of a row; words of a newer version are left out."""
    return frozenset(Scope(word) for word in words.split() if word in SCOPE_ROLES)


def _live_count(rows: Connection, person_id: str, now_ms: int) -> int:
    asked = select(func.count()).where(
        token.c.person_id == person_id, token.c.ended_ms.is_(None), token.c.until_ms > now_ms
    )
    return rows.scalar(asked) or 0


def _changed(signed: SignedIn, now_ms: int) -> AuditEvent:
    return AuditEvent(
        when_ms=now_ms, actor_id=signed.actor.person_id, role=ActorRole.NOBODY, action=Action.ADMINISTRATION,
        kind=Kind.PERSON, object_id=signed.actor.person_id, purpose=Purpose.OPERATION, outcome=Outcome.DONE,
        request_id=signed.actor.request_id,
    )  # fmt: skip
