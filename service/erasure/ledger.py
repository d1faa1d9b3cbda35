"""The erasure ledger: which sessions were erased, in a file outside the data; no restored backup brings one back."""

from __future__ import annotations

import fcntl
import hmac
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from pipelines.execution.artefacts import sync_folder
from service.audit.keys import Key, Keyring
from service.audit.packing import number, packed
from service.audit.private_files import PublicFileError, refuse_public
from service.database.words import ErasureTrigger
from service.erasure.errors import (
    LedgerRefusedError,
    LedgerUnavailableError,
    MissingLedgerError,
    PublicLedgerError,
)

TAG = "practice-erasure-1"
_CAUSES = "|".join(ErasureTrigger)
_LINE = re.compile(
    rf"{TAG} ([a-z0-9-]{{1,32}}) ([0-9]{{1,18}}) ([0-9a-f]{{32}}) ({_CAUSES}) ([0-9]{{1,18}}) ([0-9a-f]{{64}})"
)
_START = bytes(32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One erased session, and when it was fenced, in ms since 1970 in UTC; numbered from 1."""

    key_id: str
    sequence: int
    session_id: str
    cause: ErasureTrigger
    when_ms: int
    mac: bytes

    def line(self) -> str:
        """The entry as a line of text."""
        return (
            f"{TAG} {self.key_id} {self.sequence} {self.session_id} {self.cause} {self.when_ms} {self.mac.hex()}\n"
        )  # fmt: skip


class ErasureLedger:
    """A file of entries, one a line, each authenticated together with the one before; for several processes at once."""

    def __init__(self, path: Path, keys: Keyring) -> None:
        self._path = path
        self._keys = keys

    def exists(self) -> bool:
        """Whether there is a ledger."""
        return self._path.exists()

    def note(self, session_id: str, cause: ErasureTrigger, now: int) -> int:
        """Append an entry unless the session has one; on the disk when this returns. Returns how many there are.

        Raises LedgerUnavailableError, LedgerRefusedError, PublicLedgerError.
        """
        new = not self.exists()
        with self._opened(os.O_RDWR | os.O_APPEND | os.O_CREAT) as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            known, whole = self._read(handle)
            if session_id not in {one.session_id for one in known}:
                if not whole:
                    os.ftruncate(handle, sum(len(one.line()) for one in known))
                entry = _entry(self._keys.current, known, session_id, cause, now)
                _append(handle, entry.line().encode("ascii"))
                known.append(entry)
            os.fsync(handle)
        if new:
            sync_folder(self._path.parent)
        return len(known)

    def entries(self) -> list[Entry]:
        """Every entry, oldest first. Raises MissingLedgerError, LedgerRefusedError, PublicLedgerError."""
        with self._opened(os.O_RDONLY) as handle:
            return self._read(handle)[0]

    def _read(self, handle: int) -> tuple[list[Entry], bool]:
        """The entries, and False where the last line was never finished: its session's key is there still."""
        text = os.pread(handle, os.fstat(handle).st_size, 0).decode("ascii", "replace")
        *lines, rest = text.split("\n")
        known: list[Entry] = []
        for line in lines:
            known.append(self._checked(line, known))
        return known, not rest

    def _checked(self, line: str, known: list[Entry]) -> Entry:
        match = _LINE.fullmatch(line)
        if match is None:
            raise LedgerRefusedError
        key_id, sequence, session_id, cause, when, mac = match.groups()
        secret = self._keys.by_id().get(key_id)
        entry = Entry(
            key_id=key_id, sequence=int(sequence), session_id=session_id, cause=ErasureTrigger(cause),
            when_ms=int(when), mac=bytes.fromhex(mac),
        )  # fmt: skip
        if secret is None or entry.sequence != len(known) + 1:
            raise LedgerRefusedError
        if not hmac.compare_digest(entry.mac, _mac(secret[1], _before(known), entry)):
            raise LedgerRefusedError
        return entry

    @contextmanager
    def _opened(self, flags: int) -> Iterator[int]:
        try:
            handle = os.open(self._path, flags | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
            try:
                refuse_public(handle)
                yield handle
            finally:
                os.close(handle)
        except PublicFileError:
            raise PublicLedgerError from None
        except FileNotFoundError:
            raise MissingLedgerError from None
        except OSError:
            raise LedgerUnavailableError from None


def _entry(key: Key, known: list[Entry], session_id: str, cause: ErasureTrigger, now: int) -> Entry:
    bare = Entry(
        key_id=key.id, sequence=len(known) + 1, session_id=session_id, cause=cause, when_ms=now, mac=b""
    )  # fmt: skip
    return replace(bare, mac=_mac(key.secret, _before(known), bare))


def _before(known: list[Entry]) -> bytes:
    return known[-1].mac if known else _START


def _mac(secret: bytes, before: bytes, entry: Entry) -> bytes:
    fields = packed(
        TAG.encode(), before, entry.key_id.encode(), number(entry.sequence), entry.session_id.encode(),
        entry.cause.encode(), number(entry.when_ms),
    )  # fmt: skip
    return hmac.digest(secret, fields, "sha256")


def _append(handle: int, line: bytes) -> None:
    if os.write(handle, line) != len(line):
        raise OSError("the disk is full")
