"""Making, unwrapping, destroying and rotating keys."""

from __future__ import annotations

import logging
import sqlite3
import stat
import threading
from dataclasses import replace

import pytest

from service.keybroker.database import KeystoreDatabase, State
from service.keybroker.errors import (
    KeyDestroyedError,
    KeyExistsError,
    KeyRefusedError,
    LostEpochError,
    MissingKeystoreError,
    NoSuchKeyError,
    PublicKeysError,
    SessionIdError,
)
from tests.service.keybroker.places import Place, session


def test_each_session_has_a_key_of_its_own(place: Place) -> None:
    keystore = place.made()
    keys = [keystore.unwrap(session(number)) for number in range(3)]
    assert [len(key) for key in keys] == [32, 32, 32]
    assert len(set(keys)) == 3


def test_a_key_is_the_same_after_the_next_start(place: Place) -> None:
    key = place.made().unwrap(session(1))
    assert place.open().unwrap(session(1)) == key


def test_a_key_is_never_replaced(place: Place) -> None:
    keystore = place.made()
    key = keystore.unwrap(session(0))
    with pytest.raises(KeyExistsError):
        keystore.create(session(0))
    assert keystore.unwrap(session(0)) == key


def test_a_session_without_a_key_is_said_to_have_none(place: Place) -> None:
    with pytest.raises(NoSuchKeyError):
        place.made().unwrap(session(9))


@pytest.mark.parametrize("bad", ["", "a b", "../x", "é" * 8, "a" * 65, "-a", "a\n"])
def test_an_id_of_the_wrong_form_is_refused(place: Place, bad: str) -> None:
    keystore = place.made(0)
    for act in (keystore.create, keystore.unwrap, keystore.destroy):
        with pytest.raises(SessionIdError):
            act(bad)


def test_a_destroyed_key_is_gone_and_its_id_is_never_used_again(place: Place) -> None:
    keystore = place.made()
    kept = keystore.unwrap(session(0))
    assert keystore.destroy(session(1)) == 0
    with pytest.raises(KeyDestroyedError):
        keystore.unwrap(session(1))
    with pytest.raises(KeyDestroyedError):
        keystore.create(session(1))
    assert keystore.unwrap(session(0)) == kept


def test_destroying_again_changes_nothing(place: Place) -> None:
    keystore = place.made()
    keystore.destroy(session(1))
    before = keystore.verify()
    keystore.destroy(session(1))
    assert keystore.verify() == before


def test_a_session_destroyed_before_it_had_a_key_never_gets_one(place: Place) -> None:
    keystore = place.made()
    keystore.destroy(session(8))
    with pytest.raises(KeyDestroyedError):
        keystore.create(session(8))


def test_rotation_keeps_every_key_and_changes_every_row(place: Place) -> None:
    keystore = place.made()
    keys = [keystore.unwrap(session(number)) for number in range(3)]
    rows = [place.row(session(number)) for number in range(3)]
    assert keystore.rotate() == 2
    assert [keystore.unwrap(session(number)) for number in range(3)] == keys
    assert all(set(old[1:]).isdisjoint(place.row(old[0])[1:]) for old in rows)


def test_rotation_leaves_neither_the_old_key_nor_what_it_wrapped_in_any_file(place: Place) -> None:
    keystore = place.made()
    old, row = place.secret(), place.row(session(0))
    assert place.hits(old) == 1
    assert place.hits(row[3], row[4]) >= 1
    keystore.rotate()
    assert place.hits(old, row[3], row[4]) == 0
    assert [path.name for path in place.epoch_files()] == [f"epoch-{2:019d}.key"]


def test_the_old_key_is_overwritten_before_its_name_goes(place: Place) -> None:
    keystore = place.made()
    keeping = place.folder / "another-name"
    keeping.hardlink_to(place.epoch_files()[0])
    keystore.rotate()
    assert set(keeping.read_bytes()) == {0}


def test_rotation_refuses_to_begin_while_a_stored_key_is_refused(place: Place) -> None:
    keystore = place.made()
    key = keystore.unwrap(session(0))
    place.put((*place.row(session(1))[:4], bytes(48)))
    files = place.epoch_files()
    with pytest.raises(KeyRefusedError):
        keystore.rotate()
    assert place.epoch_files() == files
    assert keystore.unwrap(session(0)) == key
    keystore.destroy(session(1))
    assert keystore.rotate() == 2


def test_a_reader_of_another_process_follows_a_rotation(place: Place) -> None:
    keystore, other = place.made(), place.open()
    key = other.unwrap(session(0))
    keystore.rotate()
    assert other.unwrap(session(0)) == key
    other.create(session(5))
    assert keystore.unwrap(session(5)) == other.unwrap(session(5))


