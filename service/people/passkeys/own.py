"""A person's own passkeys: added, seen, removed. Whatever changes them ends the person's other sign-ins."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from service.api.errors import NotFreshError
from service.database.words import PasskeyUse, PersonState
from service.keybroker.errors import RefusedError
from service.people import limits, sign_in_rows, store
from service.people.errors import LastPasskeyError, PasskeyInputError, PasskeyRefusedError, WrongStateError
from service.people.parts import PeopleParts
from service.people.passkeys import happened
from service.people.passkeys import rows as passkey_rows
from service.people.passkeys.proving import challenged, party_of
from service.people.passkeys.relying_party import (
    Registered,
    Registration,
    check_registration,
    creation_options,
    read_registration,
)
from service.people.passkeys.rows import Ceremony
from service.people.records import NewSignIn, PasskeyShown, SignedIn
from service.people.sign_in import Came, admit, continued, counted_again

LABEL = 80
"""Characters of a passkey's name at most."""
MOST = 10
"""Passkeys of one person."""


def list_own(people: PeopleParts, signed: SignedIn) -> list[PasskeyShown]:
    """The person's passkeys, oldest first."""
    with people.parts.database.reading() as rows:
        found = passkey_rows.of_person(rows, signed.actor.person_id)
    return [
        PasskeyShown(id=row["id"], label=row["label"], created_ms=row["created_ms"], used_ms=row["used_ms"])
        for row in found
    ]


def begin_adding(people: PeopleParts, came: Came, signed: SignedIn) -> dict[str, Any]:
    """What the browser is asked for to make one.

    Raises NotFreshError, NoPasskeysHereError, PasskeyInputError where there are ten, TooManyAttemptsError,
    WrongStateError where the person has no password here.
    """
    return offer(people, came, signed.actor.person_id, _ceremony(signed))


def add(people: PeopleParts, came: Came, signed: SignedIn, *, label: str, given: str) -> NewSignIn:
    """Add one. Every other sign-in of the person ends; this browser goes on under a new cookie.

    Raises NotFreshError, PasskeyRefusedError, PasskeyInputError, NoPasskeysHereError, WrongStateError.
    """
    ceremony, settled = _ceremony(signed), settled_label(label)
    counted = counted_again(people, signed.actor.person_id)
    counted_ms, read, now_ms = admit(people, counted), read_registration(given), people.parts.clock()
    with people.parts.database.writing() as rows:
        made = made_here(people, rows, read, ceremony, now_ms)
        old = sign_in_rows.live(rows, ceremony.bound, now_ms)
        if made is not None and old is not None:
            limits.take_back(rows, counted, counted_ms)
            keep(people, rows, came, made, person_id=old["person_id"], label=settled)
            sign_in_rows.end_sign_ins(rows, old["person_id"], now_ms)
            return continued(people, rows, old, now_ms)
    raise PasskeyRefusedError


def remove(people: PeopleParts, came: Came, signed: SignedIn, passkey_id: str) -> NewSignIn | None:
    """Remove one. Every other sign-in of the person ends, and this browser goes on under a new cookie.

    None, and nothing changes, where it is not theirs or was removed. Raises NotFreshError, LastPasskeyError.
    """
    ceremony, now_ms = _ceremony(signed), people.parts.clock()
    with people.parts.database.writing() as rows:
        old = sign_in_rows.live(rows, ceremony.bound, now_ms)
        if old is None or not passkey_rows.remove(rows, old["person_id"], passkey_id):
            return None
        if people.second_proof_required and not passkey_rows.number_of(rows, old["person_id"]):
            raise LastPasskeyError
        people.parts.trail.append(rows, happened.changed(passkey_id, old["person_id"], now_ms, came.request_id))
        sign_in_rows.end_sign_ins(rows, old["person_id"], now_ms)
        return continued(people, rows, old, now_ms)


def offer(people: PeopleParts, came: Came, person_id: str, ceremony: Ceremony) -> dict[str, Any]:
    """What a browser is asked for to make a passkey of this person; see `begin_adding`."""
    party, now_ms = party_of(people), people.parts.clock()
    with people.parts.database.writing() as rows:
        person, known = _local(rows, person_id), passkey_rows.of_person(rows, person_id)
        if len(known) >= MOST:
            raise PasskeyInputError
        challenge = challenged(people, rows, came, ceremony, now_ms)
    return creation_options(party, challenge, person, known)


def made_here(
    people: PeopleParts, rows: Connection, read: Registration | None, ceremony: Ceremony, now_ms: int
) -> Registered | None:
    """The passkey that a browser made, if it answers a challenge of ours, which is used up; nobody has it yet."""
    if read is None or not passkey_rows.use_up(rows, read.challenge, ceremony, now_ms):
        return None
    made = check_registration(party_of(people), read)
    return None if made is None or passkey_rows.by_credential(rows, made.credential_id) else made


def keep(people: PeopleParts, rows: Connection, came: Came, made: Registered, *, person_id: str, label: str) -> None:
    """Keep a new passkey, with its audit event. Raises PasskeyInputError where there are ten, WrongStateError."""
    now_ms = people.parts.clock()
    _local(rows, person_id)
    if passkey_rows.number_of(rows, person_id) >= MOST:
        raise PasskeyInputError
    passkey_id = passkey_rows.add(
        rows, person_id, now_ms, credential_id=made.credential_id, public_key=made.public_key,
        sign_count=made.sign_count, label=label, transports=made.transports,
    )  # fmt: skip
    people.parts.trail.append(rows, happened.changed(passkey_id, person_id, now_ms, came.request_id))


def settled_label(label: str) -> str:
    """A passkey's name as it is kept. Raises PasskeyInputError."""
    settled = label.strip()
    if not 0 < len(settled) <= LABEL or not settled.isprintable():
        raise PasskeyInputError
    return settled


def _local(rows: Connection, person_id: str) -> store.Row:
    """The row of somebody with a password of this service. Raises WrongStateError for whom the council vouches."""
    row = store.by_id(rows, person_id)
    if row is None or row["password_hash"] is None or row["state"] != PersonState.ACTIVE:
        raise WrongStateError
    return row


def _ceremony(signed: SignedIn) -> Ceremony:
    if signed.sign_in_id is None:
        raise RefusedError("an access token has no passkeys")
    if not signed.fresh:
        raise NotFreshError
    return Ceremony(use=PasskeyUse.ADD, bound=signed.sign_in_id)
