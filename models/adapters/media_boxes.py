"""Two questions about an mp4 file that its decoder answers badly: is it encrypted, and is its index missing?"""

from __future__ import annotations

import os
from collections.abc import Iterator

_INTO = {b"moov", b"trak", b"mdia", b"minf", b"stbl"}
_PROTECTED = {b"enca", b"encv", b"drms", b"drmi", b"encs"}
_MOST_BOXES = 4096


def is_protected(fd: int) -> bool:
    """Whether a track of the mp4 file is encrypted (common encryption or a shop's copy protection)."""
    return any(name == b"stsd" and _first_entry(fd, start) in _PROTECTED for name, start in _boxes(fd))


def lacks_index(fd: int) -> bool:
    """Whether the mp4 file has sound but no index: the recorder was stopped before it could write it."""
    names = {name for name, _ in _boxes(fd)}
    return b"moov" not in names and bool(names & {b"mdat", b"ftyp", b"moof"})


def _first_entry(fd: int, start: int) -> bytes:
    return os.pread(fd, 4, start + 12)


def _boxes(fd: int) -> Iterator[tuple[bytes, int]]:
    """Names and content offsets of the boxes down to the sample tables, a bounded number of them."""
    waiting = [(0, os.lseek(fd, 0, os.SEEK_END))]
    for _ in range(_MOST_BOXES):
        while waiting and waiting[-1][0] + 8 > waiting[-1][1]:
            waiting.pop()
        if not waiting:
            return
        at, end = waiting.pop()
        length, header = int.from_bytes(os.pread(fd, 4, at), "big"), 8
        name = os.pread(fd, 4, at + 4)
        if length == 1:
            length, header = int.from_bytes(os.pread(fd, 8, at + 8), "big"), 16
        stop = end if length == 0 else min(end, at + max(length, header))
        waiting.append((stop, end))
        yield name, at + header
        if name in _INTO and len(waiting) < 8:
            waiting.append((at + header, stop))
