"""The whole analysis, followed call by call: no process of it, in whatever language, reaches for a network."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.test_analyse import COMMAND, excerpt

ROOT = Path(__file__).resolve().parents[2]
CALLS = "connect,sendto,sendmsg,sendmmsg"
ABROAD = re.compile(r"AF_INET6?\b")
__all__ = ["excerpt"]


def reached(command: list[str], folder: Path) -> list[str]:
    """The calls that name an address of a network, of the process and of all that it starts."""
    tracer = shutil.which("strace")
    if tracer is None:
        pytest.skip("strace is not installed, so nothing was followed")
    told = folder / "calls"
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "PYTHONPATH": str(ROOT), "PRACTICE_MODELS": "/none"}
    follow = [tracer, "-f", "-qq", "-e", f"trace={CALLS}", "-o", str(told)]
    done = subprocess.run(
        [*follow, *command], env=environment, capture_output=True, text=True, check=False, timeout=280
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return [line for line in told.read_text("utf-8", "replace").splitlines() if ABROAD.search(line)]


@pytest.mark.slow
def test_the_whole_analysis_reaches_for_no_address(excerpt: Path, tmp_path: Path) -> None:
    assert reached([*COMMAND, "analyse", str(excerpt), "--out", str(tmp_path / "out")], tmp_path) == []
    assert not (tmp_path / ".cache").exists()


@pytest.mark.slow
def test_following_finds_who_does_reach_for_one(tmp_path: Path) -> None:
    """The control: a process of a process, by an address that nobody has."""
    inner = "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(('192.0.2.1', 9))"
    outer = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {inner!r}], check=True)"
    assert len(reached([sys.executable, "-c", outer], tmp_path)) == 1
