"""A port for a demo's service, held from when it is chosen until the service that listens there has ended.

A port that is only looked at may be taken by a second demo that begins meanwhile: a demo is filled for some seconds
before its service listens. What holds it is a lock on a file, which the service inherits.
"""

from __future__ import annotations

import fcntl
import os
import socket
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

USUAL_PORT = 8000
_TRIES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldPort:
    """A port, and the open lock that holds it: as long as any process has it open, no other demo gets the port."""

    port: int
    lock: int

    def let_go(self) -> None:
        """Close the lock here; a process that inherited it holds the port on."""
        os.close(self.lock)


def free_port() -> HeldPort | None:
    """The usual one where it is free, else another one; None where there is none."""
    for wanted in (USUAL_PORT, *(0 for _ in range(_TRIES))):
        with suppress(OSError), socket.socket() as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind(("127.0.0.1", wanted))
            held = hold(int(tried.getsockname()[1]))
            if held is not None:
                return held
    return None


def hold(port: int) -> HeldPort | None:
    """The port, held; None where a demo has it. Raises OSError."""
    path = Path(tempfile.gettempdir()) / f"practice-demo-{os.getuid()}-{port}.lock"
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        return None
    return HeldPort(port=port, lock=lock)
