"""Files that belong to their owner alone."""

from __future__ import annotations

import os
import stat
from pathlib import Path

LARGEST = 256 * 1024 * 1024


class PublicFileError(OSError):
    """Somebody besides its owner may read or write this file."""


def read_private(path: Path) -> bytes:
    """What is in the file. Raises PublicFileError where others may open it, OSError where it cannot be read."""
    flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
    handle = os.open(path, flags)
    with os.fdopen(handle, "rb") as opened:
        refuse_public(handle)
        return opened.read(LARGEST)


def refuse_public(handle: int) -> None:
    """Raise PublicFileError unless the open file is an ordinary one that only its owner may open."""
    mode = os.fstat(handle).st_mode
    if not stat.S_ISREG(mode):
        raise OSError("this is no ordinary file")
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise PublicFileError
