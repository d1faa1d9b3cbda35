"""Watches how much memory of the GPUs a command takes, as the NVIDIA driver reports it."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType

from benchmarks.process_tree import tree

OWN, RISE = "processes", "rise of the whole GPU"
_EVERY_S = 0.2
_TIMEOUT_S = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class GpuUse:
    """Memory in use at one moment, in MB: by process, as far as the driver tells, and of all GPUs together."""

    by_process: dict[int, int]
    total: int


Look = Callable[[], GpuUse | None]


class GpuMemoryWatch:
    """Between ``with`` and its end, looks about five times a second at what the processes started here hold.

    A driver inside a container often hides processes; then what all GPUs hold beyond the first look is taken, in
    which other programs' memory counts too. ``peak_mb`` is None, and ``of`` too, where there is no GPU to ask.
    """

    def __init__(self, look: Look | None = None, processes: Callable[[], list[int]] | None = None) -> None:
        self._look = look or nvidia_smi
        self._processes = processes or (lambda: tree(os.getpid()))
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._own = self._rise = 0
        self._before: int | None = None

    def __enter__(self) -> GpuMemoryWatch:
        first = self._look()
        if first is not None:
            self._before = first.total
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        if self._thread.ident is not None:
            self._thread.join()

    @property
    def peak_mb(self) -> int | None:
        """The most that was held at any look."""
        return None if self._before is None else self._own or self._rise

    @property
    def of(self) -> str | None:
        """What ``peak_mb`` was read from: `OWN` or `RISE`."""
        return None if self._before is None else OWN if self._own else RISE

    def _watch(self) -> None:
        while not self._done.wait(_EVERY_S):
            self.note(self._look())

    def note(self, use: GpuUse | None) -> None:
        """Take one look into account."""
        if use is not None and self._before is not None:
            held = sum(use.by_process.get(pid, 0) for pid in self._processes())
            self._own = max(self._own, held)
            self._rise = max(self._rise, use.total - self._before)


def nvidia_smi() -> GpuUse | None:
    """What ``nvidia-smi`` says; None where it is not there or does not answer."""
    totals = _asked("--query-gpu=memory.used")
    if totals is None:
        return None
    return GpuUse(
        by_process=by_process(_asked("--query-compute-apps=pid,used_memory") or ""),
        total=sum(int(line) for line in totals.split() if line.isdigit()),
    )


def by_process(text: str) -> dict[int, int]:
    """MB by process from lines of ``pid, MB``; a process on several GPUs is added up, one without a number left out."""
    found: dict[int, int] = {}
    for line in text.splitlines():
        pid, _, megabytes = (part.strip() for part in line.partition(","))
        if pid.isdigit() and megabytes.isdigit():
            found[int(pid)] = found.get(int(pid), 0) + int(megabytes)
    return found


def _asked(query: str) -> str | None:
    program = shutil.which("nvidia-smi")
    if program is None:
        return None
    command = [program, query, "--format=csv,noheader,nounits"]
    try:
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=_TIMEOUT_S)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None
