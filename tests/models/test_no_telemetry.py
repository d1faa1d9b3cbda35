"""onnxruntime tells its maker nothing and keeps no id of the machine, however it is reached (SECURITY P11).

Its telemetry is compiled code, which no hook of Python sees. What can be seen is the folder in which it keeps its id
and what it has not sent yet: with telemetry on, a first session makes that folder.
"""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NETWORK = """
from importlib.metadata import distribution
inside = distribution("faster-whisper").files
network = next(file.locate() for file in inside if file.name.startswith("silero") and file.suffix == ".onnx")
"""
BARE = f"{NETWORK}\nimport onnxruntime\nonnxruntime.InferenceSession(str(network), providers=['CPUExecutionProvider'])"
OURS = "from models.adapters.silero_speech_detector import SileroSpeechDetector\nSileroSpeechDetector()"
needs_runtime = pytest.mark.skipif(
    any(importlib.util.find_spec(name) is None for name in ("onnxruntime", "faster_whisper")),
    reason="onnxruntime and faster-whisper are not installed",
)


def left_behind(code: str, home: Path, **more: str) -> list[str]:
    """The files that a process leaves in its home, where nothing in the environment has telemetry off already."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "PYTHONPATH": str(ROOT), **more}
    subprocess.run([sys.executable, "-B", "-c", code], env=environment, check=True, timeout=120, capture_output=True)
    return [path.name for path in home.rglob("*") if path.is_file()]


@needs_runtime
def test_our_networks_leave_no_id_of_the_machine_and_nothing_to_send(tmp_path: Path) -> None:
    assert left_behind(OURS, tmp_path, ORT_DISABLE_TELEMETRY="0") == []


@needs_runtime
def test_without_our_setting_the_library_would_leave_them(tmp_path: Path) -> None:
    """The control: where this fails, the library has no telemetry any more, or keeps it elsewhere: look again."""
    assert "deviceid" in left_behind(BARE, tmp_path)


def test_whatever_imports_the_library_is_in_the_package_that_turns_it_off() -> None:
    importing = re.compile(r"^\s*(?:import|from) (?:onnxruntime|moonshine_voice|faster_whisper)\b", re.MULTILINE)
    roots = ("models", "pipelines", "rubric_prompts", "service")
    found = {path.relative_to(ROOT).parts[0] for name in roots for path in (ROOT / name).rglob("*.py")
             if importing.search(path.read_text("utf-8"))}  # fmt: skip
    assert found == {"models"}
