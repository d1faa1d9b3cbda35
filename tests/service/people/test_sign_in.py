"""Sign-ins: begun, proved again, ended; over when they should be."""

from __future__ import annotations

import pytest
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import insert, select, update

from service.audit.records import NOBODY, Action, Outcome
from service.database.tables import person, sign_in
from service.database.words import StaffRole
from service.keybroker.errors import RefusedError
from service.keybroker.ports import Actor
from service.people import sign_in as signing
from service.people import sign_in_rows, staff, tokens
from service.people.errors import SignInRefusedError, WeakPasswordError
from service.people.parts import PeopleParts
from service.people.passwords import Passwords
from service.people.principal import csrf_of, csrf_token, resolve_token
from service.people.records import Scope
from service.people.sign_in_rows import ABSOLUTE_MS, FRESH_MS, IDLE_MS
from service.people.unguessable import hidden
from tests.service.people.conftest import PASSWORD, REQUEST, Add, entered, here, who
from tests.service.stand_ins import RememberingTrail, ToldClock

P = StaffRole.PRACTITIONER
CAME = signing.Came(address="192.0.2.1", request_id=REQUEST)


def test_a_cookie_tells_who_asks_with_the_roles_of_now(people: PeopleParts, add: Add) -> None:
    person_id = add("ola", P)
    signed = here(people, entered(people, "ola").cookie)
    assert (signed.actor.person_id, signed.actor.roles, signed.fresh, signed.scopes) == (person_id, {P}, True, None)


@pytest.mark.parametrize("value", [None, "", "nonsense", "x" * 10_000, "\ud800", "prt_nothing"])
def test_a_cookie_that_nobody_was_given_is_nobody(people: PeopleParts, add: Add, value: str | None) -> None:
    add("ola", P)
    assert who(people, value or "") is None


def test_the_database_does_not_hold_what_opens_a_sign_in(people: PeopleParts, add: Add) -> None:
    add("ola", P)
    new = entered(people, "ola")
    with people.parts.database.reading() as rows:
        [row] = rows.execute(select(sign_in)).all()
    assert row.id == hidden(new.cookie)
    assert new.cookie not in str(row)
    assert who(people, row.id) is None
    assert new.cookie not in repr(new)


def test_every_sign_in_has_an_id_of_its_own_and_none_is_taken_from_the_browser(people: PeopleParts, add: Add) -> None:
    add("ola", P)
    cookies = {entered(people, "ola").cookie for _ in range(5)}
    assert len(cookies) == 5
    assert {len(cookie) for cookie in cookies} == {43}


@pytest.mark.parametrize(("name", "password"), [("ola", "wrong"), ("nobody", PASSWORD), ("ola\0", PASSWORD), ("", "")])
def test_a_refused_sign_in_says_the_same_whatever_was_wrong(
    people: PeopleParts, add: Add, trail: RememberingTrail, name: str, password: str
) -> None:
    person_id = add("ola", P)
    trail.events.clear()
    with pytest.raises(SignInRefusedError) as refused:
        entered(people, name, password)
    assert str(refused.value) == str(SignInRefusedError())
    [event] = trail.events
    assert (event.action, event.outcome, event.actor_id) == (Action.SIGN_IN, Outcome.DENIED, NOBODY)
    assert event.object_id == (person_id if name == "ola" else NOBODY)


def test_a_disabled_person_with_the_right_password_is_told_no_more(
    people: PeopleParts, administrator: Actor, add: Add
) -> None:
    staff.disable(people.parts, administrator, add("ola", P))
    with pytest.raises(SignInRefusedError):
        entered(people, "ola")


def test_a_sign_in_is_recorded_with_who_it_was(people: PeopleParts, add: Add, trail: RememberingTrail) -> None:
    person_id = add("ola", P)
    entered(people, "ola")
    assert (trail.events[-1].action, trail.events[-1].outcome) == (Action.SIGN_IN, Outcome.DONE)
    assert trail.events[-1].actor_id == person_id


