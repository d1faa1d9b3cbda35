"""A backup is two parts with a list of their files; it holds everything that rows name, and leaves the rest."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import stat
from pathlib import Path

import pytest

from service.admin import backup, manifest
from service.admin.backup import back_up
from service.admin.errors import BackupFailedError, BackupPlaceError
from service.admin.manifest import Part
from service.audit.keys import read_key_file
from service.audit.opening import open_file
from service.audit.reading import Filter, readings
from service.audit.records import Action, Outcome
from service.audit.store import each_row
from service.blobs.identity import new_blob_id
from tests.service.installed import Installed


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    home = Installed(folder)
    home.session(home.worker(), worked_on=False)
    return folder


@pytest.fixture
def home(made: Path, tmp_path: Path) -> Installed:
    shutil.copytree(made, tmp_path / "home")
    return Installed(tmp_path / "home")


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_data_and_keystore_are_apart_and_for_their_owner_alone(home: Installed, tmp_path: Path) -> None:
    with home.opened() as installation:
        done = back_up(installation, tmp_path / "copy")
        blobs = set(installation.parts.blobs.ids())
    expected = {f"data/blobs/{one[:2]}/{one}" for one in blobs} | {"data/service.sqlite3", "data/manifest.json"}
    expected |= {f"keystore/{name}" for name in ("keystore.sqlite3", "audit.keys", "service.key", "manifest.json")}
    assert files(tmp_path / "copy") == expected | {"keystore/keys/epoch-0000000000000000001.key"}
    assert (done.database, done.blobs, done.missing) == (True, len(blobs), 0)
    for path in (tmp_path / "copy").rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_an_existing_folder_and_one_within_the_installation_are_refused(home: Installed, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    inside = [home.settings.data / "copy", home.settings.keys / "copy"]
    with home.opened() as installation:
        for place in (tmp_path / "there", tmp_path / "no" / "parent", *inside):
            with pytest.raises(BackupPlaceError):
                back_up(installation, place)
    assert not any(path.exists() for path in inside)
    assert files(tmp_path / "there") == set()


def test_a_blob_that_no_row_names_is_left_out_and_one_that_is_lost_is_counted(home: Installed, tmp_path: Path) -> None:
    with home.opened() as installation:
        lost = next(installation.parts.blobs.ids())
        with installation.parts.blobs.put(new_blob_id()) as sink:
            sink.write(b"remains of an upload")
        installation.parts.blobs.delete(lost)
        done = back_up(installation, tmp_path / "copy")
    assert (done.blobs, done.missing) == (0, 1)


def test_a_backup_without_links_holds_the_same(
    home: Installed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise OSError("another file system")

    with home.opened() as installation:
        back_up(installation, tmp_path / "linked")
        monkeypatch.setattr(os, "link", refused)
        back_up(installation, tmp_path / "copied")
    found = [manifest.listed(tmp_path / name / "data" / "blobs") for name in ("linked", "copied")]
    assert found[0] == found[1]
    assert len(found[0]) == 1


def test_a_backup_is_told_in_the_audit_before_anything_is_copied(home: Installed, tmp_path: Path) -> None:
    with home.opened() as installation:
        done = back_up(installation, tmp_path / "copy")
    with open_file(tmp_path / "copy" / "data" / "service.sqlite3") as rows:
        exports = Filter(actions=frozenset({Action.EXPORT}))
        told = [one.event.object_id for one in readings(each_row(rows), exports) if one.event]
    assert told == [done.id]


@pytest.mark.parametrize("broken", ["_copy_database", "_copy_keys"])
def test_a_backup_that_fails_is_no_backup_and_the_audit_says_so(
    broken: str, home: Installed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object) -> None:
        raise sqlite3.OperationalError("disk full, in words of the library")

    monkeypatch.setattr(backup, broken, failing)
    with home.opened() as installation, pytest.raises(BackupFailedError) as said:
        back_up(installation, tmp_path / "copy")
    assert "words of the library" not in str(said.value)
    assert not (tmp_path / "copy" / "data" / "manifest.json").exists()
    with open_file(home.settings.data / "service.sqlite3") as rows:
        exports = Filter(actions=frozenset({Action.EXPORT}))
        told = [one.event.outcome for one in readings(each_row(rows), exports) if one.event]
    assert told == [Outcome.DONE, Outcome.FAILED]


@pytest.mark.parametrize("part", list(Part))
def test_a_list_that_was_changed_is_refused(part: Part, home: Installed, tmp_path: Path) -> None:
    with home.opened() as installation:
        back_up(installation, tmp_path / "copy")
    keys = read_key_file(tmp_path / "copy" / "keystore" / "audit.keys")
    assert manifest.read(tmp_path / "copy", part, keys).files
    path = tmp_path / "copy" / part / manifest.NAME
    text = json.loads(path.read_bytes())
    text["manifest"]["files"] = []
    path.write_text(json.dumps(text))
    with pytest.raises(manifest.DamagedBackupError):
        manifest.read(tmp_path / "copy", part, keys)
