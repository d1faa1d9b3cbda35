"""`practice analyse` before anything is analysed: what is told at once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from models.adapters.media_refusals import EmptyFileError
from models.errors import BadInputError
from service.cli.analyse import analyse

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


def test_a_folder_is_told_at_once(tmp_path: Path) -> None:
    """A folder is not a recording."""
    with pytest.raises(BadInputError, match="is a folder"):
        analyse(tmp_path, tmp_path / "out")
