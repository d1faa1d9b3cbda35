"""A disk of some megabytes, in memory and mounted for the tests, that can be filled to its last page."""

from __future__ import annotations

import ctypes
import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

SIZE = 32 << 20
PAGE = 4096
"""Bytes that such a disk is shared out in."""
WHERE_NOT = "nothing can be mounted here; as this user: unshare -rm python -m pytest tests/service/full_disk"
_OWN_MOUNTS, _NOT_SHARED, _DETACH = 0x20000, 0x44000, 2
"""CLONE_NEWNS, MS_REC | MS_PRIVATE and MNT_DETACH."""
_libc = ctypes.CDLL(None, use_errno=True)


class NoMountError(Exception):
    """This user, or this container, may not mount anything."""


@dataclass(frozen=True)
class SmallDisk:
    """``folder``: what is kept there; what fills the disk lies beside it."""

    root: Path

    @property
    def folder(self) -> Path:
        return self.root / "home"

    @property
    def _filling(self) -> Path:
        return self.root / "filling"

    def free_pages(self) -> int:
        found = os.statvfs(self.root)
        return found.f_bavail * found.f_frsize // PAGE

    def leave(self, pages: int) -> None:
        """Fill the disk until no more than so many pages are free; others may write meanwhile."""
        self.empty()
        with self._filling.open("wb", buffering=0) as file:
            while (taken := self.free_pages() - pages) > 0:
                with suppress(OSError):
                    os.posix_fallocate(file.fileno(), file.seek(0, os.SEEK_END), taken * PAGE)

    def empty(self) -> None:
        """There is room again."""
        self._filling.unlink(missing_ok=True)

    @contextmanager
    def full_but(self, pages: int) -> Iterator[None]:
        self.leave(pages)
        try:
            yield
        finally:
            self.empty()


@contextmanager
def small_disk(root: Path) -> Iterator[SmallDisk]:
    """Mount one at an empty folder, for this thread and those that it starts; it is gone with them, however they end.

    Raises NoMountError.
    """
    _agreed(_libc.unshare(_OWN_MOUNTS))
    _agreed(_libc.mount(b"none", b"/", None, _NOT_SHARED, None))
    _agreed(_libc.mount(b"tmpfs", os.fsencode(root), b"tmpfs", 0, f"size={SIZE},mode=700".encode()))
    try:
        made = SmallDisk(root)
        made.folder.mkdir(mode=0o700)
        yield made
    finally:
        _libc.umount2(os.fsencode(root), _DETACH)


def _agreed(result: int) -> None:
    number = ctypes.get_errno()
    if result != 0 and number in (errno.EPERM, errno.EACCES, errno.ENOSYS):
        raise NoMountError
    if result != 0:
        raise OSError(number, os.strerror(number))
