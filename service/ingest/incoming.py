"""The bytes of one request as they come, and what is checked while they do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from service.ingest.errors import ChecksumError, UploadTooLongError
from service.ingest.kinds import FirstBytes
from service.ingest.records import Checksum


class Incoming:
    """Gives the bytes of a request in pieces of a wanted size at most; holds one chunk of it and no more.

    A connection that ends early, or an error of ``chunks``, looks like the end here: what came before is kept, and
    `failure` has the error for afterwards. More than ``most`` bytes raise UploadTooLongError.
    """

    def __init__(
        self, chunks: Iterable[bytes], *, most: int, first_bytes: FirstBytes, checksum: Checksum | None = None
    ) -> None:
        self._chunks: Iterator[bytes] = iter(chunks)
        self._left = most
        self._first_bytes = first_bytes
        self._checksum = checksum
        self._seen = checksum.begun() if checksum else None
        self._held = memoryview(b"")
        self.failure: Exception | None = None

    def take(self, most: int) -> bytes:
        """The next bytes, at most so many; none at the end. Raises what the checks of the content raise."""
        if not self._held:
            self._held = memoryview(self._next())
        piece, self._held = bytes(self._held[:most]), self._held[most:]
        return piece

    def check(self) -> None:
        """At the end: raises ChecksumError unless all came and is as it was sent, where the sender said how."""
        if self._checksum and self._seen:
            if self.failure or self._held:
                raise ChecksumError
            self._checksum.check(self._seen)

    def _next(self) -> bytes:
        try:
            chunk = next((chunk for chunk in self._chunks if chunk), b"")
        except Exception as failed:
            self.failure = failed
            return b""
        if len(chunk) > self._left:
            raise UploadTooLongError
        self._left -= len(chunk)
        if self._seen:
            self._seen.update(chunk)
        self._first_bytes.feed(chunk)
        return chunk
