"""Write and read content through a store and the format at once, so that no caller handles sealed bytes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from service.blobs.format import USUAL_CHUNK
from service.blobs.reader import BlobReader, open_blob
from service.blobs.store import BlobStore
from service.blobs.writer import BlobWriter


@contextmanager
def write_blob(
    store: BlobStore, key: bytes, *, session_id: str, blob_id: str, chunk_bytes: int = USUAL_CHUNK
) -> Iterator[BlobWriter]:
    """Seal what is written in the ``with`` block under the session's key; at its end the blob is durable and visible.

    After any exception inside the block nothing is kept. Raises what `BlobStore.put` raises.
    """
    with (
        store.put(blob_id) as sink,
        BlobWriter(sink.write, key, session_id=session_id, blob_id=blob_id, chunk_bytes=chunk_bytes) as writer,
    ):
        yield writer


def read_blob(store: BlobStore, key: bytes, *, session_id: str, blob_id: str) -> BlobReader:
    """Open stored content; the caller closes it. Raises what `BlobStore.get` and `open_blob` raise."""
    return open_blob(store.get(blob_id), key, session_id=session_id, blob_id=blob_id)
