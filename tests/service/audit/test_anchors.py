"""The anchor file, and when an anchor is due."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from service.audit import anchors as anchors_module
from service.audit import private_files
from service.audit.anchors import Anchor, AnchorFile, AnchorInterval, anchor_of, parse_anchors, read_anchors
from service.audit.errors import AnchorFileError
from tests.service.audit.chains import BEGUN, KEY, rows

ROWS = rows(5)
FIRST, LAST = (anchor_of(ROWS[place], KEY, BEGUN) for place in (0, 5))


def test_anchors_come_back_in_order(tmp_path: Path) -> None:
    for anchor in (FIRST, LAST):
        AnchorFile(tmp_path / "anchors").put(anchor)
    read = read_anchors(tmp_path / "anchors")
    assert (read.found, read.lines, read.damaged, read.unfinished) == ((FIRST, LAST), (1, 2), (), 0)


def test_only_the_owner_may_open_the_file(tmp_path: Path) -> None:
    AnchorFile(tmp_path / "anchors").put(FIRST)
    assert stat.S_IMODE((tmp_path / "anchors").stat().st_mode) == 0o600


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_a_file_that_others_may_open_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "anchors"
    AnchorFile(path).put(FIRST)
    path.chmod(mode)
    before = path.read_bytes()
    for attempt in (lambda: AnchorFile(path).put(LAST), lambda: read_anchors(path)):
        with pytest.raises(AnchorFileError, match="chmod 600"):
            attempt()
    assert path.read_bytes() == before


def test_a_link_to_a_file_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text("")
    (tmp_path / "anchors").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(AnchorFileError):
        AnchorFile(tmp_path / "anchors").put(FIRST)
    assert (tmp_path / "elsewhere").read_text() == ""


def test_an_anchor_is_on_the_disk_before_put_returns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is opened for appending alone; it, and once its folder, are brought to the disk after the write."""
    steps: list[str] = []
    real_open, real_write, real_sync = os.open, os.write, os.fsync

    def opened(path: object, flags: int, mode: int = 0o777) -> int:
        if flags & os.O_CREAT:
            steps.append("append" if flags & os.O_APPEND else "open")
        return real_open(path, flags, mode)  # type: ignore[call-overload,no-any-return]

    def wrote(handle: int, data: bytes) -> int:
        steps.append("write")
        return real_write(handle, data)

    def synced(handle: int) -> None:
        steps.append("sync folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "sync")
        real_sync(handle)

    monkeypatch.setattr(anchors_module.os, "open", opened)
    monkeypatch.setattr(anchors_module.os, "write", wrote)
    monkeypatch.setattr(anchors_module.os, "fsync", synced)
    AnchorFile(tmp_path / "anchors").put(FIRST)
    AnchorFile(tmp_path / "anchors").put(LAST)
    assert steps == ["append", "write", "sync", "sync folder", "append", "write", "sync"]


def test_a_full_disk_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(anchors_module.os, "write", lambda handle, data: len(data) - 1)
    with pytest.raises(AnchorFileError, match="disk is not full"):
        AnchorFile(tmp_path / "anchors").put(FIRST)


@pytest.mark.parametrize("cut", range(1, len(LAST.line()) - 1))
def test_a_line_that_a_power_failure_left_unfinished_is_no_tampering(tmp_path: Path, cut: int) -> None:
    """Wherever it was cut, and again when the next anchor was written after it."""
    path = tmp_path / "anchors"
    AnchorFile(path).put(FIRST)
    with path.open("a") as torn:
        torn.write(LAST.line()[:cut])
    read = read_anchors(path)
    assert (read.found, read.damaged, read.unfinished) == ((FIRST,), (), 1)
    AnchorFile(path).put(LAST)
    read = read_anchors(path)
    assert (read.found, read.lines, read.damaged, read.unfinished) == ((FIRST, LAST), (1, 3), (), 1)


def test_a_line_without_its_end_is_whole() -> None:
    assert parse_anchors(FIRST.line() + LAST.line().rstrip()).found == (FIRST, LAST)


@pytest.mark.parametrize("line", ["", "something", FIRST.line()[5:30], FIRST.line()[:80]])
def test_a_line_that_the_writer_cannot_have_left_is_damaged(line: str) -> None:
    """A beginning counts as unfinished only before a whole line, or at the very end without an end of its own."""
    read = parse_anchors(FIRST.line() + line + "\n")
    assert (read.found, read.damaged) == ((FIRST,), (2,))


def test_a_file_that_is_too_large_is_refused_and_not_read_in_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    AnchorFile(tmp_path / "anchors").put(FIRST)
    assert len(read_anchors(tmp_path / "anchors").found) == 1
    monkeypatch.setattr(private_files, "LARGEST", len(FIRST.line()) - 1)
    with pytest.raises(AnchorFileError, match="cannot be read"):
        read_anchors(tmp_path / "anchors")


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(AnchorFileError, match="cannot be read"):
        read_anchors(tmp_path / "anchors")


@pytest.mark.parametrize(("anchored", "place", "ms", "due"), [
    (None, 0, 0, True), (FIRST, 0, 10_000_000, False), (FIRST, 2, 0, False), (FIRST, 3, 0, True),
    (FIRST, 1, 999, False), (FIRST, 1, 1000, True), (FIRST, 1, -1, True),
])  # fmt: skip
def test_an_anchor_is_due_after_so_many_rows_or_so_much_time(
    anchored: Anchor | None, place: int, ms: int, due: bool
) -> None:
    assert AnchorInterval(rows=3, ms=1000).due(anchored, ROWS[place], BEGUN + ms) is due
