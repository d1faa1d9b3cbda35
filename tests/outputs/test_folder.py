"""The folder that an analysis leaves behind."""

from __future__ import annotations

import hashlib
import stat
from pathlib import Path

import pytest

from models.records.session import Session
from pipelines.outputs import folder
from pipelines.outputs.coding_json import read_coding
from pipelines.outputs.folder import write_outputs
from pipelines.outputs.session_json import from_json
from tests.outputs.practices import small_practice
from tests.outputs.sessions import small_session
from tests.outputs.sound import hum

NAMES = ["transcript.vtt", "turns.rttm", "transcript.txt", "coding.json", "scoring.json", "report.html", "session.json"]
PRACTICE = small_practice(small_session())


def digests(out: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in out.iterdir()}


def test_six_files_are_written_with_session_json_last(tmp_path: Path) -> None:
    paths = write_outputs(small_session(), PRACTICE, None, (0.1, 0.2), tmp_path / "a" / "out")
    assert [path.name for path in paths] == NAMES
    assert sorted(path.name for path in (tmp_path / "a" / "out").iterdir()) == sorted(NAMES)
    assert from_json(paths[-1].read_bytes()) == small_session()


def test_coding_json_holds_the_flags_that_the_report_shows(tmp_path: Path) -> None:
    write_outputs(small_session(), PRACTICE, None, (), tmp_path)
    flags = [one.flags for one in read_coding(tmp_path / "coding.json").utterances]
    assert flags == [one.flags for one in PRACTICE.coding.utterances]


def test_the_same_session_gives_the_same_bytes_in_another_folder(tmp_path: Path) -> None:
    for name in ("one", "two"):
        sound = hum(2000, tmp_path / f"{name}.wav")
        write_outputs(small_session(), PRACTICE, sound, (0.5,) * 40, tmp_path / name)
    assert digests(tmp_path / "one") == digests(tmp_path / "two")


def test_no_file_names_the_folder_it_was_written_to(tmp_path: Path) -> None:
    sound = hum(500, tmp_path / "sound.wav")
    for path in write_outputs(small_session(), PRACTICE, sound, (0.5,), tmp_path / "out"):
        assert str(tmp_path).encode() not in path.read_bytes()


def test_only_the_owner_can_read_what_is_written(tmp_path: Path) -> None:
    paths = write_outputs(small_session(), PRACTICE, None, (), tmp_path / "out")
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in paths} == {0o600}


def test_a_failure_while_making_a_file_leaves_an_older_result_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_outputs(small_session(), PRACTICE, None, (), tmp_path)
    before = digests(tmp_path)

    def fail(session: Session) -> str:
        raise RuntimeError

    monkeypatch.setattr(folder, "to_json", fail)
    with pytest.raises(RuntimeError):
        write_outputs(small_session(), PRACTICE, None, (0.3,), tmp_path)
    assert digests(tmp_path) == before


def test_a_failure_while_writing_leaves_no_half_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(handle: int) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(folder.os, "fsync", fail)
    with pytest.raises(OSError, match="no space"):
        write_outputs(small_session(), PRACTICE, None, (), tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []
