"""The demo's service as a process of its own, which goes on when the command that began it has ended."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from models.errors import MissingPartError
from service.demo.ports import HeldPort, free_port, hold

PATIENCE_S = 60.0


class DemoServiceError(MissingPartError):
    """The demo's service did not start. What it said last stands in the file `log` of its folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """The service of one demo folder: its data, its port, its process. ``held``: the port, before there is one."""

    folder: Path
    port: int
    pid: int = 0
    held: HeldPort | None = field(default=None, compare=False)

    @property
    def url(self) -> str:
        """Where its pages are."""
        return f"http://localhost:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """The settings it runs with; it is reached from this machine alone."""
        return {
            "PRACTICE_DATA": str(self.folder / "data"),
            "PRACTICE_KEYS": str(self.folder / "keys"),
            "PRACTICE_PORT": str(self.port),
            "PRACTICE_URL": self.url,
        }

    def is_ready(self) -> bool:
        """Whether it answers."""
        with suppress(OSError), urllib.request.urlopen(f"{self.url}/readyz", timeout=5) as answer:  # noqa: S310 - its own
            return bool(answer.status == 200)
        return False


def at(folder: Path) -> Running:
    """The demo of a folder: as it was begun, or at the usual port or another one that is free and is held from now on.

    Raises DemoServiceError where no port is free.
    """
    with suppress(OSError, ValueError, KeyError):
        kept = json.loads((folder / "running.json").read_text("utf-8"))
        return Running(folder=folder, port=int(kept["port"]), pid=int(kept["pid"]))
    held = _free()
    return Running(folder=folder, port=held.port, held=held)


def start(found: Running) -> Running:
    """Begin it and wait until it answers; one that answers already is left alone. Raises DemoServiceError.

    Where another demo has its port by now, it is begun at one that is free.
    """
    if found.pid and _is_ours(found) and found.is_ready():
        return found
    held = found.held or hold(found.port) or _free()
    found = replace(found, port=held.port, held=None)
    with (found.folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "service.cli", "serve"],
            env=os.environ | found.environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            pass_fds=(held.lock,),
        )
    held.let_go()
    begun = Running(folder=found.folder, port=found.port, pid=process.pid)
    (found.folder / "running.json").write_text(json.dumps({"port": begun.port, "pid": begun.pid}), "utf-8")
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until and process.poll() is None:
        if begun.is_ready():
            return begun
        time.sleep(0.2)
    stop(begun)
    raise DemoServiceError


def stop(found: Running) -> bool:
    """Ask it to stop, and wait; whether there was one."""
    (found.folder / "running.json").unlink(missing_ok=True)
    if not found.pid or not _is_ours(found):
        return False
    os.kill(found.pid, signal.SIGTERM)
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until and _is_ours(found):
        time.sleep(0.1)
    return True


def _free() -> HeldPort:
    held = free_port()
    if held is None:
        raise DemoServiceError
    return held


def _is_ours(found: Running) -> bool:
    """Whether the process is the one that was begun for this folder, and no other one that has its number now."""
    with suppress(OSError):
        given = Path(f"/proc/{found.pid}/environ").read_bytes().split(b"\0")
        return f"PRACTICE_DATA={found.environment['PRACTICE_DATA']}".encode() in given
    return False
