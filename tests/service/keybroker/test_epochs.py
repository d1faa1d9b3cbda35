"""Files of epochs: what is on the disk before what, so that a power cut leaves a whole key or none."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from service.keybroker.epochs import EpochFolder
from service.keybroker.errors import LostEpochError
from service.keybroker.wrapping import new_kek
from tests.service.keybroker.places import Place


class Watched:
    """What was synced, and which steps were reached, in their order."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.events: list[str] = []
        really = os.fsync

        def fsync(descriptor: int) -> None:
            self.events.append(f"fsync {Path(f'/proc/self/fd/{descriptor}').readlink().name}")
            really(descriptor)

        monkeypatch.setattr(os, "fsync", fsync)
        self.epochs = EpochFolder(folder, lambda step: self.events.append(str(step)))


def test_a_new_key_is_on_the_disk_before_its_name_and_its_name_before_it_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched = Watched(tmp_path, monkeypatch)
    watched.epochs.write(new_kek(1))
    synced = ["fsync epoch.part", "part-synced", "epoch-named", f"fsync {tmp_path.name}", "epoch-synced"]
    assert watched.events == ["part-written", *synced]


def test_zeros_are_on_the_disk_before_an_old_keys_name_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    watched = Watched(tmp_path, monkeypatch)
    watched.epochs.write(new_kek(1))
    watched.events.clear()
    watched.epochs.destroy(1)
    name = f"epoch-{1:019d}.key"
    gone = ["old-overwritten", "old-unlinked", f"fsync {tmp_path.name}", "old-gone"]
    assert watched.events == [f"fsync {name}", *gone]


def test_the_databases_name_is_on_the_disk_before_the_first_key_is_made(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched = Watched(place.epochs, monkeypatch)
    (place.folder / "apart").mkdir()
    place.database = place.folder / "apart" / "keystore.sqlite3"
    place.open(first_start=True, reached=lambda step: watched.events.append(str(step)))
    assert "fsync apart" in watched.events[: watched.events.index("database-made")]


def test_a_key_is_read_as_it_was_written(tmp_path: Path) -> None:
    epochs, kek = EpochFolder(tmp_path, lambda step: None), new_kek(7)
    epochs.write(kek)
    assert epochs.read(7) == kek
    assert epochs.present() == [7]


def test_a_file_under_another_epochs_name_is_refused(tmp_path: Path) -> None:
    epochs = EpochFolder(tmp_path, lambda step: None)
    epochs.write(new_kek(7))
    (tmp_path / f"epoch-{7:019d}.key").rename(tmp_path / f"epoch-{8:019d}.key")
    with pytest.raises(LostEpochError):
        epochs.read(8)


def test_a_link_in_the_place_of_a_key_is_not_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    EpochFolder(elsewhere, lambda step: None).write(new_kek(1))
    name = f"epoch-{1:019d}.key"
    (tmp_path / name).symlink_to(elsewhere / name)
    with pytest.raises(LostEpochError):
        EpochFolder(tmp_path, lambda step: None).read(1)


def test_what_is_left_of_an_unfinished_key_is_overwritten_and_removed(tmp_path: Path) -> None:
    part, keeping = tmp_path / "epoch.part", tmp_path / "keeping"
    part.write_bytes(b"half a key")
    keeping.hardlink_to(part)
    EpochFolder(tmp_path, lambda step: None).sweep()
    assert not part.exists()
    assert set(keeping.read_bytes()) == {0}
