"""The coder's weights folder: written whole, read only where every byte is as written."""

from __future__ import annotations

import json
import random
from pathlib import Path

import numpy as np
import pytest

from models.coder.package import FILES, MANIFEST, read_package, write_package
from models.errors import WeightsError
from tests.coder import made_package


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_package(tmp_path / "weights", made_package.parts())
    return tmp_path / "weights"


def test_what_was_written_is_read_back(folder: Path) -> None:
    """Same graphs, same table, same combination, a digest of every file."""
    made, found = made_package.parts(), read_package(folder)
    assert found.parts.encoder_graph == made.encoder_graph
    assert found.parts.combination == made.combination
    assert found.parts.encoder == made.encoder
    assert np.array_equal(found.parts.words.rare, made.words.rare)
    assert {one.name for one in found.weights} == {f"coder/{name}" for name in (MANIFEST, *FILES)}


@pytest.mark.parametrize("name", [MANIFEST, *FILES])
def test_one_wrong_byte_anywhere_is_refused(folder: Path, name: str) -> None:
    """Thirty single bytes of each file, and its first and last; the message names the file."""
    whole = (folder / name).read_bytes()
    draw = random.Random(name)
    for place in (0, len(whole) - 1, *(draw.randrange(len(whole)) for _ in range(30))):
        wrong = bytearray(whole)
        wrong[place] ^= draw.randrange(1, 256)
        (folder / name).write_bytes(wrong)
        with pytest.raises(WeightsError, match=name):
            read_package(folder)


@pytest.mark.parametrize("name", [MANIFEST, *FILES])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(WeightsError, match=f"{name} is missing"):
        read_package(folder)


@pytest.mark.parametrize("name", [MANIFEST, *FILES])
def test_a_link_is_refused_even_to_the_right_bytes(folder: Path, name: str) -> None:
    """Nothing outside the folder is ever opened."""
    (folder / name).rename(folder.parent / "elsewhere")
    (folder / name).symlink_to(folder.parent / "elsewhere")
    with pytest.raises(WeightsError, match=name):
        read_package(folder)


@pytest.mark.parametrize("name", [MANIFEST, *FILES])
def test_a_truncated_or_empty_file_is_refused(folder: Path, name: str) -> None:
    whole = (folder / name).read_bytes()
    for size in (0, 1, len(whole) // 2, len(whole) - 1):
        (folder / name).write_bytes(whole[:size])
        with pytest.raises(WeightsError, match=name):
            read_package(folder)


def test_a_folder_in_a_files_place_is_refused(folder: Path) -> None:
    (folder / FILES[0]).unlink()
    (folder / FILES[0]).mkdir()
    with pytest.raises(WeightsError, match=FILES[0]):
        read_package(folder)


@pytest.mark.parametrize(
    "change",
    [
        {"format": "practice-coder-99"},
        {"files": {"../../secret": "0" * 64}},
        {"combination": {}},
        {"encoder": {"layers": 2}},
        {"encoder": {"layers": 2, "longest": 96, "width": 25}},
        {"version": None, "created_from": None},
    ],
    ids=["format", "files", "combination", "encoder", "width", "nothing"],
)
def test_a_sealed_but_strange_manifest_is_refused(folder: Path, change: dict[str, object]) -> None:
    """A right seal proves that the bytes are whole, not that they make sense."""
    from models.coder.sealed import _sealed

    document = json.loads((folder / MANIFEST).read_bytes())
    del document["sha256"]
    (folder / MANIFEST).write_bytes(_sealed({**document, **change}))
    with pytest.raises(WeightsError):
        read_package(folder)


def test_an_absent_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="There are no coder's weights"):
        read_package(tmp_path / "nowhere")


def test_writing_replaces_a_coder_and_keeps_its_card(folder: Path) -> None:
    """One step from the old to the new; nothing temporary stays."""
    (folder / "MODEL_CARD.md").write_text("card")
    write_package(folder, made_package.parts(seed=5))
    assert read_package(folder).parts.judge_graph == made_package.parts(seed=5).judge_graph
    assert (folder / "MODEL_CARD.md").read_text() == "card"
    assert [entry.name for entry in folder.parent.iterdir()] == [folder.name]


def test_what_else_lies_in_the_folder_stays(tmp_path: Path) -> None:
    (tmp_path / "metrics.json").write_text("mine")
    write_package(tmp_path, made_package.parts())
    assert {entry.name for entry in tmp_path.iterdir()} == {"metrics.json", MANIFEST, *FILES}
    assert (tmp_path / "metrics.json").read_text() == "mine"


def test_a_folder_that_was_left_half_written_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The old manifest goes first: new files beside an old list are never taken for a coder."""
    monkeypatch.setattr("models.coder.sealed._sealed", lambda document: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        write_package(folder, made_package.parts(seed=5))
    with pytest.raises(WeightsError, match=MANIFEST):
        read_package(folder)


def test_writing_twice_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    write_package(tmp_path / "again", made_package.parts())
    for name in (MANIFEST, *FILES):
        assert (folder / name).read_bytes() == (tmp_path / "again" / name).read_bytes()
