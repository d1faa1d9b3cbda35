"""Asks the policy again while content is being read or written, and stops it when the answer has become no."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from service.blobs.reader import BlobReader
from service.blobs.writer import BlobWriter
from service.clock import Clock
from service.keybroker.errors import RefusedError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

RECHECK_BYTES = 1024 * 1024
"""After so much content it asks again even if the clock stands still."""


class Watch:
    """Whether content may go on flowing. ``look`` asks the policy and raises RefusedError; it is asked again when
    ``every_ms`` have passed since ``looked_ms``, when the clock went back, and after `RECHECK_BYTES`.
    """

    def __init__(self, look: Callable[[], None], clock: Clock, every_ms: int, *, looked_ms: int) -> None:
        self._look = look
        self._clock = clock
        self._every_ms = every_ms
        self._looked_ms = looked_ms
        self._bytes = 0
        self._why: str | None = None

    def count(self, passed: int) -> None:
        """So many bytes of content have gone through."""
        self._bytes += passed

    def check(self) -> None:
        """Called before content goes through. Raises RefusedError, from then on every time."""
        if self._why is not None:
            raise RefusedError(self._why)
        now = self._clock()
        if 0 <= now - self._looked_ms < self._every_ms and self._bytes < RECHECK_BYTES:
            return
        try:
            self._look()
        except RefusedError as refused:
            self._why = refused.why
            raise
        self._looked_ms, self._bytes = now, 0


class WatchedReader(BlobReader):
    """A reader that asks its watch before every piece, and closes when that refuses."""

    def __init__(self, inner: BlobReader, watch: Watch) -> None:
        io.RawIOBase.__init__(self)  # everything of a BlobReader's own is in ``inner``
        self._inner = inner
        self._watch = watch

    @property
    def size(self) -> int:
        """Bytes of content; proven when the blob was opened."""
        return self._inner.size

    def pieces(self, start: int, end: int) -> Iterator[bytes]:
        """As `BlobReader.pieces`. Raises RefusedError at the first piece after a refusal."""
        found = self._inner.pieces(start, end)
        while True:
            self._ask()
            piece = next(found, None)
            if piece is None:
                return
            self._watch.count(len(piece))
            yield piece

    def readinto(self, buffer: WriteableBuffer) -> int:
        """As `BlobReader.readinto`. Raises RefusedError."""
        self._ask()
        count = self._inner.readinto(buffer)
        self._watch.count(count)
        return count

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place, in bytes."""
        return self._inner.seek(offset, whence)

    def tell(self) -> int:
        """The place of the next read."""
        return self._inner.tell()

    def close(self) -> None:
        """Close the blob. Closing again does nothing."""
        self._inner.close()
        io.RawIOBase.close(self)

    def _ask(self) -> None:
        try:
            self._watch.check()
        except BaseException:
            self.close()
            raise


class WatchedWriter(BlobWriter):
    """A writer that asks its watch before every write; after a refusal nothing of the blob is kept."""

    def __init__(self, inner: BlobWriter, watch: Watch) -> None:
        self._inner = inner
        self._watch = watch

    @property
    def total(self) -> int:
        """Bytes of content so far."""
        return self._inner.total

    def write(self, content: bytes | bytearray | memoryview) -> int:
        """As `BlobWriter.write`. Raises RefusedError."""
        self._watch.check()
        taken = self._inner.write(content)
        self._watch.count(taken)
        return taken

    def close(self) -> None:
        """Seal the last chunk. Raises RefusedError. Closing again does nothing."""
        self._watch.check()
        self._inner.close()

    def abandon(self) -> None:
        """Stop without a last chunk and let go of the key."""
        self._inner.abandon()
