"""Signing in with a password, proving it again, signing out, choosing a new password."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from service.audit.records import NOBODY, Action, ActorRole, AuditEvent, Kind, Outcome, Purpose
from service.database.words import PersonState
from service.ids import new_id
from service.keybroker.errors import RefusedError
from service.people import limits, names, sign_in_rows, store, waiting_rows
from service.people.errors import PasskeyNeededError, SignInRefusedError
from service.people.limits import Limit
from service.people.parts import PeopleParts
from service.people.passkeys import rows as passkey_rows
from service.people.password_rules import refuse_weak
from service.people.passwords import Verdict
from service.people.records import Needs, NewSignIn, SignedIn, SignInShown, Waiting
from service.people.unguessable import keyed, same


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """Where a sign-in comes from: the network address as the proxy tells it, and what the browser kept from before."""

    address: str
    request_id: str
    known_browser: str | None = None


def sign_in(people: PeopleParts, came: Came, *, sign_in_name: str, password: str) -> NewSignIn | Waiting:
    """Begin a sign-in. An unknown name, a disabled person and a wrong password cannot be told apart, nor by time.

    Whoever has a passkey, or has to have one, waits for it after the right password. Raises SignInRefusedError,
    TooManyAttemptsError (with the wait), BusyError. Every attempt that is heard is audited; those over the limit are
    not, so that they cannot fill a disk.
    """
    name = names.looked_up(sign_in_name)
    counted = counted_for(people, came, name)
    counted_ms = admit(people, counted)
    with people.parts.database.reading() as rows:
        row = store.by_name(rows, name)
    verdict = people.passwords.check(password, row["password_hash"] if row else None)
    return _settle(people, came, name, row, verdict, counted, counted_ms)


def step_up(people: PeopleParts, came: Came, signed: SignedIn, password: str) -> NewSignIn:
    """Prove it again: the sign-in goes on under a new cookie and is fresh for five minutes; the old cookie is dead.

    Raises SignInRefusedError, TooManyAttemptsError, BusyError, PasskeyNeededError where the council asks everybody for
    a passkey, RefusedError for an access token.
    """
    if people.second_proof_required:
        raise PasskeyNeededError
    row, counted, counted_ms, verdict = _again(people, signed, password)
    now_ms = people.parts.clock()
    with people.parts.database.writing() as rows:
        old = sign_in_rows.live(rows, signed.sign_in_id or "", now_ms)
        right = verdict.right and old is not None and _unchanged(rows, row)
        tell(people, rows, came.request_id, row, now_ms, outcome=told(right))
        if right and old is not None:
            limits.take_back(rows, counted, counted_ms)
            return continued(people, rows, old, now_ms)
    raise SignInRefusedError


def continued(
    people: PeopleParts, rows: Connection, old: store.Row, now_ms: int, *, fresh_ms: int | None = None
) -> NewSignIn:
    """The sign-in ``old`` under a new cookie, fresh now unless it says since when; its end stays where it was."""
    person = store.by_id(rows, old["person_id"])
    assert person is not None
    sign_in_rows.end(rows, old["id"], old["person_id"], now_ms)
    fresh_ms = now_ms if fresh_ms is None else fresh_ms
    cookie = sign_in_rows.begin(rows, old["person_id"], now_ms, fresh_ms=fresh_ms, created_ms=old["created_ms"])
    return new_sign_in(people, person, cookie)


def change_password(people: PeopleParts, came: Came, signed: SignedIn, *, old: str, new: str) -> NewSignIn:
    """A new password. Every sign-in and access token of the person ends; this browser goes on under a new cookie.

    Raises SignInRefusedError, TooManyAttemptsError, WeakPasswordError, BusyError, RefusedError for an access token.
    """
    row, counted, counted_ms, verdict = _again(people, signed, old)
    if verdict.right:
        refuse_weak(new, (row["sign_in_name"], row["shown_name"]), people.guesses)
    new_hash = people.passwords.hash(new) if verdict.right else None
    now_ms = people.parts.clock()
    with people.parts.database.writing() as rows:
        before = sign_in_rows.live(rows, signed.sign_in_id or "", now_ms)
        right = verdict.right and before is not None and _unchanged(rows, row)
        tell(people, rows, came.request_id, row, now_ms, outcome=told(right), action=Action.ADMINISTRATION)
        if right and before is not None:
            limits.take_back(rows, counted, counted_ms)
            store.change_person(rows, row["id"], now_ms, password_hash=new_hash)
            sign_in_rows.end_everything(rows, row["id"], now_ms)
            fresh_ms = before["fresh_ms"] if people.second_proof_required else now_ms
            return continued(people, rows, before, now_ms, fresh_ms=fresh_ms)
    raise SignInRefusedError


def sign_out(people: PeopleParts, signed: SignedIn) -> None:
    """End this sign-in. Nothing happens where it has ended already, or for an access token."""
    if signed.sign_in_id is not None:
        end_own(people, signed, signed.sign_in_id)


def list_own(people: PeopleParts, signed: SignedIn) -> list[SignInShown]:
    """The person's sign-ins that hold now, newest first."""
    with people.parts.database.reading() as rows:
        found = sign_in_rows.all_live(rows, signed.actor.person_id, people.parts.clock())
    return [
        SignInShown(
            id=row["id"], created_ms=row["created_ms"], seen_ms=row["seen_ms"], current=row["id"] == signed.sign_in_id
        )
        for row in found
    ]


def end_own(people: PeopleParts, signed: SignedIn, sign_in_id: str) -> None:
    """End one of the person's own sign-ins. Nothing happens where it is not theirs or has ended."""
    now_ms, me = people.parts.clock(), signed.actor.person_id
    with people.parts.database.writing() as rows:
        if sign_in_rows.end(rows, sign_in_id, me, now_ms):
            people.parts.trail.append(rows, _ended(signed, now_ms))


