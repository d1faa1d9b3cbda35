"""Drives server.py: begin it, have it killed at a barrier, begin it again."""

from __future__ import annotations

import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


class Server:
    """One server in a folder; the port stays the same over its runs."""

    def __init__(self, folder: Path, **options: float) -> None:
        command = [sys.executable, "-m", "tests.service.ingest.server", str(folder), json.dumps(options)]
        self.folder = folder
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )
        self._lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()
        self.port = int(self._expect("port"))
        self.pid = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/api/v1/uploads"

    def begin(self, barrier: str = "") -> bool:
        """Start a run; False where it was killed before it served."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"barrier": barrier}) + "\n")
        said, _, number = self._lines.get(timeout=60).partition(" ")
        if said == "serving":
            self.pid = int(number)
        else:
            assert (said, int(number)) == ("ended", -signal.SIGKILL)
        return said == "serving"

    def ended(self, seconds: float) -> int | None:
        """The exit status of the run, or None where it goes on."""
        try:
            said, _, code = self._lines.get(timeout=seconds).partition(" ")
        except queue.Empty:
            return None
        assert said == "ended"
        return int(code)

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)
        assert self.ended(30) == -signal.SIGKILL

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line.strip())

    def _expect(self, word: str) -> str:
        said, _, rest = self._lines.get(timeout=60).partition(" ")
        assert said == word
        return rest


@contextmanager
def server(made: Path, folder: Path, **options: float) -> Iterator[Server]:
    """A server on a copy of a database; not begun yet."""
    shutil.copy(made, folder / "service.sqlite3")
    running = Server(folder, **({"claim_ms": 300, "spare_bytes": 0, "part_bytes": 100_000} | options))
    try:
        yield running
    finally:
        if running.pid:
            try:
                os.kill(running.pid, signal.SIGKILL)
            except ProcessLookupError:
                running.pid = 0
        running.close()
