"""Proving who one is with a passkey: to sign in with it alone, and to prove it again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from service.database.words import PasskeyUse, PersonState
from service.keybroker.errors import RefusedError
from service.people import limits, sign_in_rows, store
from service.people.errors import NoPasskeysHereError, PasskeyRefusedError
from service.people.limits import Limit
from service.people.parts import PeopleParts
from service.people.passkeys import happened
from service.people.passkeys import rows as passkey_rows
from service.people.passkeys.relying_party import (
    Assertion,
    RelyingParty,
    check_assertion,
    handle_of,
    read_assertion,
    request_options,
)
from service.people.passkeys.rows import Ceremony
from service.people.records import NewSignIn, SignedIn
from service.people.sign_in import Came, admit, continued, counted_again, counted_for, new_sign_in, tell, told
from service.people.unguessable import hidden, keyed

BEGUN = 1_000
"""Challenges that may be asked for in five minutes: by one sign-in, or by strangers from one address, which a whole
council may share."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What came of a passkey: whose it seems to be, and whether it was proved. ``copied_id``: its count went back."""

    right: bool = False
    person: store.Row | None = None
    copied_id: str | None = None

    def tell(self, people: PeopleParts, rows: Connection, request_id: str, now_ms: int) -> None:
        """Record it, once."""
        if self.copied_id is not None:
            people.parts.trail.append(rows, happened.went_back(self.copied_id, now_ms, request_id))
        else:
            tell(people, rows, request_id, self.person, now_ms, outcome=told(self.right))


def party_of(people: PeopleParts) -> RelyingParty:
    """This service as browsers know it. Raises NoPasskeysHereError."""
    if people.passkeys is None:
        raise NoPasskeysHereError
    return people.passkeys


def challenged(people: PeopleParts, rows: Connection, came: Came, ceremony: Ceremony, now_ms: int) -> bytes:
    """A new challenge. Raises TooManyAttemptsError."""
    whose = came.address if ceremony.use is PasskeyUse.SIGN_IN else ceremony.bound
    counted = (Limit(bucket=f"passkey:{keyed(people.key, 'attempt-passkey', whose)}", most=BEGUN),)
    limits.refuse(rows, counted, now_ms)
    limits.count(rows, counted, now_ms)
    return passkey_rows.make_challenge(rows, ceremony, now_ms)


def begin(people: PeopleParts, came: Came, ceremony: Ceremony, person_id: str | None = None) -> dict[str, Any]:
    """What a browser is asked for, of this person's passkeys, or of any.

    Raises NoPasskeysHereError, TooManyAttemptsError.
    """
    party, now_ms = party_of(people), people.parts.clock()
    with people.parts.database.writing() as rows:
        challenge = challenged(people, rows, came, ceremony, now_ms)
        known = passkey_rows.of_person(rows, person_id) if person_id else []
    return request_options(party, challenge, known)


def bound_to(kept: str) -> Ceremony:
    """What challenges are for that a browser was given in which nobody is signed in; ``kept`` is its cookie's value."""
    return Ceremony(use=PasskeyUse.SIGN_IN, bound=hidden(kept))


def sign_in_alone(people: PeopleParts, came: Came, kept: str, given: str) -> NewSignIn:
    """Sign in with a passkey and nothing else. ``kept``: what this browser kept since it asked.

    Raises PasskeyRefusedError, TooManyAttemptsError, NoPasskeysHereError.
    """
    party_of(people)
    read = read_assertion(given)
    counted = counted_for(people, came, _name_of(people, read))
    counted_ms = admit(people, counted)
    now_ms, ceremony = people.parts.clock(), bound_to(kept)
    with people.parts.database.writing() as rows:
        proof = prove(people, rows, read, ceremony, now_ms)
        proof.tell(people, rows, came.request_id, now_ms)
        if proof.right and proof.person is not None:
            limits.take_back(rows, counted, counted_ms)
            cookie = sign_in_rows.begin(rows, proof.person["id"], now_ms, fresh_ms=now_ms)
            return new_sign_in(people, proof.person, cookie)
    raise PasskeyRefusedError


def step_up(people: PeopleParts, came: Came, signed: SignedIn, given: str) -> NewSignIn:
    """Prove it again with a passkey: the sign-in goes on under a new cookie and is fresh; the old cookie is dead.

    Raises PasskeyRefusedError, TooManyAttemptsError, NoPasskeysHereError, RefusedError for an access token.
    """
    party_of(people)
    if signed.sign_in_id is None:
        raise RefusedError("an access token proves nothing")
    me, counted = signed.actor.person_id, counted_again(people, signed.actor.person_id)
    counted_ms, read, now_ms = admit(people, counted), read_assertion(given), people.parts.clock()
    ceremony = Ceremony(use=PasskeyUse.AGAIN, bound=signed.sign_in_id)
    with people.parts.database.writing() as rows:
        old = sign_in_rows.live(rows, signed.sign_in_id, now_ms)
        proof = prove(people, rows, read, ceremony, now_ms, person_id=me) if old is not None else Proof()
        proof.tell(people, rows, came.request_id, now_ms)
        if proof.right and old is not None:
            limits.take_back(rows, counted, counted_ms)
            return continued(people, rows, old, now_ms)
    raise PasskeyRefusedError


def prove(
    people: PeopleParts,
    rows: Connection,
    read: Assertion | None,
    ceremony: Ceremony,
    now_ms: int,
    *,
    person_id: str | None = None,
) -> Proof:
    """Whether this is a good answer to a challenge that was made for this, from a passkey of that person, or of any.

    The challenge is used up whatever comes of it, so the transaction has to be kept.
    """
    if read is None or not passkey_rows.use_up(rows, read.challenge, ceremony, now_ms):
        return Proof()
    passkey = passkey_rows.by_credential(rows, read.credential_id)
    if passkey is None or person_id not in (None, passkey["person_id"]):
        return Proof()
    person = store.by_id(rows, passkey["person_id"])
    counter = check_assertion(party_of(people), read, passkey["public_key"])
    if person is None or counter is None or not _handed(read, passkey["person_id"], needed=person_id is None):
        return Proof(person=person)
    if (counter or passkey["sign_count"]) and counter <= passkey["sign_count"]:
        return Proof(person=person, copied_id=passkey["id"])
    if person["state"] != PersonState.ACTIVE:
        return Proof(person=person)
    passkey_rows.note_use(rows, passkey["id"], counter, now_ms)
    return Proof(right=True, person=person)


def _handed(read: Assertion, person_id: str, *, needed: bool) -> bool:
    """Whether the device says that the passkey is this person's; it has to where nothing else says who it is."""
    if read.user_handle is None:
        return not needed
    return read.user_handle == handle_of(person_id)


def _name_of(people: PeopleParts, read: Assertion | None) -> str:
    """By which sign-in name attempts with this passkey are counted; one that nobody has is a name of its own."""
    if read is None:
        return ""
    with people.parts.database.reading() as rows:
        passkey = passkey_rows.by_credential(rows, read.credential_id)
        person = store.by_id(rows, passkey["person_id"]) if passkey else None
    return str(person["sign_in_name"]) if person else read.credential_id
