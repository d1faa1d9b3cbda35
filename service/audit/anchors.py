"""Anchors: the number and MAC of a row, kept where who can write the database cannot write."""

from __future__ import annotations

import hmac
import os
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from pipelines.execution.artefacts import sync_folder
from service.audit.chain import Row, read_link
from service.audit.errors import AnchorFileError
from service.audit.keys import Key
from service.audit.packing import number, packed
from service.audit.private_files import PublicFileError, read_private, refuse_public

TAG = "practice-audit-anchor-1"
_FIELDS = (
    TAG, "[0-9a-f-]{32,36}", "[a-z0-9-]{1,32}", "0|[1-9][0-9]{0,17}", "[0-9a-f]{64}", "0|[1-9][0-9]{0,17}",
    "[0-9a-f]{64}",
)  # fmt: skip
_LINE = re.compile(" ".join(f"({field})" for field in _FIELDS))
"""Its first group is the tag."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """A row's number and MAC at a time in ms since 1970, sealed with the key of that name."""

    chain_id: str
    key_id: str
    sequence: int
    mac: bytes
    when_ms: int
    seal: bytes

    def line(self) -> str:
        """The anchor as a line of text."""
        return (
            f"{TAG} {self.chain_id} {self.key_id} {self.sequence} {self.mac.hex()} {self.when_ms} {self.seal.hex()}\n"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchors:
    """What an anchor file holds: anchors with the numbers of their lines, and the lines that hold none.

    ``unfinished`` counts lines that a power failure left; they are no sign of tampering, and hide no more than a
    removed line would.
    """

    found: tuple[Anchor, ...] = ()
    lines: tuple[int, ...] = ()
    damaged: tuple[int, ...] = ()
    unfinished: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AnchorInterval:
    """When the next anchor is due: after so many rows or so much time, whichever comes first.

    What came after the last anchor can be cut off unnoticed by somebody who kept a copy of the database.
    """

    rows: int = 1000
    ms: int = 300_000

    def due(self, anchored: Anchor | None, last: Row, now_ms: int) -> bool:
        """Whether ``last`` is to be anchored now. A clock that went back makes it due too."""
        if anchored is None:
            return True
        behind = last.sequence - anchored.sequence
        return behind != 0 and (behind >= self.rows or not 0 <= now_ms - anchored.when_ms < self.ms)


class AnchorPlace(Protocol):
    """Somewhere outside the database that keeps anchors: a file, a printer, a mailbox, an object store."""

    def put(self, anchor: Anchor) -> None:
        """Keep the anchor; on return it is kept even if the power fails. Raises AnchorFileError."""


def anchor_of(row: Row, key: Key, now_ms: int) -> Anchor:
    """The anchor of a row that is committed. Raises ValueError where the row holds no link."""
    chain_id = read_link(row.link).chain_id
    anchor = Anchor(
        chain_id=chain_id, key_id=key.id, sequence=row.sequence, mac=row.mac, when_ms=now_ms, seal=b""
    )  # fmt: skip
    return replace(anchor, seal=anchor_seal(key.secret, anchor))


def anchor_seal(secret: bytes, anchor: Anchor) -> bytes:
    """HMAC-SHA-256 over the tag of anchors and the anchor's fields; 32 bytes."""
    fields = packed(
        TAG.encode(), anchor.chain_id.encode(), anchor.key_id.encode(), number(anchor.sequence), anchor.mac,
        number(anchor.when_ms),
    )  # fmt: skip
    return hmac.digest(secret, fields, "sha256")


class AnchorFile:
    """An append-only file of anchors, one a line, that only its owner can read. Best on another machine's disk."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def put(self, anchor: Anchor) -> None:
        """Append the anchor and bring it to the disk. Raises AnchorFileError where that is refused."""
        try:
            new = not self._path.exists()
            flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
            handle = os.open(self._path, flags, 0o600)
            try:
                refuse_public(handle)
                _append(handle, anchor.line().encode("ascii"))
            finally:
                os.close(handle)
            if new:
                sync_folder(self._path.parent)
        except PublicFileError as public:
            raise AnchorFileError(_public(self._path)) from public
        except OSError as refused:
            raise AnchorFileError(
                f"No anchor can be written to {self._path.name}. Check the folder, and that the disk is not full."
            ) from refused


def read_anchors(path: Path) -> Anchors:
    """The anchors in a file. Raises AnchorFileError where it cannot be read; what it holds is not judged here."""
    try:
        text = read_private(path).decode("ascii", errors="replace")
    except PublicFileError as public:
        raise AnchorFileError(_public(path)) from public
    except OSError as refused:
        raise AnchorFileError(f"The anchor file {path.name} cannot be read. Check its name and whose it is.") from (
            refused
        )
    return parse_anchors(text)


def parse_anchors(text: str) -> Anchors:
    """The anchors in a file's text. An unfinished line counts as such only where the writer can have left it: as the
    last one without an end, or before a whole one.
    """  # fmt: skip
    *lines, rest = text.split("\n")
    ended = len(lines)
    if rest:
        lines.append(rest)
    matches = [_LINE.fullmatch(line) for line in lines]
    found = {place: _anchor(match) for place, match in enumerate(matches, 1) if match}
    others = [place for place in range(1, len(lines) + 1) if place not in found]
    torn = {place for place in others if (place > ended or place + 1 in found) and _begun(lines[place - 1])}
    return Anchors(
        found=tuple(found.values()), lines=tuple(found), unfinished=len(torn),
        damaged=tuple(place for place in others if place not in torn),
    )  # fmt: skip


def _begun(line: str) -> bool:
    """Whether the line is the beginning of an anchor's: whole fields, and then a part of one."""
    *whole, part = line.split(" ")
    if len(whole) >= len(_FIELDS) or not all(map(re.fullmatch, _FIELDS, whole)):
        return False
    if not whole:
        return TAG.startswith(part)
    return re.fullmatch("[a-z0-9-]{0,64}" if len(whole) == 2 else "[0-9a-f-]{0,64}", part) is not None


def _anchor(match: re.Match[str]) -> Anchor:
    _, chain_id, key_id, sequence, mac, when, seal = match.groups()
    return Anchor(
        chain_id=chain_id, key_id=key_id, sequence=int(sequence), mac=bytes.fromhex(mac), when_ms=int(when),
        seal=bytes.fromhex(seal),
    )  # fmt: skip


def _append(handle: int, line: bytes) -> None:
    """In one write, so that two processes cannot mix; after a line that was never finished, on a new one."""
    size = os.fstat(handle).st_size
    if size and os.pread(handle, 1, size - 1) != b"\n":
        line = b"\n" + line
    if os.write(handle, line) != len(line):
        raise OSError("the disk is full")
    os.fsync(handle)


def _public(path: Path) -> str:
    return f"Others may open the anchor file {path.name}. Allow it to its owner alone (chmod 600)."
