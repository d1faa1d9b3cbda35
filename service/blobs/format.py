"""The layout of a sealed blob, and the one place that encrypts and decrypts; docs/blob-format.md describes it in full.

A header of 40 bytes, then chunks of AES-256-GCM, each 16 bytes longer than what it holds. The key of a blob comes from
its session's key, a random salt and both ids; the nonce of a chunk holds its number and whether it is the last; the
last chunk also vouches for the length of the whole.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from service.blobs.errors import BlobRefusedError
from service.blobs.identity import checked_blob_id, checked_session_id

MAGIC = b"SKB1"
HEADER_BYTES = 40
TAG_BYTES = 16
KEY_BYTES = 32
SALT_BYTES = 24
PREFIX_BYTES = 7
SMALLEST_CHUNK = 4 * 1024
LARGEST_CHUNK = 1024 * 1024
USUAL_CHUNK = 64 * 1024
MOST_CHUNKS = 2**32

_HEADER = struct.Struct(">4sI24s7sx")
_PLACE = struct.Struct(">IB")
_LENGTH = struct.Struct(">Q")


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The first 40 bytes: the bytes of content in a chunk, and what this blob's key and nonces start from."""

    chunk_bytes: int
    salt: bytes
    prefix: bytes

    def packed(self) -> bytes:
        """The header as it is stored; every chunk vouches for these bytes."""
        return _HEADER.pack(MAGIC, self.chunk_bytes, self.salt, self.prefix)

    @classmethod
    def unpacked(cls, raw: bytes) -> Header:
        """Read a stored header; raises BlobRefusedError unless it is exactly what this program would write."""
        if len(raw) != HEADER_BYTES:
            raise BlobRefusedError
        magic, chunk_bytes, salt, prefix = _HEADER.unpack(raw)
        if magic != MAGIC or raw[-1] or not SMALLEST_CHUNK <= chunk_bytes <= LARGEST_CHUNK:
            raise BlobRefusedError
        return cls(chunk_bytes=chunk_bytes, salt=salt, prefix=prefix)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where the chunks of a blob lie, worked out from the size of the stored file alone."""

    chunk_bytes: int
    chunks: int
    total: int
    """Bytes of content."""

    @classmethod
    def of_stored(cls, stored: int, chunk_bytes: int) -> Layout:
        """From the bytes of the stored file; raises BlobRefusedError where no blob has that size."""
        step = chunk_bytes + TAG_BYTES
        body = stored - HEADER_BYTES
        chunks = -(-body // step)
        total = body - chunks * TAG_BYTES
        least = (chunks - 1) * chunk_bytes + 1 if chunks > 1 else 0
        if not 1 <= chunks <= MOST_CHUNKS or total < least:
            raise BlobRefusedError
        return cls(chunk_bytes=chunk_bytes, chunks=chunks, total=total)

    def place(self, index: int) -> tuple[int, int]:
        """Offset and length, in bytes of the stored file, of one chunk with its tag."""
        held = min(self.chunk_bytes, self.total - index * self.chunk_bytes)
        return HEADER_BYTES + index * (self.chunk_bytes + TAG_BYTES), held + TAG_BYTES


def stored_size(total: int, chunk_bytes: int = USUAL_CHUNK) -> int:
    """Bytes of the stored file for so many bytes of content."""
    return HEADER_BYTES + total + TAG_BYTES * max(1, -(-total // chunk_bytes))


class ChunkCipher:
    """Seals and opens the chunks of one blob.

    ``key`` is the session's key, 32 bytes. Raises ValueError where it is not, and BlobIdError for ids of another form.
    A chunk number must never be sealed twice with one cipher.
    """

    def __init__(self, key: bytes, header: Header, *, session_id: str, blob_id: str) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError("a session's key has 32 bytes")
        names = f"{checked_session_id(session_id)}|{checked_blob_id(blob_id)}"
        derive = HKDF(SHA256(), KEY_BYTES, header.salt, b"blob-v1|" + names.encode("ascii"))
        self._aead = AESGCM(derive.derive(key))
        self._prefix = header.prefix
        self._header = header.packed()

    def seal(self, index: int, content: bytes | bytearray, *, total: int | None = None) -> bytes:
        """Encrypt chunk ``index`` from 0; ``total`` is the length of the whole, in bytes, given with the last alone."""
        return self._aead.encrypt(self._nonce(index, total), content, self._vouched(total))

    def open(self, index: int, sealed: bytes, *, total: int | None = None) -> bytes:
        """Decrypt what `seal` gave; raises BlobRefusedError unless it is that chunk, at that place, of that blob."""
        try:
            return self._aead.decrypt(self._nonce(index, total), sealed, self._vouched(total))
        except InvalidTag:
            raise BlobRefusedError from None

    def _nonce(self, index: int, total: int | None) -> bytes:
        return self._prefix + _PLACE.pack(index, total is not None)

    def _vouched(self, total: int | None) -> bytes:
        return self._header if total is None else self._header + _LENGTH.pack(total)
