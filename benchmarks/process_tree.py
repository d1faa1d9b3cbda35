"""Runs a command and watches the memory of it and everything it starts."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

PAGE_KB = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """How a command went: wall-clock seconds, peak resident MB of the whole process tree, exit code, output."""

    seconds: float
    peak_mb: float
    exit_code: int
    output: str


def measured(command: Sequence[str | Path]) -> Run:
    """Run the command; its memory is read from /proc about five times a second."""
    started = time.monotonic()
    process = subprocess.Popen([str(part) for part in command], stdout=subprocess.PIPE, text=True)
    peak = [0.0]
    done = threading.Event()
    watcher = threading.Thread(target=_watch, args=(process.pid, peak, done))
    watcher.start()
    output, _ = process.communicate()
    done.set()
    watcher.join()
    return Run(seconds=time.monotonic() - started, peak_mb=peak[0] / 1024, exit_code=process.returncode, output=output)


def _watch(root: int, peak: list[float], done: threading.Event) -> None:
    while not done.wait(0.2):
        peak[0] = max(peak[0], sum(_resident_kb(pid) for pid in tree(root)))


def tree(root: int) -> list[int]:
    """The process and everything it started that still runs: process ids."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                after_name = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            parents[int(entry.name)] = int(after_name[1])
    found = [root]
    for pid in found:
        found += [child for child, parent in parents.items() if parent == pid]
    return found


def _resident_kb(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE_KB
    except (OSError, IndexError):
        return 0
