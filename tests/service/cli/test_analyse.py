"""`practice analyse` before anything is analysed: what is told at once."""

from __future__ import annotations

import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from models.adapters.media_refusals import EmptyFileError, TextFileError
from models.errors import BadInputError
from models.records.coding import Setting
from pipelines.session import Choices
from service.cli import analyse as module
from service.cli import demo as demo_module
from service.cli.analyse import analyse

SOUND = b"RIFF\x24\0\0\0WAVEfmt "
"""As much as a recording is told by, before anything reads it."""
SLOW = ("onnxruntime", "service.engines", "service.analysis", "scipy.optimize")
PROGRAM = """
import sys
from service.cli.main import main
sys.argv = ["practice", "analyse", "nowhere.wav", "--out", "out"]
try:
    main()
finally:
    print([name for name in {slow!r} if name in sys.modules])
"""


def test_a_wrong_name_is_told_before_any_engine_is_loaded(tmp_path: Path) -> None:
    """One sentence, exit code 2, nothing written, and nothing slow imported."""
    root = str(Path(__file__).resolve().parents[3])
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(slow=SLOW)],
        capture_output=True, text=True, check=False, cwd=tmp_path, env={"PYTHONPATH": root},
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr == "There is no file nowhere.wav. Check the name and the folder.\n"
    assert done.stdout.strip() == "[]"
    assert not (tmp_path / "out").exists()


def test_an_empty_file_is_told_at_once(tmp_path: Path) -> None:
    """In the same words as when the decoder meets it."""
    (tmp_path / "empty.wav").touch()
    with pytest.raises(EmptyFileError):
        analyse(tmp_path / "empty.wav", tmp_path / "out")


def test_what_is_no_recording_by_its_first_bytes_is_told_at_once(tmp_path: Path) -> None:
    """No engine is needed to tell a letter from a recording."""
    (tmp_path / "letter.wav").write_text("Dear Paula, thank you for your time.", "utf-8")
    with pytest.raises(TextFileError):
        analyse(tmp_path / "letter.wav", tmp_path / "out")


def test_a_folder_is_told_at_once(tmp_path: Path) -> None:
    """A folder is not a recording."""
    with pytest.raises(BadInputError, match="is a folder"):
        analyse(tmp_path, tmp_path / "out")


def test_a_faulty_rubric_is_told_at_once(tmp_path: Path) -> None:
    """Before any engine is built, with the file's name and line."""
    (tmp_path / "visit.wav").write_bytes(SOUND)
    (tmp_path / "own.yaml").write_text("schema_version: 1\n", "utf-8")
    with pytest.raises(BadInputError, match=r"own\.yaml, line 1"):
        analyse(tmp_path / "visit.wav", tmp_path / "out", rubric=tmp_path / "own.yaml")
    assert not (tmp_path / "out").exists()


def test_a_rubric_of_another_setting_is_told_at_once(tmp_path: Path) -> None:
    """It names the setting that the rubric is for."""
    (tmp_path / "visit.wav").write_bytes(SOUND)
    own = tmp_path / "own.yaml"
    own.write_bytes(files("rubric_prompts").joinpath("supervision.v1.yaml").read_bytes())
    with pytest.raises(BadInputError, match="is a rubric for supervision"):
        analyse(tmp_path / "visit.wav", tmp_path / "out", rubric=own, setting=Setting.DIRECT_PRACTICE)


@pytest.mark.parametrize(
    ("options", "setting", "goal"),
    [
        ({}, Setting.DIRECT_PRACTICE, None),
        ({"goal": " calmer mornings "}, Setting.DIRECT_PRACTICE, "calmer mornings"),
        ({"goal": " "}, Setting.DIRECT_PRACTICE, None),
        ({"setting": Setting.SUPERVISION}, Setting.SUPERVISION, None),
        ({"rubric": "supervision.v1.yaml"}, Setting.SUPERVISION, None),
    ],
)
def test_the_analysis_gets_the_setting_and_the_goal_that_were_named(
    options: dict[str, Any], setting: Setting, goal: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rubric brings its setting; a blank goal is none."""
    asked: list[Choices] = []
    monkeypatch.setattr(module, "run_analysis", lambda file, out, choice, choices, **more: asked.append(choices))
    (tmp_path / "visit.wav").write_bytes(SOUND)
    if "rubric" in options:
        own = tmp_path / options["rubric"]
        own.write_bytes(files("rubric_prompts").joinpath(own.name).read_bytes())
        options = {"rubric": own}
    analyse(tmp_path / "visit.wav", tmp_path / "out", **options)
    assert [(one.setting, one.change_goal, one.chosen_rubric.setting) for one in asked] == [(setting, goal, setting)]


def test_the_demo_knows_what_was_agreed_before_the_session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its goal and legal status are those of its script."""
    asked: list[Choices] = []

    def analysed(file: Path, out: Path, choice: object, choices: Choices, **more: bool) -> tuple[None, None]:
        asked.append(choices)
        return None, None

    monkeypatch.setattr(demo_module, "run_analysis", analysed)
    demo_module.demo(tmp_path / "out")
    assert asked[0].change_goal is not None
    assert asked[0].change_goal.startswith("Paula to have no alcohol on school nights")
    assert asked[0].legal_status == "Section 17 Children Act 1989, child in need plan"