def test_a_rotation_between_a_row_and_its_epochs_file_is_followed(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    keystore, other = place.made(), place.open()
    key, look, turns = keystore.unwrap(session(0)), keystore._look, [1]

    def late(session_id: str) -> object:
        found = look(session_id)
        if turns:
            turns.pop()
            other.rotate()
        return found

    monkeypatch.setattr(keystore, "_look", late)
    assert keystore.unwrap(session(0)) == key
    assert not turns


def test_threads_create_and_unwrap_while_keys_rotate(place: Place) -> None:
    keystore = place.made(0)
    failures: list[Exception] = []

    def work(first: int) -> None:
        try:
            for number in range(first, first + 10):
                keystore.create(session(number))
                assert keystore.unwrap(session(number)) == keystore.unwrap(session(number))
        except Exception as failed:
            failures.append(failed)

    threads = [threading.Thread(target=work, args=(number * 100,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for _ in range(3):
        keystore.rotate()
    for thread in threads:
        thread.join()
    assert failures == []
    report = keystore.verify()
    assert (report.epoch, report.keys, report.refused) == (4, 30, ())


def test_a_verification_counts_what_is_there(place: Place) -> None:
    keystore = place.made(4)
    keystore.destroy(session(3))
    report = keystore.verify()
    assert (report.epoch, report.keys, report.destroyed, report.whole) == (1, 3, 1, True)


def test_a_verification_names_the_session_whose_key_is_refused(place: Place) -> None:
    keystore = place.made()
    place.put((*place.row(session(2))[:4], bytes(48)))
    report = keystore.verify()
    assert report.refused == (session(2),)
    assert not report.whole


def test_a_lost_epoch_file_is_said_in_one_sentence_and_nothing_is_made_in_its_place(place: Place) -> None:
    keystore = place.made()
    [file] = place.epoch_files()
    kept = file.read_bytes()
    file.unlink()
    for act in (place.open, keystore.verify, keystore.rotate, lambda: place.open(first_start=True)):
        with pytest.raises(LostEpochError, match=r"^[^.]+\. Restore [^.]+\.$"):
            act()
    for refused in (lambda: keystore.unwrap(session(0)), lambda: keystore.create(session(7))):
        with pytest.raises(LostEpochError):
            refused()
    assert place.epoch_files() == []
    file.write_bytes(kept)
    file.chmod(0o600)
    assert place.open().verify().whole


def test_another_installations_epoch_file_is_refused(place: Place) -> None:
    place.made()
    other = Place(place.folder / "other")
    other.folder.mkdir()
    other.made()
    place.epoch_files()[0].write_bytes(other.epoch_files()[0].read_bytes())
    with pytest.raises(LostEpochError):
        place.open()


@pytest.mark.parametrize("spot", [0, 20, 45, 60, 100, 140])
def test_a_damaged_epoch_file_is_refused(place: Place, spot: int) -> None:
    place.made()
    [file] = place.epoch_files()
    content = bytearray(file.read_bytes())
    content[spot] ^= 1
    file.write_bytes(content)
    with pytest.raises(LostEpochError):
        place.open()


def test_a_missing_database_beside_an_epoch_file_is_a_loss_and_no_first_start(place: Place) -> None:
    place.made()
    place.database.unlink()
    for first_start in (True, False):
        with pytest.raises(MissingKeystoreError):
            place.open(first_start=first_start)
    assert not place.database.exists()


def test_nothing_is_made_unless_it_is_a_first_start(place: Place) -> None:
    with pytest.raises(MissingKeystoreError):
        place.open()
    assert list(place.folder.iterdir()) == []


def test_an_older_database_put_back_after_a_rotation_is_refused(place: Place) -> None:
    keystore = place.made()
    older = place.database.read_bytes()
    keystore.rotate()
    newest = place.secret()
    place.database.write_bytes(older)
    with pytest.raises(LostEpochError):
        place.open()
    assert place.secret() == newest


def test_every_file_belongs_to_its_owner_alone_while_it_is_written(place: Place) -> None:
    keystore = place.made()
    seen: set[str] = set()
    with place.outside() as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM wrapped_key").fetchone()
        keystore.create(session(7))
        for path in place.folder.rglob("*"):
            seen.add(path.name.rpartition("3")[2])
            assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path.name
    assert {"", "-wal", "-shm", "keys"} <= seen


@pytest.mark.parametrize("which", ["database", "epoch", "folder"])
def test_files_that_others_can_read_are_refused(place: Place, which: str) -> None:
    place.made()
    paths = {"database": place.database, "epoch": place.epoch_files()[0], "folder": place.epochs}
    paths[which].chmod(paths[which].stat().st_mode | 0o040)
    with pytest.raises(PublicKeysError):
        place.open()


def test_no_key_is_in_a_repr_a_log_or_an_error(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    keystore = place.made()
    secrets = [keystore.unwrap(session(0)), place.secret(), *place.row(session(0))[3:]]
    kek = keystore._epochs.read(1)
    with keystore._database.reading() as rows:
        wrapped = rows.get(session(0))
    place.put((*place.row(session(0))[:4], bytes(48)))
    with pytest.raises(KeyRefusedError) as refused:
        keystore.unwrap(session(0))
    keystore.destroy(session(1))
    said = [repr(kek), repr(wrapped), repr(keystore), repr(refused.value), caplog.text, str(refused.value.__context__)]
    for secret in secrets:
        assert all(form not in text for text in said for form in (repr(secret)[2:-1], secret.hex()))


def test_the_settings_that_erasure_needs_hold_though_sqlite_was_built_with_others(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.made()
    really = sqlite3.connect

    def other(*given: object, **named: object) -> sqlite3.Connection:
        connection = really(*given, **named)  # type: ignore[call-overload]
        connection.executescript("PRAGMA secure_delete = 0; PRAGMA synchronous = 1; PRAGMA temp_store = 1")
        return connection

    monkeypatch.setattr(sqlite3, "connect", other)
    with KeystoreDatabase(place.database)._connected() as connection:
        found = {
            name: connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "secure_delete", "temp_store")
        }
    assert found == {"journal_mode": "wal", "synchronous": 2, "secure_delete": 1, "temp_store": 2}


def test_a_state_that_says_another_key_is_refused(place: Place) -> None:
    keystore = place.made()
    with keystore._database.reading() as rows:
        state = rows.state()
    assert isinstance(state, State)
    with pytest.raises(LostEpochError):
        keystore._current(replace(state, kek_id="0" * 32))