def test_an_idle_sign_in_is_over(people: PeopleParts, add: Add, clock: ToldClock) -> None:
    add("ola", P)
    cookie = entered(people, "ola").cookie
    clock.pass_ms(IDLE_MS - 1)
    here(people, cookie)
    clock.pass_ms(IDLE_MS - 1)
    here(people, cookie)
    clock.pass_ms(IDLE_MS)
    assert who(people, cookie) is None


def test_a_sign_in_is_over_after_twelve_hours_of_use(people: PeopleParts, add: Add, clock: ToldClock) -> None:
    add("ola", P)
    cookie, begun = entered(people, "ola").cookie, clock()
    while clock() + 60_000 * 25 < begun + ABSOLUTE_MS:
        clock.pass_ms(60_000 * 25)
        here(people, cookie)
    clock.now = begun + ABSOLUTE_MS
    assert who(people, cookie) is None


def test_proving_it_again_does_not_lengthen_the_day(people: PeopleParts, add: Add, clock: ToldClock) -> None:
    add("ola", P)
    cookie, begun = entered(people, "ola").cookie, clock()
    while clock() + 60_000 * 25 < begun + ABSOLUTE_MS:
        clock.pass_ms(60_000 * 25)
        cookie = signing.step_up(people, CAME, here(people, cookie), PASSWORD).cookie
    clock.now = begun + ABSOLUTE_MS
    assert who(people, cookie) is None


def test_a_proof_is_fresh_for_five_minutes(people: PeopleParts, add: Add, clock: ToldClock) -> None:
    add("ola", P)
    cookie = entered(people, "ola").cookie
    clock.pass_ms(FRESH_MS - 1)
    assert here(people, cookie).fresh
    clock.pass_ms(1)
    assert not here(people, cookie).fresh


def test_a_new_proof_makes_a_new_cookie_and_the_old_one_is_dead(
    people: PeopleParts, add: Add, clock: ToldClock
) -> None:
    add("ola", P)
    old = entered(people, "ola").cookie
    clock.pass_ms(FRESH_MS)
    signed = here(people, old)
    new = signing.step_up(people, CAME, signed, PASSWORD).cookie
    assert who(people, old) is None
    assert here(people, new).fresh
    with pytest.raises(SignInRefusedError):
        signing.step_up(people, CAME, signed, PASSWORD)


def test_a_wrong_proof_changes_nothing(people: PeopleParts, add: Add) -> None:
    add("ola", P)
    cookie = entered(people, "ola").cookie
    with pytest.raises(SignInRefusedError):
        signing.step_up(people, CAME, here(people, cookie), "wrong")
    here(people, cookie)


def test_signing_out_ends_this_sign_in_and_no_other(people: PeopleParts, add: Add) -> None:
    add("ola", P)
    one, other = entered(people, "ola").cookie, entered(people, "ola").cookie
    signing.sign_out(people, here(people, one))
    assert who(people, one) is None
    here(people, other)


def test_a_request_that_is_still_under_way_does_not_bring_an_ended_sign_in_back(
    people: PeopleParts, add: Add, clock: ToldClock
) -> None:
    """The late request looked before the end and notes itself after it."""
    add("ola", P)
    cookie = entered(people, "ola").cookie
    signed = here(people, cookie)
    signing.sign_out(people, signed)
    clock.pass_ms(120_000)
    with people.parts.database.writing() as rows:
        sign_in_rows.seen(rows, hidden(cookie), clock())
        row = rows.execute(select(sign_in)).one()
    assert (row.ended_ms, row.seen_ms) == (clock() - 120_000,) * 2
    assert who(people, cookie) is None


def test_a_person_sees_their_own_sign_ins_and_ends_them(people: PeopleParts, add: Add, clock: ToldClock) -> None:
    add("ola", P)
    add("mo", P)
    older = entered(people, "ola").cookie
    clock.pass_ms(1)
    current, strangers = entered(people, "ola").cookie, entered(people, "mo").cookie
    signed = here(people, current)
    shown = signing.list_own(people, signed)
    assert [(one.id, one.current) for one in shown] == [(hidden(current), True), (hidden(older), False)]
    signing.end_own(people, signed, hidden(older))
    signing.end_own(people, signed, hidden(strangers))
    assert who(people, older) is None
    here(people, strangers)
    signing.end_all_own(people, signed)
    assert who(people, current) is None
    here(people, strangers)


