"""A rubric or prompt that was released is never edited."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from models.errors import BadInputError
from pipelines.rubric_reading.seal import USED, broken_seals, digest_of, seal, sealed, versioned_files
from pipelines.rubrics import SHIPPED, main

FOLDER = Path(__file__).resolve().parents[2] / "rubric_prompts"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "prompts").mkdir()
    for name in ("a.v1.yaml", "prompts/a.v1.md", "prompts/a.v1.schema.json"):
        (tmp_path / name).write_text(name, "utf-8")
    (tmp_path / "README.md").write_text("not versioned", "utf-8")
    seal(tmp_path)
    return tmp_path


def test_every_released_file_is_as_it_was() -> None:
    """If this fails on a changed file: take the change back, and make a new version of the file."""
    assert broken_seals(FOLDER) == ()


def test_rubrics_prompts_and_schemas_are_all_sealed() -> None:
    """Nothing that is shipped under a version is left out."""
    listed = set(sealed(FOLDER))
    assert set(SHIPPED.values()) <= listed
    assert {path.name for path in (FOLDER / "prompts").iterdir()} == {
        Path(name).name for name in listed if name.startswith("prompts/")
    }


def test_sealing_lists_what_has_a_version_and_nothing_else(folder: Path) -> None:
    """With the digest of each."""
    assert list(sealed(folder)) == ["a.v1.yaml", "prompts/a.v1.md", "prompts/a.v1.schema.json"]
    assert sealed(folder)["a.v1.yaml"] == digest_of(folder / "a.v1.yaml")
    assert versioned_files(folder) == tuple(sealed(folder))


def test_an_edited_file_breaks_its_seal_and_the_message_says_what_to_do(folder: Path) -> None:
    """One byte is enough."""
    (folder / "prompts" / "a.v1.md").write_text("prompts/a.v1.md ", "utf-8")
    (only,) = broken_seals(folder)
    assert only.startswith("prompts/a.v1.md was released and has been changed since.")
    assert "make a new version" in only


def test_sealing_again_never_changes_an_entry(folder: Path) -> None:
    """An edited file stays broken; only the new one is added."""
    before = sealed(folder)
    (folder / "a.v1.yaml").write_text("edited", "utf-8")
    (folder / "a.v2.yaml").write_text("new", "utf-8")
    assert list(seal(folder)) == ["a.v2.yaml"]
    assert {name: digest for name, digest in sealed(folder).items() if name in before} == before


def test_a_file_that_is_gone_or_not_listed_is_told(folder: Path) -> None:
    """Each in a sentence."""
    (folder / "a.v1.yaml").rename(folder / "b.v1.yaml")
    gone, new = broken_seals(folder)
    assert gone == "a.v1.yaml was released and is gone. Bring it back."
    assert new == "b.v1.yaml is not in used.json. Run: python -m pipelines.rubrics seal"


def test_the_command_prints_the_new_digests(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As sha256sum writes them."""
    (folder / "a.v2.yaml").write_text("new", "utf-8")
    main(["seal", str(folder)])
    assert capsys.readouterr().out.split("\n")[:2] == [
        f"{digest_of(folder / 'a.v2.yaml')}  a.v2.yaml",
        "1 new, nothing else changed.",
    ]
    assert "a.v2.yaml" in json.loads((folder / USED).read_text("utf-8"))


def test_the_command_names_a_good_rubric_and_refuses_another(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """So that a practice lead can check a file before it is used."""
    main(["check", str(FOLDER / "msw.v1.yaml")])
    assert capsys.readouterr().out == "msw.v1.yaml is a rubric: msw version 1, draft_unvalidated, 7 elements.\n"
    (tmp_path / "ours.yaml").write_text("- a", "utf-8")
    with pytest.raises(BadInputError, match=r"ours\.yaml, line 1"):
        main(["check", str(tmp_path / "ours.yaml")])


@pytest.mark.parametrize("arguments", [[], ["open"], ["check"], ["seal", "no-such-folder"], ["seal", ".", "."]])
def test_a_command_that_cannot_be_is_refused(arguments: list[str]) -> None:
    """With how to use it."""
    with pytest.raises(BadInputError, match=r"python -m pipelines\.rubrics check FILE|no folder"):
        main(arguments)
