"""Challenges, waiting sign-ins and passkeys on both databases."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from service.database.engine import Database
from service.database.tables import person
from service.database.words import PasskeyUse
from service.people import sign_in_rows, waiting_rows
from service.people.passkeys import rows as passkey_rows
from service.people.passkeys.rows import ANSWERED_MS, Ceremony
from service.people.unguessable import hidden

NOW = 1_795_000_000_000
OLA, EVE = "a" * 32, "e" * 32
CEREMONY = Ceremony(use=PasskeyUse.SIGN_IN, bound="b" * 64)


@pytest.fixture
def peopled(each_database: Database) -> Database:
    with each_database.writing() as rows:
        for person_id in (OLA, EVE):
            told = {"sign_in_name": person_id, "shown_name": "-", "state": "active", "password_hash": "-"}
            rows.execute(insert(person).values(id=person_id, **told, created_ms=NOW, changed_ms=NOW))
    return each_database


def kept(database: Database, person_id: str, credential_id: str) -> str:
    with database.writing() as rows:
        return passkey_rows.add(
            rows, person_id, NOW, credential_id=credential_id, public_key="AA", sign_count=0, label="Phone",
            transports=("internal", "hybrid"),
        )  # fmt: skip


def test_of_many_who_use_a_challenge_at_once_one_does(peopled: Database) -> None:
    with peopled.writing() as rows:
        challenge = passkey_rows.make_challenge(rows, CEREMONY, NOW)
    together, found = threading.Barrier(4), []

    def use() -> None:
        together.wait()
        with peopled.writing() as rows:
            found.append(passkey_rows.use_up(rows, challenge, CEREMONY, NOW))

    threads = [threading.Thread(target=use) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [False, False, False, True]


def test_challenges_that_nobody_answered_are_forgotten(peopled: Database) -> None:
    with peopled.writing() as rows:
        for _ in range(3):
            passkey_rows.make_challenge(rows, CEREMONY, NOW)
        passkey_rows.make_challenge(rows, CEREMONY, NOW + ANSWERED_MS)
        assert rows.exec_driver_sql("SELECT count(*) FROM challenge").scalar() == 1


def test_two_people_never_have_one_passkey(peopled: Database) -> None:
    kept(peopled, OLA, "credential")
    with pytest.raises(IntegrityError):
        kept(peopled, EVE, "credential")


def test_a_passkey_is_found_noted_and_removed_by_whose_it_is(peopled: Database) -> None:
    passkey_id = kept(peopled, OLA, "credential")
    with peopled.writing() as rows:
        passkey_rows.note_use(rows, passkey_id, 7, NOW + 1)
        found = passkey_rows.by_credential(rows, "credential")
        assert found is not None
        assert (found["sign_count"], found["used_ms"], found["transports"]) == (7, NOW + 1, "internal hybrid")
        assert not passkey_rows.remove(rows, EVE, passkey_id)
        assert passkey_rows.number_of(rows, OLA) == 1
        assert passkey_rows.remove(rows, OLA, passkey_id)
        assert passkey_rows.by_credential(rows, "credential") is None


def test_the_end_of_a_person_s_sign_ins_is_the_end_of_what_waits_for_them_alone(peopled: Database) -> None:
    with peopled.writing() as rows:
        mine, theirs = (waiting_rows.begin(rows, who, NOW) for who in (OLA, EVE))
        sign_in_rows.end_sign_ins(rows, OLA, NOW)
        assert waiting_rows.live(rows, hidden(mine), NOW) is None
        assert waiting_rows.live(rows, hidden(theirs), NOW) is not None
