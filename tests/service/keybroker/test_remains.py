"""Of a destroyed key no byte is left in any file, or it is said that a reader is in the way."""

from __future__ import annotations

import logging
import random
import threading
import time

import pytest

from service.keybroker import database
from service.keybroker.database import KeystoreDatabase
from service.keybroker.errors import KeyDestroyedError, RemainsError
from tests.service.keybroker.places import Place, session

LOT = 150


def shuffled(count: int) -> list[int]:
    """The order in which sessions come; ids are random in life, so pages are split in their middles."""
    return random.Random(5).sample(range(count), count)


def test_a_destroyed_key_is_in_no_page_of_any_file(place: Place) -> None:
    keystore = place.open(first_start=True)
    for number in shuffled(LOT):
        keystore.create(session(number))
    rows = [place.row(session(number)) for number in range(LOT)]
    assert all(place.hits(row[4]) for row in rows)
    for row in rows[::10]:
        keystore.destroy(row[0])
        assert place.hits(row[3], row[4]) == 0
    assert all(place.hits(row[4]) for place_, row in enumerate(rows) if place_ % 10)
    assert keystore.verify().whole


@pytest.mark.parametrize("rewriting", [True, False])
def test_where_sqlite_does_not_overwrite_rows_writing_the_pages_anew_does(
    place: Place, monkeypatch: pytest.MonkeyPatch, rewriting: bool
) -> None:
    monkeypatch.setitem(database._SETTINGS, "secure_delete", 0)
    if not rewriting:
        monkeypatch.setattr(KeystoreDatabase, "rewrite", lambda self: True)
    keystore = place.made(20)
    rows = [place.row(session(number)) for number in range(0, 20, 2)]
    for row in rows:
        keystore.destroy(row[0])
    assert (sum(place.hits(row[3], row[4]) for row in rows) == 0) is rewriting


@pytest.mark.parametrize("compacting", [True, False])
def test_beside_an_idle_connection_only_emptying_the_log_takes_the_bytes_out(
    place: Place, monkeypatch: pytest.MonkeyPatch, compacting: bool
) -> None:
    keystore = place.made()
    with place.outside() as idle:
        idle.execute("SELECT count(*) FROM wrapped_key").fetchone()
        keystore.create(session(9))
        row = place.row(session(9))
        if not compacting:
            monkeypatch.setattr(keystore, "_compact", lambda: 0)
        keystore.destroy(session(9))
        assert (place.hits(row[3], row[4]) == 0) is compacting


def test_while_a_reader_holds_the_log_a_destruction_says_that_it_is_blocked(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    keystore = place.made()
    row = place.row(session(0))
    with place.outside() as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM wrapped_key").fetchall()
        with pytest.raises(RemainsError, match="reader"):
            keystore.destroy(session(0))
        assert len(caplog.records) == 3
        assert keystore.verify().remains
        assert place.hits(row[4]) > 0
        with pytest.raises(KeyDestroyedError):
            keystore.unwrap(session(0))
        reader.execute("COMMIT")
    assert keystore.destroy(session(0)) == 0
    assert place.hits(row[3], row[4]) == 0
    assert keystore.verify().whole


def test_a_destruction_tries_again_until_the_reader_has_gone(place: Place) -> None:
    place.made()
    keystore = place.open(waits_s=[0.05] * 100)
    row = place.row(session(0))
    holding, go = threading.Event(), threading.Event()

    def hold() -> None:
        with place.outside() as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT * FROM wrapped_key").fetchall()
            holding.set()
            go.wait(10)
            time.sleep(0.2)

    thread = threading.Thread(target=hold)
    thread.start()
    holding.wait(10)
    go.set()
    assert keystore.destroy(session(0)) > 0
    thread.join()
    assert place.hits(row[3], row[4]) == 0


def test_the_next_start_finishes_what_a_reader_blocked(place: Place) -> None:
    keystore = place.made()
    row = place.row(session(0))
    with place.outside() as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM wrapped_key").fetchall()
        with pytest.raises(RemainsError):
            keystore.destroy(session(0))
    assert place.open().verify().whole
    assert place.hits(row[3], row[4]) == 0


def test_a_rotation_destroys_the_old_epoch_though_a_reader_blocks_the_file(place: Place) -> None:
    keystore = place.made()
    old, row = place.secret(), place.row(session(0))
    with place.outside() as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM wrapped_key").fetchall()
        keystore.rotate()
        assert place.hits(old) == 0
        assert keystore.verify().remains
    place.open()
    assert place.hits(row[3], row[4]) == 0


def test_the_neighbours_keys_are_as_before(place: Place) -> None:
    keystore = place.made(LOT // 5)
    keys = {number: keystore.unwrap(session(number)) for number in range(LOT // 5)}
    for number in range(0, LOT // 5, 3):
        keystore.destroy(session(number))
    assert all(keystore.unwrap(session(number)) == key for number, key in keys.items() if number % 3)
