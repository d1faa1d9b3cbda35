"""The one writer of an upload: its claim, and the blobs that it names before it writes them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from models.errors import PracticeError
from service.barriers import barrier
from service.blobs.errors import NoSuchBlobError
from service.database.words import UploadPartState
from service.ids import new_id
from service.ingest import store
from service.ingest.errors import UploadBusyError
from service.ingest.records import Claim, Limits, Part
from service.parts import Parts


class Writer:
    """Holds an upload's claim as long as something happens; whoever claims later takes its place.

    A claim lasts `Limits.claim_ms` by the service's clock. That only says when others may try: what keeps two writers
    apart is the fence, which every change is compared with.
    """

    def __init__(self, parts: Parts, limits: Limits, claim: Claim) -> None:
        self._parts = parts
        self._limits = limits
        self.claim = claim
        self._heard_ms = parts.clock()

    def is_alive(self) -> None:
        """Say so now and then, so that nobody takes over. Raises UploadBusyError where somebody did."""
        now = self._parts.clock()
        if now - self._heard_ms < self._limits.claim_ms // 3:
            return
        with self._parts.database.writing() as rows:
            held = store.renew(rows, self.claim, now_ms=now, until_ms=now + self._limits.claim_ms)
        if not held:
            raise UploadBusyError
        self._heard_ms = now

    @contextmanager
    def blob(self, start: int, state: UploadPartState) -> Iterator[str]:
        """A new blob's id, named in a row first; after an error in the ``with`` block neither is left, if possible.

        Where that is not possible either, the next writer or the next start removes them.
        """
        blob_id = new_id()
        with self._parts.database.writing() as rows:
            store.intend(rows, self.claim, blob_id, start, state)
        try:
            yield blob_id
        except BaseException as failed:
            with suppress(PracticeError):
                self._discard(blob_id)
            if isinstance(failed, NoSuchBlobError):  # its unfinished file was removed by whoever ended the upload
                raise UploadBusyError from None
            raise

    def _discard(self, blob_id: str) -> None:
        """Remove a blob unless it counts after all: a commit whose answer was lost may have been done."""
        with self._parts.database.writing() as rows:
            left = store.unfinished(rows, blob_id)
        remove(self._parts, left)

    def keep(self, part: Part) -> None:
        """Count a durable part. Raises UploadBusyError where another writer took over."""
        now = self._parts.clock()
        with self._parts.database.writing() as rows:
            kept = store.keep(rows, self.claim, part, now_ms=now, kept_until_ms=now + self._limits.kept_ms)
        if not kept:
            raise UploadBusyError


@contextmanager
def writer(parts: Parts, limits: Limits, upload_id: str) -> Iterator[Writer]:
    """Be the one writer of an open upload. Raises UploadBusyError where somebody else is, or where it is not open.

    Where the end cannot be told, that is an error too: until the claim lapses everybody else would be kept waiting.
    """
    now = parts.clock()
    with parts.database.writing() as rows:
        claim = store.claim(rows, upload_id, now_ms=now, until_ms=now + limits.claim_ms)
        left = store.abandoned_blobs(rows, claim) if claim else []
    if claim is None:
        raise UploadBusyError
    barrier("ingest.claimed")
    try:
        remove(parts, left)
        yield Writer(parts, limits, claim)
    except BaseException:
        with suppress(PracticeError):
            _release(parts, claim)
        raise
    _release(parts, claim)


def _release(parts: Parts, claim: Claim) -> None:
    with parts.database.writing() as rows:
        store.release(rows, claim)


def remove(parts: Parts, blob_ids: list[str]) -> None:
    """Delete blobs and then the rows that name them; safe to do again."""
    if not blob_ids:
        return
    for blob_id in blob_ids:
        parts.blobs.delete(blob_id)
    barrier("ingest.parts-deleted")
    with parts.database.writing() as rows:
        store.forget(rows, blob_ids)
    barrier("ingest.rows-forgotten")
