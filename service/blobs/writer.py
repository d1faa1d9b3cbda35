"""Seals a stream of bytes as it arrives; no more than one chunk of it is ever held."""

from __future__ import annotations

import os
from collections.abc import Callable
from types import TracebackType
from typing import Self

from service.blobs.format import (
    LARGEST_CHUNK,
    MOST_CHUNKS,
    PREFIX_BYTES,
    SALT_BYTES,
    SMALLEST_CHUNK,
    USUAL_CHUNK,
    ChunkCipher,
    Header,
)


class BlobWriter:
    """Write content in pieces of any size; sealed bytes go to ``sink`` in order, and `close` seals the last chunk.

    Used in a ``with`` block it closes at its end; after an error it seals nothing more, so what the sink was given can
    never be opened. ``randomness`` gives so many random bytes; anything but the system's own is for test vectors, since
    the same salt and prefix twice under one key give the content away.
    """

    def __init__(
        self,
        sink: Callable[[bytes], object],
        key: bytes,
        *,
        session_id: str,
        blob_id: str,
        chunk_bytes: int = USUAL_CHUNK,
        randomness: Callable[[int], bytes] = os.urandom,
    ) -> None:
        if not SMALLEST_CHUNK <= chunk_bytes <= LARGEST_CHUNK:
            raise ValueError(f"chunks hold {SMALLEST_CHUNK} to {LARGEST_CHUNK} bytes")
        self._header = Header(chunk_bytes=chunk_bytes, salt=randomness(SALT_BYTES), prefix=randomness(PREFIX_BYTES))
        self._cipher: ChunkCipher | None = ChunkCipher(key, self._header, session_id=session_id, blob_id=blob_id)
        self._sink = sink
        self._held = bytearray()
        self._sealed = 0
        self._total = 0

    @property
    def total(self) -> int:
        """Bytes of content so far."""
        return self._total

    def write(self, content: bytes | bytearray | memoryview) -> int:
        """Take some content; returns how many bytes that was. Raises ValueError after `close` or a failed write."""
        self._open_cipher()
        view = memoryview(content).cast("B")
        taken = 0
        while taken < len(view):
            # A full chunk waits until more comes: only then is it known not to be the last.
            if len(self._held) == self._header.chunk_bytes:
                self._seal(last=False)
            piece = view[taken : taken + self._header.chunk_bytes - len(self._held)]
            self._held += piece
            self._total += len(piece)
            taken += len(piece)
        return taken

    def close(self) -> None:
        """Seal the last chunk, an empty one where there was no content. Closing again does nothing."""
        if self._cipher is not None:
            self._seal(last=True)
            self.abandon()

    def abandon(self) -> None:
        """Stop without a last chunk and let go of the key."""
        self._cipher = None
        self._held = bytearray()

    def _seal(self, *, last: bool) -> None:
        cipher, index = self._open_cipher(), self._sealed
        if index >= MOST_CHUNKS:
            raise ValueError("a blob has at most 2^32 chunks; use larger ones")
        sealed = cipher.seal(index, self._held, total=self._total if last else None)
        self._sealed += 1
        try:
            if index == 0:
                self._sink(self._header.packed())
            self._sink(sealed)
        except BaseException:
            self.abandon()
            raise
        self._held.clear()

    def _open_cipher(self) -> ChunkCipher:
        if self._cipher is None:
            raise ValueError("this blob is closed")
        return self._cipher

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if kind is None:
            self.close()
        else:
            self.abandon()
