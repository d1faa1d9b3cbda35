"""A restore gives back what was there, destroys again what was erased since, and serves nobody before that."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from service.admin import manifest
from service.admin import restore as restoring
from service.admin.backup import back_up
from service.admin.erasing import erase
from service.admin.errors import (
    DamagedBackupError,
    DatabaseFirstError,
    MissingDataPartError,
    MissingKeystorePartError,
    NotABackupError,
    NotEmptyError,
    UnknownErasuresError,
)
from service.admin.restore import Restored, restore
from service.audit.anchors import read_anchors
from service.audit.keys import read_key_file
from service.audit.opening import open_file
from service.audit.records import Purpose
from service.audit.store import each_row
from service.audit.verification import verify
from service.database.words import Content
from service.erasure.errors import LedgerRefusedError, MissingLedgerError
from service.housekeeping import eraser_of
from service.installation import HalfInstallationError, keystore_file
from service.keybroker.errors import RefusedError
from service.keybroker.ports import Actor
from tests.service.installed import Installed, Told
from tests.service.postgres import Server


class Lives:
    """An installation with two sessions, its backup, and a machine to restore it on."""

    def __init__(self, folder: Path, worker: Actor, one: Told, other: Told) -> None:
        self.first, self.second = Installed(folder / "first"), Installed(folder / "second")
        self.copy = folder / "copy"
        self.worker, self.one, self.other = worker, one, other

    def back_up(self) -> None:
        with self.first.opened() as installation:
            back_up(installation, self.copy)

    def erase(self, told: Told) -> None:
        with self.first.opened() as installation:
            erase(installation.parts, eraser_of(installation), told.session_id)

    def carry_ledger(self) -> None:
        """The other machine that keeps it is there as before; where nothing was erased, an empty file says so."""
        self.second.settings.ledger.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.first.settings.ledger.exists():
            shutil.copy2(self.first.settings.ledger, self.second.settings.ledger)
        else:
            self.second.settings.ledger.touch(0o600)

    def restore(self, *, despite_damage: bool = False) -> Restored:
        return restore(self.second.settings, self.copy, despite_damage=despite_damage)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Lives]:
    """To be copied: making it takes a while."""
    folder = tmp_path_factory.mktemp("lives")
    first = Installed(folder / "first")
    worker = first.worker()
    lives = Lives(folder, worker, first.session(worker, worked_on=False), first.session(worker))
    lives.back_up()
    return folder, lives


@pytest.fixture
def lives(made: tuple[Path, Lives], tmp_path: Path) -> Lives:
    folder, lives = made
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    return Lives(tmp_path, lives.worker, lives.one, lives.other)


@pytest.fixture
def copied(made: tuple[Path, Lives], tmp_path: Path) -> tuple[Path, Installed]:
    """A backup to spoil, and an empty machine with a ledger on which nothing stands."""
    shutil.copytree(made[0] / "copy", tmp_path / "copy")
    home = Installed(tmp_path / "second")
    home.settings.ledger.parent.mkdir(parents=True)
    home.settings.ledger.touch(0o600)
    return tmp_path / "copy", home


def flip(path: Path, place: int) -> None:
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)


def a_blob(copy: Path) -> Path:
    return next((copy / "data" / "blobs").glob("??/*"))


def test_all_that_was_there_opens_on_the_other_machine(lives: Lives) -> None:
    lives.carry_ledger()
    done = lives.restore()
    assert done.whole
    assert (done.keys, done.erased, done.damaged) == (2, 0, 0)
    assert done.blobs == {"opens": len(list((lives.copy / "data" / "blobs").glob("??/*")))}
    assert done.blobs["opens"] > 10
    canaries = [*lives.one.canaries, *lives.other.canaries]
    assert lives.second.scanned(canaries, keyed=True).found == lives.one.sealed | lives.other.sealed
    with lives.second.opened() as installation:
        opened = installation.parts.broker.open(
            lives.worker, lives.one.session_id, Content.DETAILS, purpose=Purpose.REFLECTION
        )
        opened.close()
        assert installation.keys.verify().whole
    assert not (lives.second.settings.data / restoring.RESTORING).exists()


def test_the_audit_of_what_was_restored_is_whole(lives: Lives) -> None:
    lives.carry_ledger()
    lives.restore()
    keys = read_key_file(lives.second.settings.keys / "audit.keys")
    with lives.second.opened() as installation:
        installation.keeper.start()
        installation.keeper.stop()
    known = read_anchors(lives.second.settings.anchors)
    with open_file(lives.second.settings.data / "service.sqlite3") as rows:
        assert verify(each_row(rows), keys, known, rows.head()).whole


def test_what_was_erased_after_the_backup_does_not_come_back(lives: Lives) -> None:
    lives.erase(lives.one)
    lives.carry_ledger()
    done = lives.restore()
    assert (done.whole, done.keys, done.erased, done.ledger_entries) == (True, 1, 1, 1)
    found = lives.second.scanned([*lives.one.canaries, *lives.other.canaries], keyed=True)
    assert found.complete
    assert found.found == lives.other.sealed
    with lives.second.opened() as installation, pytest.raises(RefusedError):
        installation.parts.broker.open(
            Actor(person_id=lives.worker.person_id, roles=lives.worker.roles, request_id=lives.worker.request_id),
            lives.one.session_id, Content.DETAILS, purpose=Purpose.REFLECTION,
        )  # fmt: skip


def test_without_the_ledger_nothing_is_restored_and_nothing_starts(lives: Lives) -> None:
    lives.erase(lives.one)
    with pytest.raises(UnknownErasuresError):
        lives.restore()
    assert not lives.second.settings.data.exists()
    lives.carry_ledger()
    lives.restore()
    lives.second.settings.ledger.unlink()
    with pytest.raises(MissingLedgerError), lives.second.opened():
        pass


def test_an_older_ledger_than_the_backup_knows_is_refused(lives: Lives) -> None:
    shutil.rmtree(lives.copy)
    lives.erase(lives.one)
    lives.back_up()
    lives.second.settings.ledger.parent.mkdir(parents=True)
    lives.second.settings.ledger.touch(0o600)
    with pytest.raises(LedgerRefusedError):
        lives.restore()
    with pytest.raises((HalfInstallationError, LedgerRefusedError)), lives.second.opened(may_begin=True):
        pass


@pytest.mark.parametrize(("part", "said"), [("keystore", MissingKeystorePartError), ("data", MissingDataPartError)])
def test_a_part_that_is_missing_is_told_before_anything_is_written(
    part: str, said: type[Exception], copied: tuple[Path, Installed]
) -> None:
    copy, home = copied
    shutil.rmtree(copy / part)
    with pytest.raises(said):
        restore(home.settings, copy)
    assert not home.settings.data.exists()


SPOILT: dict[str, Callable[[Path], None]] = {
    "database": lambda copy: flip(copy / "data" / "service.sqlite3", 5000),
    "blob": lambda copy: flip(a_blob(copy), 100),
    "keystore": lambda copy: flip(copy / "keystore" / "keystore.sqlite3", 4200),
    "epoch": lambda copy: flip(next((copy / "keystore" / "keys").iterdir()), 60),
    "secret": lambda copy: flip(copy / "keystore" / "service.key", 3),
    "a blob gone": lambda copy: a_blob(copy).unlink(),
    "a file added": lambda copy: (copy / "data" / "blobs" / "more").write_bytes(b""),
    "list": lambda copy: flip(copy / "data" / "manifest.json", 60),
}


@pytest.mark.parametrize("what", list(SPOILT))
def test_a_backup_that_is_not_as_it_was_written_is_refused_before_anything_is_written(
    what: str, copied: tuple[Path, Installed]
) -> None:
    copy, home = copied
    SPOILT[what](copy)
    with pytest.raises((DamagedBackupError, NotABackupError)):
        restore(home.settings, copy)
    assert not home.settings.data.exists()


def test_an_unfinished_backup_is_none(copied: tuple[Path, Installed]) -> None:
    copy, home = copied
    (copy / "data" / "manifest.json").unlink()
    with pytest.raises(NotABackupError):
        restore(home.settings, copy)


def test_with_a_damaged_blob_the_others_come_back_and_it_is_said(copied: tuple[Path, Installed]) -> None:
    copy, home = copied
    flip(a_blob(copy), -1)
    done = restore(home.settings, copy, despite_damage=True)
    assert not done.whole
    assert (done.damaged, done.blobs["refused"]) == (1, 1)
    assert done.blobs["opens"] == sum(done.blobs.values()) - 1


def test_a_damaged_database_or_keystore_is_never_restored(copied: tuple[Path, Installed]) -> None:
    copy, home = copied
    SPOILT["database"](copy)
    with pytest.raises(DamagedBackupError):
        restore(home.settings, copy, despite_damage=True)


def test_only_an_empty_place_is_restored_into(copied: tuple[Path, Installed]) -> None:
    copy, home = copied
    home.settings.data.mkdir(parents=True)
    (home.settings.data / "something").touch()
    with pytest.raises(NotEmptyError):
        restore(home.settings, copy)
    (home.settings.data / "something").unlink()
    assert restore(home.settings, copy).whole
    with pytest.raises(NotEmptyError):
        restore(home.settings, copy)


@pytest.mark.parametrize("dies_in", ["_put", "replay", "blob_prover"])
def test_a_restore_that_died_lets_nobody_in_and_is_begun_again(
    dies_in: str, copied: tuple[Path, Installed], monkeypatch: pytest.MonkeyPatch
) -> None:
    copy, home = copied
    usual, calls = getattr(restoring, dies_in), []

    def dying(*given: object, **named: object) -> object:
        calls.append(given)
        if dies_in != "_put" or len(calls) > 4:
            raise KeyboardInterrupt
        return usual(*given, **named)

    with monkeypatch.context() as patched:
        patched.setattr(restoring, dies_in, dying)
        with pytest.raises(KeyboardInterrupt):
            restore(home.settings, copy)
    assert not keystore_file(home.settings).exists()
    with pytest.raises(HalfInstallationError), home.opened(may_begin=True):
        pass
    assert restore(home.settings, copy).whole


def test_a_newer_keystore_fits_older_data(lives: Lives, tmp_path: Path) -> None:
    """Copies of the keystore are kept for seven days, those of data for longer."""
    with lives.first.opened() as installation:
        installation.keys.rotate()
        back_up(installation, tmp_path / "newer")
    shutil.rmtree(lives.copy / "keystore")
    shutil.copytree(tmp_path / "newer" / "keystore", lives.copy / "keystore")
    lives.carry_ledger()
    assert lives.restore().whole


@pytest.mark.slow
def test_beside_a_postgresql_the_keystore_and_the_sealed_files_come_back(tmp_path: Path, postgres: Server) -> None:
    """Its own backup brings the rows; here they never went away."""
    with postgres.fresh() as name:
        url = {"PRACTICE_DATABASE_URL": postgres.url(name)}
        first, second = Installed(tmp_path / "first", **url), Installed(tmp_path / "second", **url)
        worker = first.worker()
        gone, kept = (first.session(worker, worked_on=False) for _ in range(2))
        with first.opened() as installation:
            assert not back_up(installation, tmp_path / "copy").database
            erase(installation.parts, eraser_of(installation), gone.session_id)
        second.settings.ledger.parent.mkdir(parents=True)
        shutil.copy2(first.settings.ledger, second.settings.ledger)
        done = restore(second.settings, tmp_path / "copy")
        assert (done.whole, done.keys, done.blobs) == (True, 1, {"opens": 1})
        assert second.scanned([*gone.canaries, *kept.canaries], keyed=True).found == kept.sealed
        with second.opened() as installation:
            assert len(list(installation.parts.blobs.ids())) == 1, "a sealed file that no row names is left behind"


def test_rows_without_a_database_are_asked_for_first(copied: tuple[Path, Installed], tmp_path: Path) -> None:
    copy, home = copied
    keys = read_key_file(copy / "keystore" / "audit.keys")
    told = manifest.read(copy, manifest.Part.DATA, keys)
    for name in ("manifest.json", "service.sqlite3"):
        (copy / "data" / name).unlink()
    without = replace(told, database=False, files=manifest.listed(copy / "data"))
    manifest.keep(copy / "data", without, keys)
    with pytest.raises(DatabaseFirstError):
        restore(home.settings, copy)
