"""A scan looks at everything under its roots, follows nothing, and says what it could not look at."""

from __future__ import annotations

import io
import os
import random
import socket
import sqlite3
import subprocess
import sys
import tracemalloc
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from models.errors import BadInputError
from service.admin import canaries
from service.admin.canaries import Canary, Finding, Limits, Reason, ScanReport, scan, sound_canary, text_canary

MARK = text_canary("mark")
TEXT = MARK.data.decode()


def places(report: ScanReport) -> list[tuple[str, str, str, int]]:
    return [(Path(one.file).name, one.place, one.packed, one.offset) for one in report.findings]


def reasons(report: ScanReport) -> list[Reason]:
    return [one.reason for one in report.skipped]


def test_a_finding_names_file_offset_and_form_and_nothing_around(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "note.txt").write_bytes(b"secret " + MARK.data + b" words")
    report = scan([tmp_path], [MARK])
    where = str(tmp_path / "below" / "note.txt")
    assert report.findings == (Finding(canary="mark", file=where, place="content", form="raw", packed="", offset=7),)
    assert (report.files, report.bytes, report.complete) == (1, 7 + len(TEXT) + 6, True)
    assert "secret" not in repr(report)
    assert TEXT not in repr(report)


def test_a_canary_across_the_border_of_two_blocks_is_found_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(canaries, "_BLOCK", 4096)
    places_of = [4096 * (n + 1) - n for n in range(len(TEXT) + 2)]
    chance = random.Random(1)
    content = bytearray(chance.randbytes(4096 * 40))
    for place in places_of:
        content[place : place + len(TEXT)] = MARK.data
    (tmp_path / "blob").write_bytes(content)
    assert [one.offset for one in scan([tmp_path], [MARK]).findings] == places_of


