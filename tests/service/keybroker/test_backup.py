"""A backup opens by itself, and what it brings back ends with a rotation."""

from __future__ import annotations

import shutil
import stat

import pytest

from service.keybroker.errors import BackupExistsError, KeyDestroyedError, LostEpochError
from tests.service.keybroker.places import Place, session


def test_a_backup_opens_by_itself_and_gives_the_same_keys(place: Place) -> None:
    keystore = place.made()
    keystore.destroy(session(2))
    backup = Place(place.folder / "backup")
    keystore.backup(backup.folder)
    copied = backup.open()
    assert copied.verify() == keystore.verify()
    assert copied.unwrap(session(0)) == keystore.unwrap(session(0))
    with pytest.raises(KeyDestroyedError):
        copied.unwrap(session(2))


def test_a_backup_belongs_to_its_owner_alone(place: Place) -> None:
    place.made().backup(place.folder / "backup")
    paths = [place.folder / "backup", *(place.folder / "backup").rglob("*")]
    assert len(paths) == 4
    assert all(stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600) for path in paths)


def test_a_backup_never_writes_over_anything(place: Place) -> None:
    keystore = place.made()
    (place.folder / "backup").mkdir()
    with pytest.raises(BackupExistsError):
        keystore.backup(place.folder / "backup")
    assert list((place.folder / "backup").iterdir()) == []


def test_a_backup_made_while_a_session_is_read_holds_what_was_stored_by_then(place: Place) -> None:
    keystore = place.made()
    with place.outside() as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM wrapped_key").fetchall()
        keystore.create(session(8))
        keystore.backup(place.folder / "backup")
    assert Place(place.folder / "backup").open().unwrap(session(8)) == keystore.unwrap(session(8))


def test_a_database_put_back_without_its_own_epochs_file_opens_nothing(place: Place) -> None:
    keystore = place.made()
    keystore.backup(place.folder / "backup")
    keystore.rotate()
    shutil.copyfile(place.folder / "backup" / "keystore.sqlite3", place.database)
    with pytest.raises(LostEpochError):
        place.open()


def test_a_key_destroyed_after_the_backup_comes_back_with_both_of_its_files(place: Place) -> None:
    """What docs/keystore.md warns of: why backups are kept for days only, and erasures are done again after one."""
    keystore = place.made()
    key = keystore.unwrap(session(0))
    keystore.backup(place.folder / "backup")
    keystore.destroy(session(0))
    keystore.rotate()
    restored = Place(place.folder / "backup").open()
    assert restored.unwrap(session(0)) == key
    restored.destroy(session(0))
    with pytest.raises(KeyDestroyedError):
        restored.unwrap(session(0))
