"""The walls round the process that reads a pickled checkpoint. Loaded by its path, it imports nothing of ours."""

from __future__ import annotations

import codecs
import ctypes
import os
import resource
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

_MOST_SECONDS = 120
_CODECS = ("ascii", "cp437", "latin-1", "raw-unicode-escape", "unicode-escape", "utf-8")
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_PR_SET_NO_NEW_PRIVS = 38
_FORBIDDEN_EVENTS = ("socket.", "subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.system", "os.startfile")


def confine(largest_bytes: int, media_walls: ModuleType | None, empty_folder: Path | None) -> None:
    """Shut this process in for good; memory is limited to three times ``largest_bytes``, a file to that itself.

    With the module of the media child's walls and an empty folder those are built, else the weaker ones of ours.
    """
    for codec in _CODECS:
        codecs.lookup(codec)  # reads a file the first time
    if media_walls is not None and empty_folder is not None:
        limits = media_walls.ChildLimits(
            memory_bytes=3 * largest_bytes, cpu_seconds=_MOST_SECONDS, file_bytes=largest_bytes
        )
        media_walls.build_walls(limits, empty_folder)
    else:
        _own_walls(largest_bytes)
    sys.addaudithook(_forbid)


def _own_walls(largest_bytes: int) -> None:
    for limit, value in (
        (resource.RLIMIT_AS, 3 * largest_bytes),
        (resource.RLIMIT_CPU, _MOST_SECONDS),
        (resource.RLIMIT_FSIZE, largest_bytes),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 32),
    ):
        resource.setrlimit(limit, (value, value))
    libc = ctypes.CDLL(None)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if libc.unshare(_CLONE_NEWNET) != 0:  # needs privilege; as an ordinary user, take a user namespace with it
        libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET)


def _forbid(event: str, _: tuple[Any, ...]) -> None:
    if event.startswith(_FORBIDDEN_EVENTS):
        os._exit(70)
