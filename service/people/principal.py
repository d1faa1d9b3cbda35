"""Who makes a request: asked of the database each time, so that what an administrator ends has ended."""

from __future__ import annotations

from sqlalchemy import Connection

from service.database.words import PersonState
from service.keybroker.ports import Actor
from service.people import sign_in_rows, store, tokens
from service.people.parts import PeopleParts
from service.people.passkeys import rows as passkey_rows
from service.people.records import SignedIn
from service.people.unguessable import hidden, keyed

NOTED_EVERY_MS = 60_000
"""A request is noted only so often, or every look would wait for the one writer."""
_LONGEST_GIVEN = 200


def resolve_cookie(people: PeopleParts, value: str | None, request_id: str) -> SignedIn | None:
    """Who signed in under this cookie; None where nobody did, it has ended, or the person is disabled."""
    if not value or len(value) > _LONGEST_GIVEN:
        return None
    sign_in_id, now_ms = hidden(value), people.parts.clock()
    with people.parts.database.reading() as rows:
        row = sign_in_rows.live(rows, sign_in_id, now_ms)
        if row is not None and people.second_proof_required and not _has_second_proof(rows, row["person_id"]):
            return None
        actor = _actor(rows, row, now_ms, request_id)
    if row is None or actor is None:
        return None
    if now_ms - row["seen_ms"] >= NOTED_EVERY_MS:
        with people.parts.database.writing() as rows:
            sign_in_rows.seen(rows, sign_in_id, now_ms)
    fresh = 0 <= now_ms - row["fresh_ms"] < sign_in_rows.FRESH_MS
    return SignedIn(actor=actor, sign_in_id=sign_in_id, fresh=fresh)


def resolve_token(people: PeopleParts, value: str | None, request_id: str) -> SignedIn | None:
    """Whose access token this is, with those of its scopes that their roles allow now; None where it is nobody's."""
    if not value or not value.startswith(tokens.PREFIX) or len(value) > _LONGEST_GIVEN:
        return None
    now_ms = people.parts.clock()
    with people.parts.database.reading() as rows:
        row = tokens.live_token(rows, value, now_ms)
        actor = _actor(rows, row, now_ms, request_id)
    if row is None or actor is None:
        return None
    if now_ms - (row["seen_ms"] or 0) >= NOTED_EVERY_MS:
        with people.parts.database.writing() as rows:
            tokens.token_seen(rows, row["id"], now_ms)
    scopes = tokens.allowed(tokens.scopes_in(row["scopes"]), actor.roles)
    return SignedIn(actor=actor, token_id=row["id"], scopes=scopes)


def csrf_token(people: PeopleParts, signed: SignedIn) -> str | None:
    """What a page of this sign-in sends back with whatever changes something; None for an access token."""
    return csrf_of(people, signed.sign_in_id) if signed.sign_in_id else None


def csrf_of(people: PeopleParts, sign_in_id: str) -> str:
    """The token of pages made for a sign-in; whether that still lasts is asked where the cookie is resolved."""
    return keyed(people.key, "csrf", sign_in_id)


def _has_second_proof(rows: Connection, person_id: str) -> bool:
    """Whether the person can give one; a sign-in from before it was asked for is let go of where they cannot."""
    row = store.by_id(rows, person_id)
    return row is not None and (row["subject"] is not None or passkey_rows.number_of(rows, person_id) > 0)


def _actor(rows: Connection, row: store.Row | None, now_ms: int, request_id: str) -> Actor | None:
    if row is None or row["state"] != PersonState.ACTIVE:
        return None
    roles = store.roles_of(rows, row["person_id"], now_ms)
    return Actor(person_id=row["person_id"], roles=roles, request_id=request_id)
