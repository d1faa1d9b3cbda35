"""Blobs in memory, and content that can be told apart from any other, for the tests of blobs."""

from __future__ import annotations

import hashlib

from service.blobs.reader import BlobReader, open_blob
from service.blobs.writer import BlobWriter

KEY = bytes(range(32))
SESSION = "session-1"
BLOB = "0123456789abcdef0123456789abcdef"
SMALL = 4096


def content(length: int, seed: str = "content") -> bytes:
    """So many bytes that repeat nowhere and are the same in every run."""
    return hashlib.shake_256(seed.encode()).digest(length)


class MemorySource:
    """A stored blob in memory, that counts what is read and says whether it was closed."""

    def __init__(self, stored: bytes) -> None:
        self.stored = stored
        self.reads: list[tuple[int, int]] = []
        self.closed = False

    @property
    def size(self) -> int:
        return len(self.stored)

    def read_at(self, start: int, length: int) -> bytes:
        self.reads.append((start, length))
        return self.stored[start : start + length]

    def close(self) -> None:
        self.closed = True


def sealed(plain: bytes, *, chunk_bytes: int = SMALL, session_id: str = SESSION, blob_id: str = BLOB) -> bytes:
    """The stored bytes for some content."""
    stored = bytearray()
    with BlobWriter(stored.extend, KEY, session_id=session_id, blob_id=blob_id, chunk_bytes=chunk_bytes) as writer:
        writer.write(plain)
    return bytes(stored)


def opened(stored: bytes, *, key: bytes = KEY, session_id: str = SESSION, blob_id: str = BLOB) -> BlobReader:
    """A reader over stored bytes."""
    return open_blob(MemorySource(stored), key, session_id=session_id, blob_id=blob_id)


def read_all(stored: bytes, *, key: bytes = KEY, session_id: str = SESSION, blob_id: str = BLOB) -> bytes:
    """All content of stored bytes."""
    with opened(stored, key=key, session_id=session_id, blob_id=blob_id) as reader:
        return reader.readall()
