"""Which passwords are taken, and how they are hashed."""

from __future__ import annotations

import threading
import time

import pytest
from pwdlib.hashers.argon2 import Argon2Hasher

from service.people.errors import BusyError, WeakPasswordError
from service.people.guesses import guesses
from service.people.password_rules import OBVIOUS, refuse_weak
from service.people.passwords import MEMORY_KIB, PASSES, Passwords, argon2_passwords
from tests.service.people.conftest import cheap

GUESSABLE = (
    "passwordpassword", "qwertyuiopasdfg", "123456789012345", "aaaaaaaaaaaaaaa", "1qaz2wsx3edc4rfv",
    "monkeymonkeymonkey", "letmeinletmein123", "P@ssw0rd12345678", "abcdefghijklmnop", "Winter2026Winter2026!",
    "iloveyouforever2024", "liverpoolliverpool", "zxcvbnm,./zxcvbnm", "111222333444555", "qwerty123456qwerty",
    "sunshinesunshine1",
)  # fmt: skip
GOOD = ("kettle under blue ladder", "correct horse battery staple", "quiet lamp over nine rivers", "Zx9-vQ2_mK7.pL4")


@pytest.mark.parametrize("password", GUESSABLE)
def test_long_passwords_that_are_common_doubled_or_walked_on_a_keyboard_are_refused(password: str) -> None:
    assert len(password) >= 15
    with pytest.raises(WeakPasswordError):
        refuse_weak(password, (), guesses)


@pytest.mark.parametrize("password", GUESSABLE)
def test_they_are_refused_by_what_they_are_and_not_by_the_words_of_this_service(password: str) -> None:
    assert guesses(password) < 1e10


@pytest.mark.parametrize("password", [*GOOD, "日本語の長い合言葉は大丈夫ですよ", "x y z \N{SNOWMAN} kettle rivers 9"])
def test_long_passwords_of_any_characters_are_taken(password: str) -> None:
    refuse_weak(password, ("ola@north", "Ola"), guesses)


@pytest.mark.parametrize(("length", "taken"), [(14, False), (15, True), (256, True), (257, False)])
def test_a_password_has_fifteen_to_256_characters(length: int, taken: bool) -> None:
    given = ("kettle under blue ladders, quiet lamps, nine rivers and more " * 5)[:length]
    if taken:
        refuse_weak(given, (), lambda _: 1e12)
    else:
        with pytest.raises(WeakPasswordError, match="15 to 256"):
            refuse_weak(given, (), lambda _: 1e12)


@pytest.mark.parametrize("word", OBVIOUS)
def test_words_that_everybody_here_would_try_are_refused_however_they_are_spaced(word: str) -> None:
    for form in (word, word.upper(), "-".join(word)):
        with pytest.raises(WeakPasswordError, match="everybody here"):
            refuse_weak(f"kettle {form} nine ladders", (), lambda _: 1e12)


@pytest.mark.parametrize("part", ["okonjo", "OKONJO", "o.k.o.n.j.o", "adaeze"])
def test_a_password_does_not_hold_ones_own_name(part: str) -> None:
    with pytest.raises(WeakPasswordError, match="your own name"):
        refuse_weak(f"kettle under {part} nine", ("okonjo@north.example", "Adaeze Li"), lambda _: 1e12)
    refuse_weak("kettle under li nine ladders", ("okonjo@north.example", "Adaeze Li"), lambda _: 1e12)


def test_measuring_a_password_made_to_be_slow_takes_little() -> None:
    begun = time.perf_counter()
    guesses("4@8({[<3619!|7205$+%2z" * 11)
    assert time.perf_counter() - begun < 5


def test_hashes_are_argon2id_with_19_mib_two_passes_and_one_lane() -> None:
    passwords = argon2_passwords()
    stored = passwords.hash("kettle under blue ladder")
    assert stored.startswith(f"$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p=1$")
    assert (MEMORY_KIB, PASSES) == (19456, 2)
    assert passwords.check("kettle under blue ladder", stored).right
    assert not passwords.check("kettle under blue ladders", stored).right


def test_a_hash_of_older_parameters_is_made_again() -> None:
    older = Passwords(cheap()).hash("kettle")
    newer = Passwords(Argon2Hasher(time_cost=2, memory_cost=16, parallelism=1))
    verdict = newer.check("kettle", older)
    assert verdict.right
    assert verdict.new_hash is not None
    assert newer.check("kettle", verdict.new_hash).new_hash is None
    assert newer.check("other", older).new_hash is None


@pytest.mark.parametrize("stored", [None, "", "not a hash"])
def test_no_password_is_right_where_there_is_no_hash(stored: str | None) -> None:
    assert not Passwords(cheap()).check("kettle", stored).right


def test_one_password_typed_on_two_keyboards_is_one_password() -> None:
    passwords = Passwords(cheap())
    assert passwords.check("cafe\u0301 under blue ladder", passwords.hash("caf\u00e9 under blue ladder")).right


def test_characters_that_cannot_be_stored_do_no_harm() -> None:
    passwords = Passwords(cheap())
    assert passwords.check("\ud800 and \0", passwords.hash("\ud800 and \0")).right


def test_only_two_hashes_are_worked_on_at_once() -> None:
    inside, most, lock = [0], [0], threading.Lock()

    class Counting(Argon2Hasher):
        def verify(self, password: str | bytes, hash: str | bytes) -> bool:  # noqa: A002 - the library calls it so
            with lock:
                inside[0] += 1
                most[0] = max(most[0], inside[0])
            time.sleep(0.02)
            with lock:
                inside[0] -= 1
            return False

    passwords = Passwords(Counting(time_cost=1, memory_cost=8, parallelism=1))
    threads = [threading.Thread(target=passwords.check, args=("x", None)) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [2]


def test_whoever_waits_long_for_a_slot_is_told_so() -> None:
    passwords = Passwords(cheap(), slots=1, patience_s=0.01)
    with passwords._slot(), pytest.raises(BusyError):
        passwords.hash("kettle")
