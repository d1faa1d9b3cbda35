"""The port behind which sealed blobs lie: a local folder, or an S3-compatible store. It never sees content or keys."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Protocol


class BlobSource(Protocol):
    """A stored blob, open for reading at any place; for one thread."""

    @property
    def size(self) -> int:
        """Bytes of the stored file."""

    def read_at(self, start: int, length: int) -> bytes:
        """Bytes ``[start, start + length)``, less only where the file ends.

        Raises NoSuchBlobError where it was deleted meanwhile and the store cannot go on, and StoreUnavailableError.
        """

    def close(self) -> None:
        """Let go of it. Closing again does nothing."""


class BlobSink(Protocol):
    """Takes the bytes of a blob in order."""

    def write(self, sealed: bytes) -> int:
        """Store some bytes; returns how many. Raises StoreFullError and StoreUnavailableError."""


class BlobStore(Protocol):
    """Keeps blobs by id (see identity.py). Every method raises BlobIdError for other ids, and StoreUnavailableError."""

    def put(self, blob_id: str) -> AbstractContextManager[BlobSink]:
        """Store a blob: write inside the ``with`` block; at its end the blob is durable, complete and visible.

        Before that nothing of it can be seen, and after any exception inside the block nothing is kept. Raises
        BlobExistsError where the id is taken, StoreFullError where there is no room. A block whose end raises may
        have stored the whole blob, never a part of it.
        """

    def get(self, blob_id: str) -> BlobSource:
        """Open a blob for reading; raises NoSuchBlobError. The caller closes it."""

    def size(self, blob_id: str) -> int:
        """Bytes of the stored file; raises NoSuchBlobError."""

    def delete(self, blob_id: str) -> None:
        """Remove a blob for good, and what an unfinished put left of it; nothing happens where there is none."""

    def ids(self) -> Iterator[str]:
        """Every complete blob, in no order."""

    def sweep(self) -> int:
        """Remove what puts of dead processes left, and no put that is running; returns how many there were."""