def test_a_clean_folder_gives_no_finding(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    (tmp_path / "blob").write_bytes(random.Random(2).randbytes(1 << 21))
    report = scan([tmp_path], [MARK, sound_canary("sound")])
    assert (report.findings, report.skipped, report.files) == ((), (), 2)


def test_a_canary_in_a_name_is_found_and_the_name_is_not_repeated(tmp_path: Path) -> None:
    folder = tmp_path / f"visit {TEXT.upper()}"
    folder.mkdir()
    (folder / "inside.txt").write_bytes(MARK.data)
    report = scan([tmp_path], [MARK])
    assert [one.place for one in report.findings] == ["name", "content"]
    assert f"<inode {folder.stat().st_ino}>" in report.findings[1].file
    assert TEXT.lower() not in repr(report).lower()


def test_a_canary_in_an_attribute_is_found(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    try:
        os.setxattr(file, "user.title", b"a " + MARK.data)
    except OSError:
        pytest.skip("this file system keeps no attributes")
    assert places(scan([tmp_path], [MARK])) == [("file", "attribute", "", 2)]


def test_links_are_read_but_not_followed(tmp_path: Path) -> None:
    outside, inside = tmp_path / "outside", tmp_path / "inside"
    outside.mkdir()
    inside.mkdir()
    (outside / "file").write_bytes(MARK.data)
    (inside / "to-file").symlink_to(outside / "file")
    (inside / "to-folder").symlink_to(outside)
    (inside / "to-itself").symlink_to(inside)
    assert scan([inside], [MARK]).findings == ()
    (inside / "named").symlink_to(f"/nowhere/{TEXT}")
    assert places(scan([inside], [MARK])) == [("named", "target", "", 9)]


def test_sockets_and_pipes_are_not_opened_and_said(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as listening:
        here = Path.cwd()
        os.chdir(tmp_path)  # a socket's path has to be short
        try:
            listening.bind("socket")
        finally:
            os.chdir(here)
        report = scan([tmp_path], [MARK])
    assert reasons(report) == [Reason.NOT_A_FILE, Reason.NOT_A_FILE]
    assert report.complete


@pytest.mark.parametrize("refused", ["file", "folder"])
def test_what_cannot_be_read_is_said_and_the_rest_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refused: str
) -> None:
    """Refused by a stand-in for the kernel, because tests may run as a person whom it refuses nothing."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "file").write_bytes(b"closed")
    (tmp_path / "other").write_bytes(MARK.data)
    opened, listed = os.open, Path.iterdir

    def guarded_open(path: Path, flags: int) -> int:
        if Path(path).name == refused:
            raise PermissionError
        return opened(path, flags)

    def guarded_list(folder: Path) -> Iterator[Path]:
        if folder.name == refused:
            raise PermissionError
        return listed(folder)

    monkeypatch.setattr(canaries.os, "open", guarded_open)
    monkeypatch.setattr(Path, "iterdir", guarded_list)
    report = scan([tmp_path], [MARK])
    assert [(Path(one.file).name, one.reason) for one in report.skipped] == [(refused, Reason.UNREADABLE)]
    assert not report.complete
    assert report.found == {"mark"}


def test_zip_members_are_opened_stored_or_packed(tmp_path: Path) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("packed.txt", b"-" * 500 + MARK.data, zipfile.ZIP_DEFLATED)
        archive.writestr("stored.txt", MARK.data, zipfile.ZIP_STORED)
    (tmp_path / "a.zip").write_bytes(b"before" + made.getvalue())
    report = scan([tmp_path], [MARK])
    assert {(one.packed, one.offset) for one in report.findings} >= {("zip@6/", 500)}
    assert {one.packed for one in report.findings} == {"zip@6/", ""}
    assert report.complete


def test_a_zip_without_its_list_of_members_is_opened_all_the_same(tmp_path: Path) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", b"-" * 500 + MARK.data)
        archive.writestr("b.txt", random.Random(3).randbytes(5000))
    (tmp_path / "a.zip").write_bytes(made.getvalue()[:2000])
    report = scan([tmp_path], [MARK])
    assert places(report) == [("a.zip", "content", "zip@0/", 500)]


def test_a_locked_zip_member_is_said(tmp_path: Path) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", b"-" * 500)
    locked = bytearray(made.getvalue())
    locked[6] |= 1
    (tmp_path / "a.zip").write_bytes(locked)
    assert reasons(scan([tmp_path], [MARK])) == [Reason.LOCKED]


def test_sealed_blobs_are_opened_only_with_a_key_and_failures_are_said(tmp_path: Path) -> None:
    (tmp_path / "good.sealed").write_bytes(bytes(byte ^ 0x5A for byte in b"ab" + MARK.data))
    (tmp_path / "bad.sealed").write_bytes(b"bad")
    (tmp_path / "plain").write_bytes(b"plain")

    def unseal(path: Path) -> Iterator[bytes] | None:
        if path.suffix != ".sealed":
            return None
        if path.stem == "bad":
            raise RuntimeError("key")
        return iter([bytes([byte ^ 0x5A]) for byte in path.read_bytes()])

    assert scan([tmp_path], [MARK]).findings == ()
    report = scan([tmp_path], [MARK], unseal=unseal)
    assert places(report) == [("good.sealed", "sealed", "", 2)]
    assert [(Path(one.file).name, one.reason) for one in report.skipped] == [("bad.sealed", Reason.SEALED)]


def test_a_deleted_file_that_a_process_holds_open_is_found(tmp_path: Path) -> None:
    kept = tmp_path / "spool"
    with kept.open("wb+") as file:
        file.write(b"abc" + MARK.data)
        file.flush()
        assert scan([], [MARK], processes=[os.getpid()]).findings == ()
        kept.unlink()
        assert scan([tmp_path], [MARK]).findings == ()
        report = scan([tmp_path], [MARK], processes=[os.getpid()])
        assert [(one.file, one.offset) for one in report.findings] == [(f"/proc/{os.getpid()}/fd/{file.fileno()}", 3)]


def test_a_process_that_has_ended_is_said(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    report = scan([tmp_path], [MARK], processes=[ended.pid])
    assert reasons(report) == [Reason.GONE]
    assert not report.complete


def test_hits_beyond_the_limit_are_counted_not_kept(tmp_path: Path) -> None:
    other = text_canary("other")
    (tmp_path / "many").write_bytes(MARK.data * 50 + other.data)
    report = scan([tmp_path], [MARK, other], limits=Limits(told=5))
    assert (len(report.findings), report.untold) == (5, 46)
    assert report.found == {"mark", "other"}


def test_a_root_that_is_missing_is_refused_without_naming_it(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="Folder 2 of the 2 to scan does not exist") as refused:
        scan([tmp_path, tmp_path / "mistyped"], [MARK])
    assert "mistyped" not in str(refused.value)


@pytest.mark.parametrize("given", [[], [MARK, Canary(name="mark", content=b"0123456789 another one")]])
def test_a_scan_for_nothing_or_for_two_of_one_name_is_refused(tmp_path: Path, given: list[Canary]) -> None:
    with pytest.raises(BadInputError, match="at least one canary"):
        scan([tmp_path], given)


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    def peak(mib: int) -> int:
        with (tmp_path / "blob").open("wb") as file:
            for seed in range(mib):
                file.write(random.Random(seed).randbytes(1 << 20))
        tracemalloc.start()
        scan([tmp_path], [MARK])
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    assert peak(24) < peak(4) * 1.2


@pytest.mark.parametrize(("secure", "journal"), [("ON", "WAL"), ("OFF", "WAL"), ("ON", "DELETE"), ("OFF", "DELETE")])
def test_deleted_rows_stay_on_the_disk_exactly_without_secure_delete(tmp_path: Path, secure: str, journal: str) -> None:
    """The residue of SECURITY.md's F7, found in pages that no row names any more."""
    path = tmp_path / "service.sqlite"
    database = sqlite3.connect(path, isolation_level=None)
    database.execute(f"PRAGMA journal_mode={journal}")
    database.execute(f"PRAGMA secure_delete={secure}")
    database.execute("CREATE TABLE note (id INTEGER PRIMARY KEY, words TEXT)")
    planted = [text_canary(f"note {n}") for n in range(200)]
    database.executemany("INSERT INTO note (words) VALUES (?)", [(f"note: {one.data.decode()}",) for one in planted])
    assert scan([tmp_path], planted).found == {one.name for one in planted}
    database.execute("DELETE FROM note")
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert database.execute("SELECT count(*) FROM note").fetchone() == (0,)
    left = scan([tmp_path], planted)
    database.close()
    assert left.complete
    assert len(left.found) == (0 if secure == "ON" else len(planted))


def test_a_log_that_was_not_folded_back_keeps_deleted_rows_even_with_secure_delete(tmp_path: Path) -> None:
    database = sqlite3.connect(tmp_path / "service.sqlite", isolation_level=None)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA secure_delete=ON")
    database.execute("CREATE TABLE note (words TEXT)")
    database.execute("INSERT INTO note VALUES (?)", [TEXT])
    database.execute("DELETE FROM note")
    report = scan([tmp_path], [MARK])
    database.close()
    assert {Path(one.file).name for one in report.findings} == {"service.sqlite-wal"}


def test_a_journal_that_is_kept_holds_the_row_as_it_was(tmp_path: Path) -> None:
    database = sqlite3.connect(tmp_path / "service.sqlite", isolation_level=None)
    database.execute("PRAGMA journal_mode=PERSIST")
    database.execute("PRAGMA secure_delete=ON")
    database.execute("CREATE TABLE note (words TEXT)")
    database.execute("INSERT INTO note VALUES (?)", [TEXT])
    database.execute("DELETE FROM note")
    report = scan([tmp_path], [MARK])
    database.close()
    assert {Path(one.file).name for one in report.findings} == {"service.sqlite-journal"}
