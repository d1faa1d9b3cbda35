"""One stream of bytes, searched block by block, with every compressed stream inside it opened on the way.

gzip, zlib and zip members are opened wherever they start, so a damaged archive gives up what can still be unpacked, and
a compressed value inside a database page is found too.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from service.admin.canary_forms import Pattern
from service.admin.canary_search import Search

_TRIAL = 64
"""Bytes on which a compressed stream is tried first: two bytes that look like zlib's start come up by chance."""
_SLICE = 16 * 1024
_PIECE = 1024 * 1024
_PLAUSIBLE = 256
_ZIP_HEADER, _ZIP_NEWEST = 30, 63
_GZIP, _ZIP = b"\x1f\x8b\x08", b"PK\x03\x04"
_SECOND = {
    kind: np.isin(np.arange(256), values)
    for kind, values in {"gzip": (0x8B,), "zip": (ord("K"),), "zlib": (0x01, 0x5E, 0x9C, 0xDA)}.items()
}
_WINDOWS = {"gzip": 31, "zlib": 15, "zip": -15}

Found = Callable[[int, str, Pattern], None]
"""Told (offset in the innermost stream, path such as ``gzip@120``, pattern) of each hit."""


class Reason(StrEnum):
    """Why something was not looked into, or not to its end."""

    NOT_A_FILE = "socket, pipe or device"
    UNREADABLE = "could not be read"
    GONE = "went away while it was scanned"
    DAMAGED = "a compressed member is damaged or cut short"
    LOCKED = "a zip member is encrypted or packed in a way that is not opened"
    DEEP = "compressed more often over than is opened"
    LARGE = "unpacks to more than is opened"
    MANY = "more compressed members at one time than are opened"
    SEALED = "a sealed blob did not open"


@dataclass(slots=True, kw_only=True)
class Allowance:
    """What may still be unpacked from one file, and what was left out of it."""

    bytes_left: int
    depth: int = 3
    members: int = 64
    left_out: set[Reason]


class Stream:
    """Feed it blocks in order, then `finish`. Holds one block and the tail of the one before."""

    def __init__(self, search: Search, found: Found, allowance: Allowance, path: str = "", depth: int = 0) -> None:
        self._search, self._found, self._allowance = search, found, allowance
        self._path, self._depth = path, depth
        self._tail, self._past = b"", 0
        self._members: list[_Member] = []

    def feed(self, block: bytes) -> None:
        """Search the next bytes."""
        for member in self._members:
            member.feed(memoryview(block))
        data = self._tail + block
        for start, pattern in self._search.hits(data):
            if start + len(pattern.data) > len(self._tail):
                self._found(self._past + start, self._path, pattern)
        for start, kind in _starts(data, len(self._tail)):
            self._open(data, start, kind)
        self._members = [member for member in self._members if not member.done]
        keep = min(len(data), max(self._search.longest - 1, len(_ZIP) - 1))
        self._past += len(data) - keep
        self._tail = data[len(data) - keep :]

    def finish(self) -> None:
        """Nothing follows: members that have not ended are cut short."""
        for member in self._members:
            member.finish()
        self._members = []

    def _open(self, data: bytes, start: int, kind: str) -> None:
        offset = self._past + start
        if self._depth == self._allowance.depth:
            if kind != "zlib":
                self._allowance.left_out.add(Reason.DEEP)
            return
        view = memoryview(data)[start:]
        if len(self._members) >= self._allowance.members:
            self._members = [member for member in self._members if not member.done]
        if len(self._members) >= self._allowance.members:
            self._allowance.left_out.add(Reason.MANY)
            return
        path = f"{self._path}{kind}@{offset}/"
        inner = Stream(self._search, self._found, self._allowance, path, self._depth + 1)
        member = _Member(kind, inner, self._allowance, at_start=offset == 0)
        member.feed(view)
        self._members.append(member)