def end_all_own(people: PeopleParts, signed: SignedIn) -> None:
    """End all the person's own sign-ins, this one too."""
    now_ms, me = people.parts.clock(), signed.actor.person_id
    with people.parts.database.writing() as rows:
        if sign_in_rows.end_sign_ins(rows, me, now_ms):
            people.parts.trail.append(rows, _ended(signed, now_ms))


def new_sign_in(people: PeopleParts, person: store.Row, cookie: str) -> NewSignIn:
    """What a browser is given for a sign-in that has just begun."""
    once = new_id()
    known = f"{once}.{keyed(people.key, 'known-browser', person['sign_in_name'], once)}"
    return NewSignIn(cookie=cookie, person_id=person["id"], known_browser=known)


def counted_for(people: PeopleParts, came: Came, name: str) -> tuple[Limit, ...]:
    """What counts for an attempt at this sign-in name, which is settled already."""
    known = _known(people, name, came.known_browser)
    return limits.limits_of(people.key, sign_in_name=name, address=came.address, known_browser=known)


def counted_again(people: PeopleParts, person_id: str) -> tuple[Limit, ...]:
    """What counts for an attempt to prove it again."""
    return (Limit(bucket=f"again:{keyed(people.key, 'attempt-again', person_id)}", most=limits.PER_ACCOUNT),)


def admit(people: PeopleParts, counted: tuple[Limit, ...]) -> int:
    """Refuse without writing where it can be; else count in the transaction that looks. Returns when."""
    now_ms = people.parts.clock()
    with people.parts.database.reading() as rows:
        limits.refuse(rows, counted, now_ms)
    with people.parts.database.writing() as rows:
        limits.refuse(rows, counted, now_ms)
        limits.count(rows, counted, now_ms)
    return now_ms


def _settle(
    people: PeopleParts,
    came: Came,
    name: str,
    row: store.Row | None,
    verdict: Verdict,
    counted: tuple[Limit, ...],
    counted_ms: int,
) -> NewSignIn | Waiting:
    now_ms = people.parts.clock()
    with people.parts.database.writing() as rows:
        right = verdict.right and row is not None and _unchanged(rows, row)
        needs = needed(people, rows, row["id"]) if right and row is not None else None
        outcome = Outcome.FAILED if needs else Outcome.DONE if right else Outcome.DENIED
        tell(people, rows, came.request_id, row, now_ms, outcome=outcome)
        if right and row is not None:
            limits.take_back(rows, counted, counted_ms)
            if verdict.new_hash:
                store.change_person(rows, row["id"], now_ms, password_hash=verdict.new_hash)
            if needs:
                return Waiting(cookie=waiting_rows.begin(rows, row["id"], now_ms), person_id=row["id"], needs=needs)
            return new_sign_in(people, row, sign_in_rows.begin(rows, row["id"], now_ms, fresh_ms=now_ms))
    raise SignInRefusedError


def _again(people: PeopleParts, signed: SignedIn, password: str) -> tuple[store.Row, tuple[Limit, ...], int, Verdict]:
    """The person's row, what was counted and when, and whether the password is theirs."""
    if signed.sign_in_id is None:
        raise RefusedError("an access token proves nothing")
    counted = counted_again(people, signed.actor.person_id)
    counted_ms = admit(people, counted)
    with people.parts.database.reading() as rows:
        row = store.by_id(rows, signed.actor.person_id)
    if row is None:
        raise RefusedError("no such person")
    return row, counted, counted_ms, people.passwords.check(password, row["password_hash"])


def needed(people: PeopleParts, rows: Connection, person_id: str) -> Needs | None:
    """What a person has to give beside the password; None where that is enough."""
    if passkey_rows.number_of(rows, person_id):
        return Needs.PASSKEY
    return Needs.NEW_PASSKEY if people.second_proof_required else None


def _unchanged(rows: Connection, row: store.Row) -> bool:
    """Whether the person may sign in, and the password that was checked is still theirs."""
    now = store.by_id(rows, row["id"])
    return now is not None and now["state"] == PersonState.ACTIVE and now["password_hash"] == row["password_hash"]


def _known(people: PeopleParts, name: str, given: str | None) -> str | None:
    """The browser's value, if this service made it for this very name."""
    once, _, tag = (given or "").partition(".")
    return given if tag and same(tag, keyed(people.key, "known-browser", name, once)) else None


def tell(
    people: PeopleParts,
    rows: Connection,
    request_id: str,
    row: store.Row | None,
    now_ms: int,
    *,
    outcome: Outcome,
    action: Action = Action.SIGN_IN,
) -> None:
    """Record an attempt. One that failed is a right password that its second proof has not followed yet."""
    person_id = row["id"] if row else NOBODY
    event = AuditEvent(
        when_ms=now_ms, actor_id=person_id if outcome is Outcome.DONE else NOBODY, role=ActorRole.NOBODY,
        action=action, kind=Kind.PERSON, object_id=person_id, purpose=Purpose.OPERATION, outcome=outcome,
        request_id=request_id,
    )  # fmt: skip
    people.parts.trail.append(rows, event)


def told(right: bool) -> Outcome:
    """How an attempt ended."""
    return Outcome.DONE if right else Outcome.DENIED


def _ended(signed: SignedIn, now_ms: int) -> AuditEvent:
    return AuditEvent(
        when_ms=now_ms, actor_id=signed.actor.person_id, role=ActorRole.NOBODY, action=Action.ADMINISTRATION,
        kind=Kind.PERSON, object_id=signed.actor.person_id, purpose=Purpose.OPERATION, outcome=Outcome.DONE,
        request_id=signed.actor.request_id,
    )  # fmt: skip
