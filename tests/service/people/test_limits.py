"""Guessing is slow, whoever guesses, and strangers cannot keep a person out for good."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import func, select

from service.database.tables import attempt
from service.database.words import StaffRole
from service.people import limits
from service.people.errors import SignInRefusedError, TooManyAttemptsError
from service.people.parts import PeopleParts
from tests.service.people.conftest import Add, entered
from tests.service.stand_ins import RememberingTrail, ToldClock

P = StaffRole.PRACTITIONER
WINDOW = limits.WINDOW_MS
GUESSES_QUICK = 200
GUESSES = 10_000


def guess(people: PeopleParts, name: str = "ola", **came: str) -> bool:
    """Whether the guess was heard."""
    try:
        entered(people, name, "wrong", **came)
    except SignInRefusedError:
        return True
    except TooManyAttemptsError:
        return False
    raise AssertionError("a wrong password opened an account")


def test_ten_guesses_are_heard_and_the_eleventh_waits_for_minutes(
    people: PeopleParts, add: Add, clock: ToldClock
) -> None:
    add("ola", P)
    assert [guess(people) for _ in range(11)] == [True] * 10 + [False]
    with pytest.raises(TooManyAttemptsError) as refused:
        entered(people, "ola")
    assert 0 < refused.value.wait_ms <= WINDOW + limits.SLICE_MS
    clock.pass_ms(refused.value.wait_ms)
    entered(people, "ola")


def test_waiting_is_not_lengthened_by_trying(people: PeopleParts, add: Add, clock: ToldClock) -> None:
    add("ola", P)
    end, heard = clock() + WINDOW + limits.SLICE_MS, []
    while clock() < end:
        heard.append(guess(people))
        clock.pass_ms(5_000)
    assert heard[:11] == [True] * 10 + [False]
    assert any(heard[11:])


def test_one_address_is_limited_over_many_names(people: PeopleParts, add: Add) -> None:
    add("ola", P)
    assert [guess(people, f"name{n}") for n in range(11)] == [True] * 10 + [False]
    assert guess(people, "other", address="192.0.2.2")


def test_one_account_is_limited_over_many_addresses(people: PeopleParts, add: Add) -> None:
    add("ola", P)
    heard = [guess(people, address=f"198.51.100.{n}") for n in range(20)]
    assert heard == [True] * 10 + [False] * 10


def test_an_account_that_is_not_there_is_limited_just_the_same(people: PeopleParts, add: Add) -> None:
    add("ola", P)
    heard = [[guess(people, name, address=f"{name}{n}") for n in range(12)] for name in ("ola", "nobody")]
    assert heard[0] == heard[1]


def test_all_addresses_and_names_together_are_limited(
    people: PeopleParts, add: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    add("ola", P)
    assert limits.GLOBAL == 1_000
    monkeypatch.setattr(limits, "GLOBAL", 30)
    assert sum(guess(people, f"name{n}", address=f"a{n}") for n in range(40)) == 30


def test_right_passwords_are_not_counted(people: PeopleParts, add: Add) -> None:
    add("ola", P)
    for _ in range(25):
        entered(people, "ola")
    assert guess(people)


def test_a_right_password_does_not_forgive_the_guesses_before_it(people: PeopleParts, add: Add) -> None:
    add("ola", P)
    assert all(guess(people) for _ in range(9))
    entered(people, "ola")
    assert [guess(people), guess(people)] == [True, False]


def test_a_browser_that_knows_the_person_gets_in_while_strangers_guess(people: PeopleParts, add: Add) -> None:
    add("ola", P)
    known = entered(people, "ola").known_browser
    while guess(people):
        pass
    entered(people, "ola", known_browser=known)
    assert [guess(people, known_browser=known) for _ in range(11)] == [True] * 10 + [False]


def test_a_browser_that_knows_somebody_else_or_says_so_helps_nobody(people: PeopleParts, add: Add) -> None:
    add("ola", P)
    add("mo", P)
    known = entered(people, "mo").known_browser
    while guess(people):
        pass
    for given in (known, "x.y", ".", "a" * 5000, known[:-1] + "0"):
        if given != entered(people, "mo", known_browser=known).known_browser:
            assert not guess(people, known_browser=given)


def test_guesses_at_once_do_not_slip_through(people: PeopleParts, add: Add) -> None:
    add("ola", P)
    heard: list[bool] = []
    threads = [threading.Thread(target=lambda: heard.append(guess(people))) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert heard.count(True) == 10


def test_what_is_counted_tells_nobody_whom(people: PeopleParts, add: Add) -> None:
    add("ola", P)
    guess(people, "ola@north.example", address="198.51.100.77")
    with people.parts.database.reading() as rows:
        buckets = " ".join(rows.scalars(select(attempt.c.bucket)))
    assert "ola" not in buckets
    assert "198.51" not in buckets


def test_old_counts_are_forgotten(people: PeopleParts, add: Add, clock: ToldClock) -> None:
    add("ola", P)
    for n in range(5):
        guess(people, f"name{n}", address=f"a{n}")
    clock.pass_ms(3 * WINDOW)
    guess(people)
    with people.parts.database.reading() as rows:
        assert rows.scalar(select(func.count()).select_from(attempt)) == 3


def test_attempts_over_the_limit_do_not_fill_the_audit(people: PeopleParts, add: Add, trail: RememberingTrail) -> None:
    add("ola", P)
    trail.events.clear()
    for _ in range(30):
        guess(people)
    assert len(trail.events) == 10


def brute_force(people: PeopleParts, clock: ToldClock, guesses: int, addresses: int) -> list[int]:
    """Guess four times a second from so many addresses; the times at which a guess was heard."""
    heard = []
    for n in range(guesses):
        if guess(people, address=f"attacker-{n % addresses}"):
            heard.append(clock())
        clock.pass_ms(250)
    return heard


def most_in_a_window(times: list[int]) -> int:
    return max(sum(start <= time < start + WINDOW for time in times) for start in times)


@pytest.mark.parametrize("addresses", [1, 1_000])
def test_brute_force_is_heard_ten_times_in_any_five_minutes_and_the_person_still_gets_in(
    people: PeopleParts, add: Add, clock: ToldClock, addresses: int
) -> None:
    add("ola", P)
    known = entered(people, "ola").known_browser
    assert most_in_a_window(brute_force(people, clock, GUESSES_QUICK, addresses)) == 10
    entered(people, "ola", known_browser=known)


@pytest.mark.slow
@pytest.mark.parametrize("addresses", [1, 1_000])
def test_brute_force_over_three_quarters_of_an_hour(
    people: PeopleParts, add: Add, clock: ToldClock, addresses: int
) -> None:
    add("ola", P)
    known = entered(people, "ola").known_browser
    heard = brute_force(people, clock, GUESSES, addresses)
    assert most_in_a_window(heard) == 10
    assert len(heard) > 20
    entered(people, "ola", known_browser=known)
    clock.pass_ms(WINDOW + limits.SLICE_MS)
    entered(people, "ola")