class _Member:
    """One compressed stream that started somewhere and ends where it says, or breaks."""

    def __init__(self, kind: str, inner: Stream, allowance: Allowance, *, at_start: bool) -> None:
        self._kind, self._inner, self._allowance = kind, inner, allowance
        self._sure = at_start
        self._header: bytes | None = b"" if kind == "zip" else None
        self._engine = zlib.decompressobj(wbits=_WINDOWS[kind])
        self._made = 0
        self.done = False

    def feed(self, data: memoryview) -> None:
        """Unpack the next compressed bytes."""
        if self._header is not None:
            data = self._past_header(data)
        for at in range(0, len(data), _SLICE):
            if self.done:
                return
            self._slice(data[at : at + _SLICE])

    def finish(self) -> None:
        """The stream around it is over."""
        if not self.done:
            self._broken()

    def _past_header(self, data: memoryview) -> memoryview:
        self._header = (self._header or b"") + bytes(data[: _ZIP_HEADER + 2 * 65535])
        had = len(self._header) - min(len(data), _ZIP_HEADER + 2 * 65535)
        if len(self._header) < _ZIP_HEADER:
            return data[:0]
        flags, method = (int.from_bytes(self._header[at : at + 2], "little") for at in (6, 8))
        size = _ZIP_HEADER + sum(int.from_bytes(self._header[at : at + 2], "little") for at in (26, 28))
        version, named = (int.from_bytes(self._header[at : at + 2], "little") for at in (4, 26))
        if (flags & 1 or method not in (0, 8)) and version <= _ZIP_NEWEST and named:
            self._allowance.left_out.add(Reason.LOCKED)
        if flags & 1 or method != 8:  # what is stored as it is was found in the stream around it
            self.done = True
            return data[:0]
        if len(self._header) < size:
            return data[:0]
        self._header = None
        return data[size - had :]

    def _slice(self, data: memoryview) -> None:
        before, told = self._engine.copy(), self._made
        try:
            for piece in _pieces(self._engine, data):
                self._tell(piece)
                if self.done:
                    return
        except zlib.error:
            self._rescue(before, data, self._made - told)
            self._broken()
            return
        if self._engine.eof:
            self._inner.finish()
            self.done = True

    def _tell(self, piece: bytes) -> None:
        self._made += len(piece)
        self._allowance.bytes_left -= len(piece)
        if self._allowance.bytes_left < 0:
            self._allowance.left_out.add(Reason.LARGE)
            self._inner.finish()
            self.done = True
        elif piece:
            self._inner.feed(piece)

    def _rescue(self, engine: zlib._Decompress, data: memoryview, told: int) -> None:
        """zlib keeps back what it unpacked in the call that failed; byte by byte it comes out up to the damage."""
        made = bytearray()
        with suppress(zlib.error):
            for at in range(len(data)):
                made += engine.decompress(data[at : at + 1])
        self._tell(bytes(made[told:]))

    def _broken(self) -> None:
        self._inner.finish()
        self.done = True
        if self._sure or (self._kind != "zlib" and self._made >= _PLAUSIBLE):
            self._allowance.left_out.add(Reason.DAMAGED)


def _pieces(engine: zlib._Decompress, data: memoryview) -> Iterator[bytes]:
    pending: bytes | memoryview = data
    while True:
        piece = engine.decompress(pending, _PIECE)
        yield piece
        pending = engine.unconsumed_tail
        if engine.eof or (not pending and len(piece) < _PIECE):
            return


def _starts(data: bytes, seen: int) -> Iterator[tuple[int, str]]:
    """Where something compressed may start, if its first bytes do not lie wholly in the first ``seen``."""
    for magic, kind in ((_GZIP, "gzip"), (_ZIP, "zip")):
        for at in _pairs(data, max(0, seen - len(magic) + 1), magic[0], _SECOND[kind]):
            if data.startswith(magic, at):
                yield at, kind
    view = memoryview(data)
    for at in _pairs(data, max(0, seen - 1), ord("x"), _SECOND["zlib"]):
        if _starts_well(view[at : at + _TRIAL]):
            yield at, "zlib"


def _pairs(data: bytes, first: int, byte: int, second: NDArray[np.bool_]) -> list[int]:
    """Places from ``first`` on with ``byte`` before one of ``second``; faster than looking for each pair in turn."""
    values = np.frombuffer(data, dtype=np.uint8)[first:]
    near = np.flatnonzero(values[:-1] == byte)
    places: list[int] = (near[second[values[near + 1]]] + first).tolist()
    return places


def _starts_well(view: memoryview) -> bool:
    block = view[2] >> 1 & 3 if len(view) > 2 else 1
    if block == 3 or (block == 0 and len(view) > 6 and (view[3] ^ view[5], view[4] ^ view[6]) != (255, 255)):
        return False  # what zlib would say too, at a tenth of the time
    try:
        zlib.decompressobj().decompress(view)
    except zlib.error:
        return False
    return True
