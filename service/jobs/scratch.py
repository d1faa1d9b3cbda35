"""Where plaintext may lie while a stage works on it: private folders in memory, gone with the stage or the process."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from models.errors import BadInputError

MEMORY = Path("/dev/shm")  # noqa: S108 - a file system in memory, and a folder of ours with mode 0700 in it


class ScratchError(BadInputError):
    """The folder for work in progress belongs to somebody else or is open to others. Choose another one."""


def usual_root() -> Path:
    """A folder in memory where the system has one, else among its temporary files; one for each user."""
    home = MEMORY if os.access(MEMORY, os.W_OK) else Path(tempfile.gettempdir())
    return home / f"practice-work-{os.getuid()}"


class Scratch:
    """One process's part of the root. Opening it removes what processes left there that are gone by now."""

    def __init__(self, root: Path | None = None) -> None:
        self._root = root or usual_root()
        self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
        state = self._root.lstat()
        if self._root.is_symlink() or state.st_uid != os.getuid() or state.st_mode & 0o077:
            raise ScratchError
        door = os.open(self._root, os.O_RDONLY)
        try:
            fcntl.flock(door, fcntl.LOCK_EX)  # nobody sweeps a new folder away before it is held
            self.swept = self._sweep()
            self._home = Path(tempfile.mkdtemp(prefix="worker-", dir=self._root))
            self._lock = os.open(self._home, os.O_RDONLY)
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        finally:
            os.close(door)

    @contextmanager
    def folder(self) -> Iterator[Path]:
        """An empty folder for one stage of one session; it and all in it is gone afterwards."""
        made = Path(tempfile.mkdtemp(dir=self._home))
        try:
            yield made
        finally:
            shutil.rmtree(made, ignore_errors=True)

    def close(self) -> None:
        """Remove everything of this process."""
        shutil.rmtree(self._home, ignore_errors=True)
        with suppress(OSError):
            os.close(self._lock)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _sweep(self) -> int:
        """Remove the folders that nobody holds; a stopped process holds its own still."""
        swept = 0
        for path in self._root.glob("worker-*"):
            with suppress(OSError):
                lock = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    shutil.rmtree(path)
                    swept += 1
                finally:
                    os.close(lock)
        return swept
