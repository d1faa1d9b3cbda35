"""Records what a store asks of the disk, and works out what a power cut may leave of it.

The rules are the ones that a file system must keep and no more: what was written to a file is certain after an fsync of
the file, a name in a folder after an fsync of the folder; before that any of it may be there or not, in any order, and
a write may be there in half. A rename happens or does not.
"""

from __future__ import annotations

import os
import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

Names = dict[str, int]


@dataclass
class Disk:
    """The trace: each event is a kind, the number of the file or folder, and what else it needs."""

    top: Path
    events: list[tuple[Any, ...]] = field(default_factory=list)
    numbers: dict[tuple[int, int], int] = field(default_factory=dict)
    made: int = 0

    def number(self, found: os.stat_result, *, new: bool = False) -> int:
        """A number of our own for a file or folder; the system's may come round again."""
        key = (found.st_dev, found.st_ino)
        if new or key not in self.numbers:
            self.made += 1
            self.numbers[key] = self.made
        return self.numbers[key]

    def folder(self, dir_fd: int | None, path: str) -> int:
        """The number of the folder that a name is in."""
        return self.number(os.fstat(dir_fd) if dir_fd is not None else Path(path).parent.stat())

    def record(self, patch: pytest.MonkeyPatch) -> None:
        """Put a shim over every call that changes the disk."""
        real = {name: getattr(os, name) for name in ("open", "mkdir", "write", "fsync", "replace", "unlink")}

        def open_(path: Any, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
            made = real["open"](path, flags, mode, dir_fd=dir_fd)
            if flags & os.O_CREAT:
                number = self.number(os.fstat(made), new=True)
                self.events.append(("file", self.folder(dir_fd, path), Path(path).name, number))
            return int(made)

        def mkdir(path: Any, mode: int = 0o777, *, dir_fd: int | None = None) -> None:
            real["mkdir"](path, mode, dir_fd=dir_fd)
            number = self.number(os.stat(path, dir_fd=dir_fd), new=True)
            self.events.append(("folder", self.folder(dir_fd, path), Path(path).name, number))

        def write(descriptor: int, raw: Any) -> int:
            written = int(real["write"](descriptor, raw))
            self.events.append(("write", self.number(os.fstat(descriptor)), bytes(raw[:written])))
            return written

        def fsync(descriptor: int) -> None:
            real["fsync"](descriptor)
            self.events.append(("fsync", self.number(os.fstat(descriptor))))

        def replace(old: str, new: str, *, src_dir_fd: int, dst_dir_fd: int) -> None:
            number = self.number(os.stat(old, dir_fd=src_dir_fd))
            real["replace"](old, new, src_dir_fd=src_dir_fd, dst_dir_fd=dst_dir_fd)
            self.events.append(("rename", self.folder(src_dir_fd, old), new, number, old))

        def unlink(name: str, *, dir_fd: int) -> None:
            real["unlink"](name, dir_fd=dir_fd)
            self.events.append(("unname", self.folder(dir_fd, name), name))

        for shim in (mkdir, write, fsync, replace, unlink):
            patch.setattr(os, shim.__name__, shim)
        patch.setattr(os, "open", open_)

    def after(self, cut: int, dice: random.Random) -> dict[str, bytes]:
        """The files under the top, by path, that one power cut after ``cut`` events leaves."""
        folders: dict[int, Names] = {}
        files: dict[int, bytes] = {}
        synced = {number: at for at, (kind, number, *_) in enumerate(self.events[:cut]) if kind == "fsync"}
        for at, (kind, number, *more) in enumerate(self.events[:cut]):
            certain = synced.get(number, -1) > at
            if kind == "write":
                files[number] += left_of(more[0], certain, dice)
                continue
            if kind == "file":
                files[more[1]] = b""
            if kind in ("file", "folder", "rename", "unname") and (certain or dice.random() < 0.5):
                change(folders.setdefault(number, {}), kind, more)
        return dict(walk(self.number(self.top.stat()), folders, files))


def left_of(raw: bytes, certain: bool, dice: random.Random) -> bytes:
    """A write that may be there, in half, or not, with nothing where it should be."""
    kept = len(raw) if certain else dice.choice((0, len(raw) // 2, len(raw)))
    return raw[:kept] + bytes(len(raw) - kept)


def change(names: Names, kind: str, more: list[Any]) -> None:
    """Apply one change to the names of a folder."""
    if kind == "unname":
        names.pop(more[0], None)
        return
    names[more[0]] = more[1]
    if kind == "rename":
        names.pop(more[2], None)


def walk(folder: int, folders: dict[int, Names], files: dict[int, bytes]) -> Any:
    """Every file that can be reached, as path and content."""
    for name, number in folders.get(folder, {}).items():
        if number in files:
            yield name, files[number]
        for below, raw in walk(number, folders, files):
            yield f"{name}/{below}", raw
