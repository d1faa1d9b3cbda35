"""A clock that was wrong for a while: nothing that it began outlasts its time once it is put right (SECURITY R7)."""

from __future__ import annotations

import pytest

from service.clock import AHEAD_MS
from service.database.words import PasskeyUse, StaffRole
from service.people import link_rows, links, waiting_rows
from service.people.errors import LinkRefusedError, SignInRefusedError
from service.people.parts import PeopleParts
from service.people.passkeys import rows as passkey_rows
from service.people.passkeys.rows import Ceremony
from service.people.principal import resolve_token
from service.people.records import Scope
from service.people.sign_in_rows import ABSOLUTE_MS, FRESH_MS, all_live
from service.people.tokens import LONGEST_MS, make_token
from service.people.unguessable import hidden
from tests.service.people.conftest import PASSWORD, REQUEST, Add, entered, here, who
from tests.service.stand_ins import ToldClock

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
YEARS_MS = 3_650 * DAY_MS
WRONG = [HOUR_MS, DAY_MS, YEARS_MS, -HOUR_MS, -DAY_MS, -YEARS_MS]
AHEAD = [off for off in WRONG if off > 0]


def made_token(people: PeopleParts, cookie: str, lasts_ms: int) -> str:
    until = people.parts.clock() + lasts_ms
    return make_token(people, here(people, cookie), label="-", scopes=[Scope.SESSIONS_READ], until_ms=until)[1]


@pytest.fixture
def ola(add: Add) -> str:
    return add("ola", StaffRole.PRACTITIONER)


@pytest.mark.parametrize("off", WRONG)
def test_a_sign_in_of_a_wrong_clock_is_over_when_it_is_put_right(
    people: PeopleParts, ola: str, clock: ToldClock, off: int
) -> None:
    right = clock()
    clock.now = right + off
    cookie = entered(people, "ola").cookie
    assert here(people, cookie).fresh
    clock.now = right
    assert who(people, cookie) is None
    with people.parts.database.reading() as rows:
        assert all_live(rows, ola, right) == []


@pytest.mark.parametrize("off", WRONG)
def test_a_sign_in_that_a_clock_jumps_away_from_never_lasts_longer_than_its_day(
    people: PeopleParts, ola: str, clock: ToldClock, off: int
) -> None:
    begun = clock()
    cookie = entered(people, "ola").cookie
    clock.now = begun + off
    who(people, cookie)
    for after in (ABSOLUTE_MS, 2 * ABSOLUTE_MS, YEARS_MS):
        clock.now = begun + after
        assert who(people, cookie) is None


def test_a_clock_that_stands_still_lengthens_no_proof_of_another_sign_in(
    people: PeopleParts, ola: str, clock: ToldClock
) -> None:
    first = entered(people, "ola").cookie
    clock.now += FRESH_MS
    second = entered(people, "ola").cookie
    assert [here(people, cookie).fresh for cookie in (first, second)] == [False, True]


@pytest.mark.parametrize("apart", [-300_000, 300_000])
def test_machines_whose_clocks_are_five_minutes_apart_know_each_others_sign_ins(
    people: PeopleParts, ola: str, clock: ToldClock, apart: int
) -> None:
    cookie = entered(people, "ola").cookie
    secret = made_token(people, cookie, DAY_MS)
    clock.pass_ms(apart)
    assert who(people, cookie) is not None
    assert resolve_token(people, secret, REQUEST) is not None


@pytest.mark.parametrize("off", AHEAD)
def test_a_token_of_a_clock_that_was_ahead_opens_nothing(
    people: PeopleParts, ola: str, clock: ToldClock, off: int
) -> None:
    right = clock()
    clock.now = right + off
    secret = made_token(people, entered(people, "ola").cookie, LONGEST_MS)
    assert resolve_token(people, secret, REQUEST) is not None
    clock.now = right
    assert resolve_token(people, secret, REQUEST) is None


@pytest.mark.parametrize("off", AHEAD)
def test_a_link_of_a_clock_that_was_ahead_lets_nobody_in(
    people: PeopleParts, ola: str, clock: ToldClock, off: int
) -> None:
    right = clock()
    clock.now = right + off
    with people.parts.database.writing() as rows:
        secret = link_rows.make(rows, link_rows.NEW_PASSWORD, clock(), person_id=ola)
        kept = link_rows.make(rows, link_rows.INVITATION, clock() - off + AHEAD_MS, person_id=ola)
    clock.now = right
    with pytest.raises(LinkRefusedError):
        links.accept(people, REQUEST, secret, PASSWORD)
    with people.parts.database.reading() as rows:
        assert link_rows.look(rows, secret, right) is None
        assert link_rows.look(rows, kept, right) is not None


@pytest.mark.parametrize("off", AHEAD)
def test_what_a_clock_that_was_ahead_let_wait_is_waited_for_no_more(
    people: PeopleParts, ola: str, clock: ToldClock, off: int
) -> None:
    right, ceremony = clock(), Ceremony(use=PasskeyUse.SIGN_IN, bound="b" * 64)
    with people.parts.database.writing() as rows:
        waits = waiting_rows.begin(rows, ola, right + off)
        challenge = passkey_rows.make_challenge(rows, ceremony, right + off)
        kept = passkey_rows.make_challenge(rows, ceremony, right + AHEAD_MS)
        assert waiting_rows.live(rows, hidden(waits), right + off) is not None
        assert waiting_rows.live(rows, hidden(waits), right) is None
        assert not passkey_rows.use_up(rows, challenge, ceremony, right)
        assert passkey_rows.use_up(rows, kept, ceremony, right)


def test_guesses_that_a_wrong_clock_counted_lock_nobody_out_when_it_is_put_right(
    people: PeopleParts, ola: str, clock: ToldClock
) -> None:
    right = clock()
    clock.now = right + YEARS_MS
    for _ in range(10):
        with pytest.raises(SignInRefusedError):
            entered(people, "ola", "not the right one at all")
    clock.now = right
    here(people, entered(people, "ola").cookie)
