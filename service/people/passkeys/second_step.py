"""The second step of signing in: a passkey after the password, or the first passkey where the council asks for one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from service.database.words import PasskeyUse, PersonState
from service.people import limits, sign_in_rows, store, waiting_rows
from service.people.errors import NotWaitingError, PasskeyRefusedError
from service.people.parts import PeopleParts
from service.people.passkeys import proving
from service.people.passkeys.own import keep, made_here, offer, settled_label
from service.people.passkeys.proving import Proof
from service.people.passkeys.relying_party import read_assertion, read_registration
from service.people.passkeys.rows import Ceremony
from service.people.records import Needs, NewSignIn
from service.people.sign_in import Came, admit, counted_for, needed, new_sign_in
from service.people.unguessable import hidden

_LONGEST_GIVEN = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingHere:
    """A sign-in that waits in this browser: whose it is and for what. It opens nothing but its own second step."""

    id: str
    person_id: str
    sign_in_name: str
    needs: Needs

    @property
    def ceremony(self) -> Ceremony:
        """What its challenges are for."""
        return Ceremony(use=PasskeyUse.SECOND, bound=self.id)


def find(people: PeopleParts, value: str | None) -> WaitingHere | None:
    """What waits under this cookie; None where nothing does, it waited too long, or the person is disabled."""
    if not value or len(value) > _LONGEST_GIVEN:
        return None
    with people.parts.database.reading() as rows:
        row = waiting_rows.live(rows, hidden(value), people.parts.clock())
        if row is None or row["state"] != PersonState.ACTIVE:
            return None
        needs = needed(people, rows, row["person_id"]) or Needs.NEW_PASSKEY
    return WaitingHere(id=row["id"], person_id=row["person_id"], sign_in_name=row["sign_in_name"], needs=needs)


def begin(people: PeopleParts, came: Came, here: WaitingHere) -> dict[str, Any]:
    """What the browser is asked for: one of the person's passkeys, or to make their first.

    Raises NoPasskeysHereError, TooManyAttemptsError, WrongStateError.
    """
    if here.needs is Needs.PASSKEY:
        return proving.begin(people, came, here.ceremony, here.person_id)
    return offer(people, came, here.person_id, here.ceremony)


def finish(people: PeopleParts, came: Came, here: WaitingHere, *, given: str, label: str = "") -> NewSignIn:
    """The sign-in begins. A first passkey ends the person's other sign-ins, which had one proof.

    Raises PasskeyRefusedError, NotWaitingError, PasskeyInputError, TooManyAttemptsError, NoPasskeysHereError.
    """
    proving.party_of(people)
    settled = settled_label(label) if here.needs is Needs.NEW_PASSKEY else ""
    counted = counted_for(people, came, here.sign_in_name)
    counted_ms, now_ms = admit(people, counted), people.parts.clock()
    with people.parts.database.writing() as rows:
        if waiting_rows.live(rows, here.id, now_ms) is None:
            raise NotWaitingError
        proof = _proof(people, rows, came, here, given, settled, now_ms)
        proof.tell(people, rows, came.request_id, now_ms)
        if proof.right and proof.person is not None:
            limits.take_back(rows, counted, counted_ms)
            waiting_rows.end(rows, here.id)
            cookie = sign_in_rows.begin(rows, here.person_id, now_ms, fresh_ms=now_ms)
            return new_sign_in(people, proof.person, cookie)
    raise PasskeyRefusedError


def leave(people: PeopleParts, here: WaitingHere) -> None:
    """Wait no more."""
    with people.parts.database.writing() as rows:
        waiting_rows.end(rows, here.id)


def _proof(
    people: PeopleParts, rows: Connection, came: Came, here: WaitingHere, given: str, label: str, now_ms: int
) -> Proof:
    if here.needs is Needs.PASSKEY:
        return proving.prove(people, rows, read_assertion(given), here.ceremony, now_ms, person_id=here.person_id)
    person = store.by_id(rows, here.person_id)
    made = made_here(people, rows, read_registration(given), here.ceremony, now_ms)
    if made is None or needed(people, rows, here.person_id) is Needs.PASSKEY:  # added meanwhile, somewhere else
        return Proof(person=person)
    keep(people, rows, came, made, person_id=here.person_id, label=label)
    sign_in_rows.end_sign_ins(rows, here.person_id, now_ms)
    return Proof(right=True, person=person)
