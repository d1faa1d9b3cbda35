"""Rules of the house that no other tool holds."""

from __future__ import annotations

import ast
import inspect
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import models.errors
from models.errors import PracticeError
from service.cli.commands import Commands
from tests.importing import importing

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("models", "pipelines", "rubric_prompts", "service")
SOURCES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
HEAVY = {"av", "ctranslate2", "faster_whisper", "librosa", "moonshine_voice", "onnxruntime", "pyannote", "torch"}
LONGEST_FILE = 350


def tracked() -> list[str]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("this is not a git checkout")
    return listed.stdout.splitlines()


def test_every_error_says_in_its_docstring_what_happened() -> None:
    """The docstring is the message a person reads."""
    leaves = [kind for _, kind in inspect.getmembers(models.errors, inspect.isclass) if issubclass(kind, PracticeError)]
    assert len(leaves) > 4
    for kind in leaves:
        assert str(kind()).endswith("."), kind


def test_importing_a_module_does_nothing_heavy() -> None:
    """A fresh interpreter that imports the whole command has loaded no model library and opened nothing."""
    code = f"import sys, service.cli.main; print(sorted({HEAVY!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_web_process_starts_without_numbers_and_office_documents() -> None:
    """Every library that it imports at once is one that people wait for when it starts."""
    late = {"numpy", "docx", "weasyprint", "alembic", "rich", "pipelines.session", "webauthn"}
    code = (
        "import sys, service.cli.main, service.api.server, service.installation, service.web_process; "
        f"from service.cli.commands import Commands; Commands()['serve']; print(sorted({late!r} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_command_has_its_module_and_says_in_a_line_what_it_is_for() -> None:
    commands = Commands()
    assert len(commands) >= 20
    for name, command in commands.items():
        assert command.name == name
        assert command.help


def test_every_module_can_be_imported() -> None:
    """Without torch, without a GPU, without weights; one interpreter for all, as importing is what takes the time."""
    found = (one.name for part in PACKAGES for one in pkgutil.walk_packages([str(ROOT / part)], f"{part}."))
    code = importing([name for name in found if not name.endswith("__main__")])
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, timeout=240)


def test_no_pickled_weights_are_shipped() -> None:
    """Safetensors, ONNX and CTranslate2 only."""
    endings = (".pkl", ".pickle", ".pt", ".pth", ".ckpt", ".joblib", ".bin")
    assert [path for path in tracked() if path.endswith(endings)] == []


def test_nothing_names_a_package_registry() -> None:
    """An installation behind a council's own mirror works from the same files."""
    hosts = ("pypi" + ".org", "pythonhosted" + ".org", "npmjs" + ".org", "deb.debian" + ".org")
    named = []
    for path in tracked():
        text = (ROOT / path).read_bytes()
        named += [f"{path}: {host}" for host in hosts if host.encode() in text]
    assert named == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_is_a_room_one_can_look_around_in(path: Path) -> None:
    """Near 300 lines at most."""
    assert len(path.read_text("utf-8").splitlines()) <= LONGEST_FILE


def test_nothing_loads_a_pickle() -> None:
    """No pickle module, and torch.load only inside the sandboxed converter."""
    found = []
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import) and any(name.name == "pickle" for name in node.names):
                found.append(path.name)
            if isinstance(node, ast.Attribute) and node.attr == "load" and ast.unparse(node.value) == "torch":
                found.append(path.name)
    assert set(found) <= {"checkpoint_reader.py"}
