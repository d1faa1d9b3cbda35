"""Files that belong to their owner alone."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from pipelines.execution.artefacts import sync_folder

LARGEST = 256 * 1024 * 1024
"""Bytes; a million anchors. Reading a part of a file would look as if its end had been cut off."""


class PublicFileError(OSError):
    """Somebody besides its owner may read or write this file."""


def read_private(path: Path) -> bytes:
    """What is in the file. Raises PublicFileError where others may open it, OSError where it cannot be read."""
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)  # a pipe must not make it wait
    with os.fdopen(handle, "rb") as opened:
        refuse_public(handle)
        if os.fstat(handle).st_size > LARGEST:
            raise OSError("this file is too large")
        return opened.read()


def refuse_public(handle: int) -> None:
    """Raise PublicFileError unless the open file is an ordinary one that only its owner may open."""
    mode = os.fstat(handle).st_mode
    if not stat.S_ISREG(mode):
        raise OSError("this is no ordinary file")
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise PublicFileError


def write_private(path: Path, content: bytes) -> None:
    """A new file of mode 0600, on the disk when this returns, or none. Raises FileExistsError, OSError."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    opened = os.open(path, flags, 0o600)
    try:
        with os.fdopen(opened, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        path.unlink()
        raise
    sync_folder(path.parent)
