"""Stage outputs under content keys."""

from __future__ import annotations

import multiprocessing
from dataclasses import dataclass
from pathlib import Path

import pytest

from models.errors import BadInputError
from pipelines.execution.artefacts import ArtefactStore, FolderInUseError, content_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """A record with a file of its own."""

    number: int
    file: Path


def stored(store: ArtefactStore, key: str = "k" * 64) -> None:
    with store.making("decode", key) as part:
        (part / "sound").write_bytes(b"abc")
        store.put("decode", key, Sound(number=7, file=part / "sound"), 1.5, part)


def test_what_was_put_is_got_back_with_its_file_in_place(tmp_path: Path) -> None:
    """A record's file moves with the artefact, and the record names its present place."""
    store = ArtefactStore(tmp_path / "s")
    with store.claim():
        stored(store)
        artefact = store.get("decode", "k" * 64, Sound)
    assert artefact is not None
    assert artefact.seconds == 1.5
    assert artefact.record.number == 7
    assert artefact.record.file.read_bytes() == b"abc"


def test_another_key_finds_nothing(tmp_path: Path) -> None:
    """Keys that share their first sixteen digits are still told apart."""
    store = ArtefactStore(tmp_path / "s")
    with store.claim():
        stored(store)
        assert store.get("decode", "k" * 16 + "x" * 48, Sound) is None


@pytest.mark.parametrize("damage", ["", "{", '{"key": 1}', "null", "[]"])
def test_a_damaged_record_counts_as_absent(tmp_path: Path, damage: str) -> None:
    """Half-written or foreign records are computed again, not crashed on."""
    store = ArtefactStore(tmp_path / "s")
    with store.claim():
        stored(store)
        next((tmp_path / "s").glob("decode-*/record.json")).write_text(damage)
        assert store.get("decode", "k" * 64, Sound) is None


def test_a_lost_file_counts_as_absent(tmp_path: Path) -> None:
    """A record without its file is of no use."""
    store = ArtefactStore(tmp_path / "s")
    with store.claim():
        stored(store)
        next((tmp_path / "s").glob("decode-*/sound")).unlink()
        assert store.get("decode", "k" * 64, Sound) is None


def test_a_stage_that_fails_leaves_nothing(tmp_path: Path) -> None:
    """Not its part folder, not the store, not the folder above it."""
    store = ArtefactStore(tmp_path / "out" / "s")

    def fail() -> None:
        with store.claim(), store.making("decode", "k" * 64) as part:
            (part / "half").write_bytes(b"x")
            raise ValueError("as planned")

    with pytest.raises(ValueError, match="as planned"):
        fail()
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_run_left_is_cleared(tmp_path: Path) -> None:
    """Part folders of an earlier run are removed on the next claim."""
    store = ArtefactStore(tmp_path / "s")
    with store.claim():
        stored(store)
    (tmp_path / "s" / ".part-decode-123").mkdir()
    with store.claim():
        assert not list((tmp_path / "s").glob(".part-*"))


def _hold(folder: Path, held: object, release: object) -> None:
    with ArtefactStore(folder).claim():
        held.set()  # type: ignore[attr-defined]
        release.wait(20)  # type: ignore[attr-defined]


def test_two_analyses_cannot_share_a_folder(tmp_path: Path) -> None:
    """The second is told so at once."""
    context = multiprocessing.get_context("spawn")
    held, release = context.Event(), context.Event()
    other = context.Process(target=_hold, args=(tmp_path / "s", held, release))
    other.start()
    try:
        assert held.wait(20)
        with pytest.raises(FolderInUseError), ArtefactStore(tmp_path / "s").claim():
            pass
    finally:
        release.set()
        other.join()


def test_a_folder_that_cannot_be_made_is_bad_input(tmp_path: Path) -> None:
    """A file stands where a folder should be."""
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInputError), ArtefactStore(tmp_path / "file" / "s").claim():
        pass


def test_equal_parts_give_equal_keys_whatever_the_order_of_settings() -> None:
    """Dictionaries are compared by content."""
    assert content_key({"a": 1, "b": 2}) == content_key({"b": 2, "a": 1})
    assert content_key({"a": 1}) != content_key({"a": 2})