def test_a_new_password_ends_everything_but_the_browser_that_chose_it(people: PeopleParts, add: Add) -> None:
    add("ola", P)
    other, mine = entered(people, "ola").cookie, entered(people, "ola").cookie
    signed = here(people, mine)
    _, token = tokens.make_token(
        people, signed, label="laptop", scopes=[Scope.JOBS_READ], until_ms=people.parts.clock() + 1000
    )
    new = "nine lamps by the harbour"
    cookie = signing.change_password(people, CAME, signed, old=PASSWORD, new=new).cookie
    assert [who(people, old) for old in (other, mine)] == [None, None]
    assert resolve_token(people, token, REQUEST) is None
    here(people, cookie)
    entered(people, "ola", new)
    with pytest.raises(SignInRefusedError):
        entered(people, "ola", PASSWORD)


def test_a_new_password_needs_the_old_one_and_keeps_the_rules(people: PeopleParts, add: Add) -> None:
    add("ola", P)
    signed = here(people, entered(people, "ola").cookie)
    with pytest.raises(SignInRefusedError):
        signing.change_password(people, CAME, signed, old="wrong", new="nine lamps by the harbour")
    with pytest.raises(WeakPasswordError):
        signing.change_password(people, CAME, signed, old=PASSWORD, new="short")
    entered(people, "ola", PASSWORD)


def test_a_sign_in_whose_password_changed_while_it_was_checked_fails(people: PeopleParts, add: Add) -> None:
    person_id = add("ola", P)

    class Changing(Passwords):
        def check(self, password: str, stored: str | None):  # type: ignore[no-untyped-def]
            verdict = super().check(password, stored)
            with people.parts.database.writing() as rows:
                rows.execute(update(person).where(person.c.id == person_id).values(password_hash="other"))
            return verdict

    hasher = Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1)
    slow = PeopleParts(parts=people.parts, passwords=Changing(hasher), guesses=people.guesses, key=people.key)
    with pytest.raises(SignInRefusedError):
        entered(slow, "ola")


def test_a_hash_of_older_parameters_is_replaced_at_sign_in(people: PeopleParts, add: Add) -> None:
    add("ola", P)
    newer = Passwords(Argon2Hasher(time_cost=2, memory_cost=16, parallelism=1))
    entered(PeopleParts(parts=people.parts, passwords=newer, guesses=people.guesses, key=people.key), "ola")
    with people.parts.database.reading() as rows:
        assert "m=16,t=2" in rows.scalar(select(person.c.password_hash).where(person.c.sign_in_name == "ola"))


def test_an_access_token_proves_nothing_anew(people: PeopleParts, add: Add) -> None:
    add("ola", P)
    signed = here(people, entered(people, "ola").cookie)
    _, secret = tokens.make_token(
        people, signed, label="laptop", scopes=[Scope.JOBS_READ], until_ms=people.parts.clock() + 1000
    )
    machine = resolve_token(people, secret, REQUEST)
    assert machine is not None
    with pytest.raises(RefusedError):
        signing.step_up(people, CAME, machine, PASSWORD)


def test_a_pages_token_belongs_to_one_sign_in_and_one_installation(people: PeopleParts, add: Add) -> None:
    add("ola", P)
    one, other = (here(people, entered(people, "ola").cookie) for _ in range(2))
    mine = csrf_token(people, one)
    assert mine == csrf_of(people, one.sign_in_id or "")
    elsewhere = PeopleParts(parts=people.parts, passwords=people.passwords, guesses=people.guesses, key=b"1" * 32)
    assert mine not in {None, "", csrf_token(people, other), csrf_token(elsewhere, one), one.sign_in_id}


def test_a_sign_in_row_without_its_cookie_is_not_made_by_guessing(people: PeopleParts, add: Add) -> None:
    """Whoever can write one row by hand still has to know the value whose digest it is."""
    person_id = add("ola", P)
    now = people.parts.clock()
    with people.parts.database.writing() as rows:
        row = {"id": "chosen", "person_id": person_id, "created_ms": now, "seen_ms": now, "fresh_ms": now}
        rows.execute(insert(sign_in).values(row))
    assert who(people, "chosen") is None
