"""Read a rubric: a shipped one or a council's own.

``python -m pipelines.rubrics check FILE`` says whether a file is a rubric; ``... seal`` closes new versions.
"""

from __future__ import annotations

import hashlib
import sys
from functools import cache
from importlib.resources import files
from pathlib import Path

from models.errors import BadInputError
from models.records.coding import Setting
from models.records.rubric import Rubric
from pipelines.rubric_reading.faults import faults_of, told
from pipelines.rubric_reading.records import rubric_of
from pipelines.rubric_reading.seal import seal
from pipelines.rubric_reading.yaml_lines import LinedYaml, YamlFaultError, lined_yaml

MOST_BYTES = 1_000_000
SHIPPED = {Setting.DIRECT_PRACTICE: "msw.v1.yaml", Setting.SUPERVISION: "supervision.v1.yaml"}


def read_rubric(path: Path) -> Rubric:
    """The rubric in a YAML file.

    Raises BadInputError: up to ten faults, one a line, each with the file's name, the line, the place and what to do.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as refused:
        raise BadInputError(f"{path.name} cannot be opened. Check the name and the folder.") from refused
    return rubric_from(content, path.name)


@cache
def shipped_rubric(setting: Setting) -> Rubric:
    """The rubric for a setting that comes with this program."""
    name = SHIPPED[setting]
    return rubric_from(files("rubric_prompts").joinpath(name).read_bytes(), name)


def rubric_from(content: bytes, file: str) -> Rubric:
    """The rubric in a YAML file's bytes; ``file`` is its name in errors. Raises BadInputError."""
    document = _document(content, file)
    faults = faults_of(document)
    if faults:
        raise BadInputError(told(faults, file))
    return rubric_of(document.value, hashlib.sha256(content).hexdigest())


def _document(content: bytes, file: str) -> LinedYaml:
    if len(content) > MOST_BYTES:
        raise BadInputError(f"{file} is larger than 1 MB, far more than any rubric. Check that it is the right file.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as refused:
        line = content.count(b"\n", 0, refused.start) + 1
        raise BadInputError(f"{file}, line {line}: is not text in UTF-8. Save it as UTF-8 and try again.") from None
    if not text.strip():
        raise BadInputError(f"{file}, line 1: is empty. Start from a copy of a shipped rubric.")
    try:
        return lined_yaml(text)
    except YamlFaultError as wrong:
        raise BadInputError(told((wrong.fault,), file)) from None


def main(arguments: list[str]) -> None:
    """``check FILE`` names a rubric or raises its faults; ``seal [FOLDER]`` lists new rubrics and prompts."""
    match arguments:
        case ["check", file]:
            rubric = read_rubric(Path(file))
            told = f"{rubric.ref.id} version {rubric.ref.version}, {rubric.ref.status}, {len(rubric.elements)} elements"
            sys.stdout.write(f"{Path(file).name} is a rubric: {told}.\n")
        case ["seal"]:
            _seal(Path("rubric_prompts"))
        case ["seal", folder]:
            _seal(Path(folder))
        case _:
            raise BadInputError("Use: python -m pipelines.rubrics check FILE, or python -m pipelines.rubrics seal")


def _seal(folder: Path) -> None:
    if not folder.is_dir():
        raise BadInputError(f"There is no folder {folder.name} here. Run this at the top of the checkout.")
    new = seal(folder)
    sys.stdout.writelines(f"{digest}  {name}\n" for name, digest in new.items())
    sys.stdout.write(f"{len(new)} new, nothing else changed.\n")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except BadInputError as wrong:
        sys.exit(str(wrong))
