"""Passkeys, with a device in software: whole ceremonies, and everything by which one could go wrong."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import replace

import pytest

from service.audit.records import NOBODY, Action, Kind, Outcome
from service.database.words import PasskeyUse, StaffRole
from service.keybroker.ports import Actor
from service.people import links, sign_in_rows, staff
from service.people.errors import (
    LastPasskeyError,
    NoPasskeysHereError,
    NotWaitingError,
    PasskeyInputError,
    PasskeyNeededError,
    PasskeyRefusedError,
    SignInRefusedError,
    TooManyAttemptsError,
)
from service.people.limits import PER_ACCOUNT, WINDOW_MS
from service.people.parts import PeopleParts
from service.people.passkeys import own, proving, second_step
from service.people.passkeys.own import LABEL, MOST
from service.people.passkeys.rows import ANSWERED_MS, Ceremony
from service.people.principal import resolve_token
from service.people.records import Needs, NewSignIn, Scope, SignedIn, Waiting
from service.people.sign_in import Came, change_password, sign_in
from service.people.sign_in import step_up as step_up_by_password
from service.people.tokens import make_token
from service.people.waiting_rows import WAITS_MS
from tests.service.people.authenticator import Authenticator, raw, text
from tests.service.people.conftest import PASSWORD, REQUEST, Add, entered, here, who
from tests.service.stand_ins import RememberingTrail, ToldClock

CAME = Came(address="192.0.2.1", request_id=REQUEST)
NEW_PASSWORD = "eleven lamps on a quay"
KEPT = "what this browser kept"


@pytest.fixture
def ola(add: Add) -> str:
    return add("ola", StaffRole.PRACTITIONER)


@pytest.fixture
def device() -> Authenticator:
    return Authenticator()


def added(people: PeopleParts, cookie: str, device: Authenticator, label: str = "Phone") -> NewSignIn:
    signed = here(people, cookie)
    options = own.begin_adding(people, CAME, signed)
    return own.add(people, CAME, signed, label=label, given=device.create(options))


def asked_alone(people: PeopleParts, kept: str = KEPT) -> dict[str, object]:
    return proving.begin(people, CAME, proving.bound_to(kept))


def alone(people: PeopleParts, device: Authenticator) -> NewSignIn:
    return proving.sign_in_alone(people, CAME, KEPT, device.get(asked_alone(people)))


def waiting(people: PeopleParts, name: str = "ola") -> second_step.WaitingHere:
    new = sign_in(people, CAME, sign_in_name=name, password=PASSWORD)
    assert isinstance(new, Waiting)
    found = second_step.find(people, new.cookie)
    assert found is not None
    assert found.needs is new.needs
    return found


def second(people: PeopleParts, device: Authenticator) -> NewSignIn:
    found = waiting(people)
    return second_step.finish(people, CAME, found, given=device.get(second_step.begin(people, CAME, found)))


def again(people: PeopleParts, signed: SignedIn, device: Authenticator) -> NewSignIn:
    ceremony = Ceremony(use=PasskeyUse.AGAIN, bound=signed.sign_in_id or "")
    options = proving.begin(people, CAME, ceremony, signed.actor.person_id)
    return proving.step_up(people, CAME, signed, device.get(options))


def required(people: PeopleParts) -> PeopleParts:
    return replace(people, second_proof_required=True)


# What works.


def test_a_passkey_alone_signs_in_and_is_a_fresh_proof(people: PeopleParts, ola: str, device: Authenticator) -> None:
    added(people, entered(people, "ola").cookie, device)
    signed = here(people, alone(people, device).cookie)
    assert (signed.actor.person_id, signed.fresh) == (ola, True)


def test_a_password_alone_is_no_sign_in_any_more(people: PeopleParts, ola: str, device: Authenticator) -> None:
    added(people, entered(people, "ola").cookie, device)
    new = sign_in(people, CAME, sign_in_name="ola", password=PASSWORD)
    assert isinstance(new, Waiting)
    assert (new.person_id, new.needs) == (ola, Needs.PASSKEY)
    assert who(people, new.cookie) is None


def test_a_password_and_then_the_passkey_sign_in(people: PeopleParts, ola: str, device: Authenticator) -> None:
    added(people, entered(people, "ola").cookie, device)
    assert here(people, second(people, device).cookie).actor.person_id == ola


def test_a_second_step_is_taken_once(people: PeopleParts, ola: str, device: Authenticator) -> None:
    added(people, entered(people, "ola").cookie, device)
    found = waiting(people)
    for_one, for_two = (device.get(second_step.begin(people, CAME, found)) for _ in range(2))
    second_step.finish(people, CAME, found, given=for_one)
    with pytest.raises(NotWaitingError):
        second_step.finish(people, CAME, found, given=for_two)


def test_a_passkey_is_a_new_proof_under_a_new_cookie(
    people: PeopleParts, ola: str, device: Authenticator, clock: ToldClock
) -> None:
    cookie = added(people, entered(people, "ola").cookie, device).cookie
    clock.pass_ms(sign_in_rows.FRESH_MS)
    old = here(people, cookie)
    new = again(people, old, device)
    assert (old.fresh, here(people, new.cookie).fresh) == (False, True)
    assert who(people, cookie) is None


def test_one_sees_when_passkeys_were_added_and_used(
    people: PeopleParts, ola: str, device: Authenticator, clock: ToldClock
) -> None:
    begun = clock()
    cookie = added(people, entered(people, "ola").cookie, device, label=" Phone for work ").cookie
    (shown,) = own.list_own(people, here(people, cookie))
    assert (shown.label, shown.created_ms, shown.used_ms) == ("Phone for work", begun, None)
    clock.pass_ms(1_000)
    alone(people, device)
    assert own.list_own(people, here(people, cookie))[0].used_ms == begun + 1_000


def test_a_device_that_does_not_count_is_good_more_than_once(people: PeopleParts, ola: str) -> None:
    device = Authenticator(counts=False)
    added(people, entered(people, "ola").cookie, device)
    assert [alone(people, device).person_id for _ in range(2)] == [ola, ola]


def test_options_ask_for_a_verified_person_and_tell_no_stranger_who_has_passkeys(
    people: PeopleParts, ola: str, device: Authenticator
) -> None:
    cookie = added(people, entered(people, "ola").cookie, device).cookie
    options = asked_alone(people)
    assert (options["userVerification"], options["rpId"], options["allowCredentials"]) == (
        "required", "practice.example", [],
    )  # fmt: skip
    making = own.begin_adding(people, CAME, here(people, cookie))
    assert making["authenticatorSelection"]["residentKey"] == "required"
    assert making["attestation"] == "none"
    assert raw(making["user"]["id"]) == bytes.fromhex(ola)
    assert len(making["excludeCredentials"]) == 1


# What adding and removing ends.


def test_adding_and_removing_one_end_the_other_sign_ins_and_what_waits(
    people: PeopleParts, ola: str, device: Authenticator
) -> None:
    elsewhere = entered(people, "ola").cookie
    mine = added(people, entered(people, "ola").cookie, device).cookie
    assert who(people, elsewhere) is None
    waits, other = waiting(people), alone(people, device).cookie
    signed = here(people, mine)
    (passkey,) = own.list_own(people, signed)
    new = own.remove(people, CAME, signed, passkey.id)
    assert new is not None
    assert here(people, new.cookie).actor.person_id == ola
    assert [who(people, cookie) for cookie in (mine, other)] == [None, None]
    with pytest.raises(NotWaitingError):
        second_step.finish(people, CAME, waits, given="{}")
    assert isinstance(sign_in(people, CAME, sign_in_name="ola", password=PASSWORD), NewSignIn)


def test_access_tokens_stay_as_they_are(people: PeopleParts, ola: str, device: Authenticator) -> None:
    signed = here(people, entered(people, "ola").cookie)
    until = people.parts.clock() + 86_400_000
    _, secret = make_token(people, signed, label="machine", scopes=[Scope.SESSIONS_READ], until_ms=until)
    own.add(people, CAME, signed, label="Phone", given=device.create(own.begin_adding(people, CAME, signed)))
    assert resolve_token(required(people), secret, REQUEST) is not None


def test_a_removed_passkey_opens_nothing(people: PeopleParts, ola: str, device: Authenticator) -> None:
    signed = here(people, added(people, entered(people, "ola").cookie, device).cookie)
    own.remove(people, CAME, signed, own.list_own(people, signed)[0].id)
    with pytest.raises(PasskeyRefusedError):
        alone(people, device)


def test_removing_another_person_s_passkey_changes_nothing(
    people: PeopleParts, ola: str, add: Add, device: Authenticator
) -> None:
    add("eve", StaffRole.COACH)
    mine = here(people, added(people, entered(people, "ola").cookie, device).cookie)
    theirs = here(people, entered(people, "eve").cookie)
    (passkey,) = own.list_own(people, mine)
    assert own.remove(people, CAME, theirs, passkey.id) is None
    assert own.list_own(people, mine) == [passkey]


def test_every_change_and_every_attempt_is_in_the_audit(
    people: PeopleParts, ola: str, device: Authenticator, trail: RememberingTrail
) -> None:
    trail.events.clear()
    cookie = added(people, entered(people, "ola").cookie, device).cookie
    (passkey,) = own.list_own(people, here(people, cookie))
    second(people, device)
    with pytest.raises(PasskeyRefusedError):
        proving.sign_in_alone(people, CAME, "another browser", device.get(asked_alone(people)))
    own.remove(people, CAME, here(people, cookie), passkey.id)
    told = [(one.action, one.kind, one.object_id, one.actor_id, one.outcome) for one in trail.events]
    assert told == [
        (Action.SIGN_IN, Kind.PERSON, ola, ola, Outcome.DONE),
        (Action.ADMINISTRATION, Kind.PASSKEY, passkey.id, ola, Outcome.DONE),
        (Action.SIGN_IN, Kind.PERSON, ola, NOBODY, Outcome.FAILED),
        (Action.SIGN_IN, Kind.PERSON, ola, ola, Outcome.DONE),
        (Action.SIGN_IN, Kind.PERSON, NOBODY, NOBODY, Outcome.DENIED),
        (Action.ADMINISTRATION, Kind.PASSKEY, passkey.id, ola, Outcome.DONE),
    ]


# What is refused.


def changed(given: str, **response: str) -> str:
    read = json.loads(given)
    return json.dumps(read | {"response": read["response"] | response})


WRONG: dict[str, Callable[[Authenticator], None]] = {
    "another origin": lambda device: setattr(device, "origin", "https://practice.example.evil.example"),
    "http": lambda device: setattr(device, "origin", "http://practice.example"),
    "another service": lambda device: setattr(device, "rp_id", "evil.example"),
    "nobody verified": lambda device: setattr(device, "verifies", False),
    "another ceremony": lambda device: device.also.update(type="webauthn.other"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_an_answer_that_is_not_right_in_every_part_signs_nobody_in(
    people: PeopleParts, ola: str, device: Authenticator, wrong: str
) -> None:
    added(people, entered(people, "ola").cookie, device)
    WRONG[wrong](device)
    with pytest.raises(PasskeyRefusedError):
        alone(people, device)
    with pytest.raises(PasskeyRefusedError):
        second(people, device)


@pytest.mark.parametrize("wrong", WRONG)
def test_a_passkey_that_was_made_wrong_is_not_kept(
    people: PeopleParts, ola: str, device: Authenticator, wrong: str
) -> None:
    WRONG[wrong](device)
    cookie = entered(people, "ola").cookie
    with pytest.raises(PasskeyRefusedError):
        added(people, cookie, device)
    assert own.list_own(people, here(people, cookie)) == []


@pytest.mark.parametrize("given", [
    "", "{}", "[]", "null", "x" * 20_000, '{"id": 1}', json.dumps({"id": "a", "rawId": "a", "type": "public-key"}),
    json.dumps({"id": "AA", "rawId": "AA", "type": "public-key", "response": {
        "clientDataJSON": "/w", "authenticatorData": "AA", "signature": "AA", "attestationObject": "AA",
    }}), "[" * 10_000,
])  # fmt: skip
def test_what_is_no_answer_at_all_is_refused(people: PeopleParts, ola: str, given: str) -> None:
    signed = here(people, entered(people, "ola").cookie)
    for attempt in (
        lambda: proving.sign_in_alone(people, CAME, KEPT, given),
        lambda: proving.step_up(people, CAME, signed, given),
        lambda: own.add(people, CAME, signed, label="Phone", given=given),
    ):
        with pytest.raises(PasskeyRefusedError):
            attempt()


def test_an_answer_is_good_once(people: PeopleParts, ola: str, device: Authenticator) -> None:
    added(people, entered(people, "ola").cookie, device)
    given = device.get(asked_alone(people))
    proving.sign_in_alone(people, CAME, KEPT, given)
    with pytest.raises(PasskeyRefusedError):
        proving.sign_in_alone(people, CAME, KEPT, given)


def test_a_challenge_that_was_answered_wrong_is_used_up(people: PeopleParts, ola: str, device: Authenticator) -> None:
    added(people, entered(people, "ola").cookie, device)
    given = device.get(asked_alone(people))
    with pytest.raises(PasskeyRefusedError):
        proving.sign_in_alone(people, CAME, KEPT, changed(given, signature="AAAA"))
    with pytest.raises(PasskeyRefusedError):
        proving.sign_in_alone(people, CAME, KEPT, given)


def test_a_challenge_of_another_browser_is_not_answered_here(
    people: PeopleParts, ola: str, device: Authenticator
) -> None:
    added(people, entered(people, "ola").cookie, device)
    given = device.get(asked_alone(people, "another browser"))
    with pytest.raises(PasskeyRefusedError):
        proving.sign_in_alone(people, CAME, KEPT, given)
    proving.sign_in_alone(people, CAME, "another browser", given)


def test_a_challenge_is_good_for_minutes(
    people: PeopleParts, ola: str, device: Authenticator, clock: ToldClock
) -> None:
    added(people, entered(people, "ola").cookie, device)
    given = device.get(asked_alone(people))
    clock.pass_ms(ANSWERED_MS)
    with pytest.raises(PasskeyRefusedError):
        proving.sign_in_alone(people, CAME, KEPT, given)


def test_a_challenge_for_one_thing_is_good_for_nothing_else(
    people: PeopleParts, ola: str, device: Authenticator
) -> None:
    """What a person unlocked to sign in alone cannot be used as the second step, nor as a new proof."""
    signed = here(people, added(people, entered(people, "ola").cookie, device).cookie)
    found = waiting(people)
    with pytest.raises(PasskeyRefusedError):
        second_step.finish(people, CAME, found, given=device.get(asked_alone(people)))
    with pytest.raises(PasskeyRefusedError):
        proving.step_up(people, CAME, signed, device.get(second_step.begin(people, CAME, found)))


def test_a_challenge_that_nobody_made_is_refused(people: PeopleParts, ola: str, device: Authenticator) -> None:
    added(people, entered(people, "ola").cookie, device)
    options = asked_alone(people) | {"challenge": "A" * 43}
    with pytest.raises(PasskeyRefusedError):
        proving.sign_in_alone(people, CAME, KEPT, device.get(options))


def test_a_count_that_goes_back_is_refused_and_told_to_the_audit(
    people: PeopleParts, ola: str, device: Authenticator, trail: RememberingTrail
) -> None:
    cookie = added(people, entered(people, "ola").cookie, device).cookie
    (passkey,) = own.list_own(people, here(people, cookie))
    alone(people, device)
    device.counter -= 1
    with pytest.raises(PasskeyRefusedError):
        alone(people, device)
    last = trail.events[-1]
    assert (last.action, last.kind, last.object_id, last.outcome) == (
        Action.SIGN_IN, Kind.PASSKEY, passkey.id, Outcome.DENIED,
    )  # fmt: skip
    device.counter = 0
    with pytest.raises(PasskeyRefusedError):
        alone(people, device)


def test_another_person_s_passkey_is_no_second_proof(
    people: PeopleParts, ola: str, add: Add, device: Authenticator
) -> None:
    add("eve", StaffRole.COACH)
    added(people, entered(people, "ola").cookie, device)
    theirs = Authenticator()
    eve = here(people, added(people, entered(people, "eve").cookie, theirs).cookie)
    with pytest.raises(PasskeyRefusedError):
        second(people, theirs)
    with pytest.raises(PasskeyRefusedError):
        again(people, eve, device)


def test_a_device_that_says_it_is_somebody_else_s_signs_nobody_in(
    people: PeopleParts, ola: str, add: Add, device: Authenticator
) -> None:
    added(people, entered(people, "ola").cookie, device)
    assert device.kept is not None
    device.kept.user_handle = bytes.fromhex(add("eve", StaffRole.COACH))
    with pytest.raises(PasskeyRefusedError):
        alone(people, device)


def test_a_passkey_that_somebody_has_is_not_added_again(
    people: PeopleParts, ola: str, add: Add, device: Authenticator
) -> None:
    add("eve", StaffRole.COACH)
    added(people, entered(people, "ola").cookie, device)
    taken = device.kept
    assert taken is not None
    thief = Authenticator()
    signed = here(people, entered(people, "eve").cookie)
    options = own.begin_adding(people, CAME, signed)
    given = thief.create(options)
    assert thief.kept is not None
    made = raw(json.loads(given)["response"]["attestationObject"]).replace(
        thief.kept.credential_id, taken.credential_id
    )

    name = text(taken.credential_id)
    forged = json.loads(changed(given, attestationObject=text(made))) | {"id": name, "rawId": name}
    with pytest.raises(PasskeyRefusedError):
        own.add(people, CAME, signed, label="Phone", given=json.dumps(forged))


def test_a_disabled_person_s_passkey_opens_nothing(
    people: PeopleParts, administrator: Actor, ola: str, device: Authenticator
) -> None:
    added(people, entered(people, "ola").cookie, device)
    found, options = waiting(people), asked_alone(people)
    staff.disable(people.parts, administrator, ola)
    with pytest.raises(PasskeyRefusedError):
        proving.sign_in_alone(people, CAME, KEPT, device.get(options))
    with pytest.raises(NotWaitingError):
        second_step.finish(people, CAME, found, given="{}")
    with pytest.raises(SignInRefusedError):
        sign_in(people, CAME, sign_in_name="ola", password=PASSWORD)


def test_of_two_answers_at_once_one_signs_in(people: PeopleParts, ola: str, device: Authenticator) -> None:
    added(people, entered(people, "ola").cookie, device)
    given, came = device.get(asked_alone(people)), threading.Barrier(2)
    ended: list[str] = []

    def answer() -> None:
        came.wait()
        try:
            proving.sign_in_alone(people, CAME, KEPT, given)
            ended.append("in")
        except PasskeyRefusedError:
            ended.append("refused")

    threads = [threading.Thread(target=answer) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ended) == ["in", "refused"]


def test_a_second_step_is_waited_for_for_minutes(
    people: PeopleParts, ola: str, device: Authenticator, clock: ToldClock
) -> None:
    added(people, entered(people, "ola").cookie, device)
    new = sign_in(people, CAME, sign_in_name="ola", password=PASSWORD)
    assert second_step.find(people, new.cookie) is not None
    clock.pass_ms(WAITS_MS)
    assert second_step.find(people, new.cookie) is None
    assert second_step.find(people, "x" * 500) is None


def test_attempts_with_passkeys_are_limited_as_those_with_passwords(
    people: PeopleParts, ola: str, device: Authenticator, clock: ToldClock
) -> None:
    added(people, entered(people, "ola").cookie, device)
    for _ in range(PER_ACCOUNT):
        with pytest.raises(PasskeyRefusedError):
            proving.sign_in_alone(people, CAME, KEPT, "{}")
    with pytest.raises(TooManyAttemptsError):
        alone(people, device)
    clock.pass_ms(WINDOW_MS + 60_000)
    alone(people, device)


# How many, what they are called, and where there are none.


@pytest.mark.parametrize("label", ["", "  ", "x" * (LABEL + 1), "two\nlines"])
def test_a_name_that_nobody_would_know_again_is_not_taken(
    people: PeopleParts, ola: str, device: Authenticator, label: str
) -> None:
    with pytest.raises(PasskeyInputError):
        added(people, entered(people, "ola").cookie, device, label=label)


def test_nobody_has_more_than_ten(people: PeopleParts, ola: str) -> None:
    cookie = entered(people, "ola").cookie
    for number in range(MOST):
        cookie = added(people, cookie, Authenticator(), label=f"Key {number}").cookie
    with pytest.raises(PasskeyInputError):
        added(people, cookie, Authenticator())


def test_where_the_address_has_no_name_there_are_none_and_the_password_still_waits(
    people: PeopleParts, ola: str, device: Authenticator
) -> None:
    """A service that was moved to a number does not let people in with one proof."""
    added(people, entered(people, "ola").cookie, device)
    moved = replace(people, passkeys=None)
    found = waiting(moved)
    for attempt in (
        lambda: asked_alone(moved),
        lambda: second_step.begin(moved, CAME, found),
        lambda: second_step.finish(moved, CAME, found, given="{}"),
    ):
        with pytest.raises(NoPasskeysHereError):
            attempt()


# Where the council asks everybody.


def test_who_has_none_is_led_to_adding_one_before_anything_opens(
    people: PeopleParts, ola: str, device: Authenticator
) -> None:
    asked = required(people)
    found = waiting(asked)
    assert found.needs is Needs.NEW_PASSKEY
    given = device.create(second_step.begin(asked, CAME, found))
    new = second_step.finish(asked, CAME, found, given=given, label="Phone")
    assert here(asked, new.cookie).actor.person_id == ola
    assert waiting(asked).needs is Needs.PASSKEY


def test_a_first_passkey_is_not_added_by_a_second_step_that_came_too_late(
    people: PeopleParts, ola: str, device: Authenticator
) -> None:
    """Somebody who knows the password alone cannot add one beside that of its owner."""
    asked, thief = required(people), Authenticator()
    mine, theirs = waiting(asked), waiting(asked)
    forged = thief.create(second_step.begin(asked, CAME, theirs))
    given = device.create(second_step.begin(asked, CAME, mine))
    second_step.finish(asked, CAME, mine, given=given, label="Phone")
    with pytest.raises(NotWaitingError):
        second_step.finish(asked, CAME, theirs, given=forged, label="Thief")


def test_sign_ins_from_before_that_have_no_second_proof_end_with_the_setting(
    people: PeopleParts, ola: str, device: Authenticator
) -> None:
    cookie = entered(people, "ola").cookie
    assert who(required(people), cookie) is None
    assert who(required(people), added(people, cookie, device).cookie) is not None


def test_a_new_proof_is_then_a_passkey_s(people: PeopleParts, ola: str, device: Authenticator) -> None:
    signed = here(people, added(people, entered(people, "ola").cookie, device).cookie)
    with pytest.raises(PasskeyNeededError):
        step_up_by_password(required(people), CAME, signed, PASSWORD)
    assert again(required(people), signed, device).person_id == ola


def test_a_changed_password_is_then_no_new_proof(
    people: PeopleParts, ola: str, device: Authenticator, clock: ToldClock
) -> None:
    cookie = added(people, entered(people, "ola").cookie, device).cookie
    clock.pass_ms(sign_in_rows.FRESH_MS)
    new = change_password(required(people), CAME, here(people, cookie), old=PASSWORD, new=NEW_PASSWORD)
    assert here(people, new.cookie).fresh is False


def test_the_last_passkey_then_stays(people: PeopleParts, ola: str, device: Authenticator) -> None:
    signed = here(people, added(people, entered(people, "ola").cookie, device).cookie)
    (passkey,) = own.list_own(people, signed)
    with pytest.raises(LastPasskeyError):
        own.remove(required(people), CAME, signed, passkey.id)
    assert own.list_own(people, signed) == [passkey]


# A lost one.


def test_a_link_for_a_new_password_removes_the_passkeys(
    people: PeopleParts, administrator: Actor, ola: str, device: Authenticator, trail: RememberingTrail
) -> None:
    cookie = added(people, entered(people, "ola").cookie, device).cookie
    (passkey,) = own.list_own(people, here(people, cookie))
    secret = links.new_link(people.parts, administrator, ola)
    alone(people, device)  # until it is used, nothing has changed
    links.accept(people, REQUEST, secret, NEW_PASSWORD)
    last = trail.events[-1]
    assert (last.action, last.kind, last.object_id) == (Action.ADMINISTRATION, Kind.PASSKEY, passkey.id)
    assert who(people, cookie) is None
    with pytest.raises(PasskeyRefusedError):
        alone(people, device)
    assert isinstance(sign_in(people, CAME, sign_in_name="ola", password=NEW_PASSWORD), NewSignIn)


def test_strangers_cannot_fill_the_disk_with_challenges(
    people: PeopleParts, ola: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proving, "BEGUN", 3)
    for kept in ("one", "another", "a third"):
        asked_alone(people, kept)
    with pytest.raises(TooManyAttemptsError):
        asked_alone(people, "a fourth")
    elsewhere = replace(CAME, address="192.0.2.2")
    proving.begin(people, elsewhere, proving.bound_to(KEPT))
