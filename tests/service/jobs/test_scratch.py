"""The folders that plaintext lies in for a while."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.jobs.scratch import Scratch, ScratchError


def test_a_stages_folder_is_its_owners_alone_and_gone_afterwards(tmp_path: Path) -> None:
    with Scratch(tmp_path / "work") as scratch:
        with scratch.folder() as folder:
            (folder / "sound").write_bytes(b"speech")
            modes = {path.stat().st_mode & 0o777 for path in (folder, folder.parent, tmp_path / "work")}
        assert modes == {0o700}
        assert not folder.exists()


def test_what_a_dead_process_left_is_removed_and_a_living_ones_is_not(tmp_path: Path) -> None:
    living = Scratch(tmp_path / "work")
    dead = tmp_path / "work" / "worker-dead" / "stage"
    dead.mkdir(parents=True)
    (dead / "sound").write_bytes(b"speech")
    with living.folder() as folder, Scratch(tmp_path / "work") as after:
        assert (after.swept, dead.parent.exists(), folder.exists()) == (1, False, True)
    living.close()


def test_a_folder_that_others_can_open_is_refused(tmp_path: Path) -> None:
    (tmp_path / "work").mkdir(mode=0o755)
    with pytest.raises(ScratchError):
        Scratch(tmp_path / "work")
