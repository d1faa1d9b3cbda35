"""What this machine has, found out without importing a model library into this process.

Libraries that crash, print or take seconds to import are asked in a short-lived child; others are only looked up.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

_TIMEOUT_S = 60
_FFMPEG = "import av, json; print(json.dumps([av.__version__, str(av.ffmpeg_version_info)]))"
_CUDA = "import ctranslate2, json; print(json.dumps(ctranslate2.get_cuda_device_count()))"


def package_version(name: str) -> str | None:
    """The version of an installed package, or None."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def ffmpeg() -> tuple[str, str] | None:
    """The versions of PyAV and of the FFmpeg inside it; None where PyAV is absent or does not start."""
    found = ask(_FFMPEG)
    return (str(found[0]), str(found[1])) if isinstance(found, list) and len(found) == 2 else None


def cuda_devices() -> int:
    """How many GPUs CTranslate2 can use; 0 where it is absent or does not start."""
    found = ask(_CUDA)
    return found if isinstance(found, int) else 0


def nvidia_gpus() -> tuple[str, ...]:
    """The names of the GPUs that the NVIDIA driver reports."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return ()
    command = [program, "--query-gpu=name,memory.total,driver_version", "--format=csv,noheader"]
    try:
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=_TIMEOUT_S)
    except (OSError, subprocess.TimeoutExpired):
        return ()
    return tuple(line.strip() for line in done.stdout.splitlines() if line.strip()) if done.returncode == 0 else ()


def torch_build() -> tuple[str, str | None] | None:
    """torch's version and the CUDA version it was built for (None: CPU only); None where torch is absent."""
    spec, installed = importlib.util.find_spec("torch"), package_version("torch")
    if spec is None or spec.origin is None or installed is None:
        return None
    try:
        text = Path(spec.origin).with_name("version.py").read_text("utf-8")
    except OSError:
        return installed, None
    built = re.search(r"^cuda\b[^=]*=\s*'([\d.]+)'", text, re.MULTILINE)
    return installed, built[1] if built else None


def ask(code: str) -> Any:
    """Run a line of Python in a child of the same installation and read its answer as JSON; None if it fails."""
    environment = {name: value for name, value in os.environ.items() if name not in ("HF_TOKEN", "PYTHONPATH")}
    try:
        done = subprocess.run(
            [sys.executable, "-c", code], check=False, env=environment, capture_output=True, timeout=_TIMEOUT_S
        )
        return json.loads(done.stdout) if done.returncode == 0 else None
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None
