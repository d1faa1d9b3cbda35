"""Blobs in an S3-compatible store, through obstore (the extra ``s3``)."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from types import TracebackType
from typing import TYPE_CHECKING, Self

from models.errors import MissingPartError, PracticeError
from service.blobs.errors import BlobExistsError, NoSuchBlobError, StoreUnavailableError
from service.blobs.identity import checked_blob_id, is_blob_id

if TYPE_CHECKING:
    from obstore.store import S3Credential, S3Store

PART_BYTES = 8 * 1024 * 1024
"""One request of an upload; S3 takes at most 10,000 of them for a blob, so the largest has 80 GiB."""
READ_AHEAD_BYTES = 1024 * 1024
_MISSING = "The library for S3-compatible stores is not installed. Install this program with its extra: practice[s3]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """Where the blobs lie and who asks. ``endpoint`` is a URL; plain http only where ``allow_http`` says so."""

    name: str
    endpoint: str
    region: str
    access_key_id: str = field(repr=False)
    secret_access_key: str = field(repr=False)
    prefix: str = "blobs"
    allow_http: bool = False
    timeout_s: int = 60


class ObjectBlobStore:
    """Keeps blobs as objects ``<prefix>/<id>``; an object becomes visible when its upload is completed.

    Uploads that died with their process stay in the bucket, invisible, until the bucket's own rule removes them: set a
    lifecycle rule that aborts incomplete uploads after a day. Two puts of one id at the same moment are told apart up
    to 8 MiB; above it the later one wins, whole. Raises MissingPartError where obstore is not installed.
    """

    def __init__(self, bucket: Bucket) -> None:
        try:
            from obstore.store import S3Store
        except ModuleNotFoundError:
            raise MissingPartError(_MISSING) from None
        patience = timedelta(seconds=bucket.timeout_s)
        self._store = S3Store(
            bucket.name,
            prefix=bucket.prefix,
            endpoint=bucket.endpoint,
            region=bucket.region,
            # Given this way, keys and the wish not to sign cannot come from the environment.
            credential_provider=lambda: _credentials(bucket),
            skip_signature=False,
            checksum_algorithm="SHA256",
            client_options={"allow_http": bucket.allow_http, "timeout": patience},
            retry_config={"max_retries": 5, "retry_timeout": patience},
        )

    def put(self, blob_id: str) -> ObjectPut:
        """See `BlobStore.put`."""
        return ObjectPut(self._store, checked_blob_id(blob_id))

    def get(self, blob_id: str) -> ObjectSource:
        """See `BlobStore.get`."""
        return ObjectSource(self._store, blob_id, self.size(blob_id))

    def size(self, blob_id: str) -> int:
        """See `BlobStore.size`."""
        return _size(self._store, checked_blob_id(blob_id))

    def delete(self, blob_id: str) -> None:
        """See `BlobStore.delete`."""
        from obstore import delete

        checked_blob_id(blob_id)
        with _said_plainly():
            delete(self._store, blob_id)

    def ids(self) -> Iterator[str]:
        """See `BlobStore.ids`."""
        from obstore import list as listed

        with _said_plainly():
            for page in listed(self._store, chunk_size=1000):
                yield from (entry["path"] for entry in page if is_blob_id(entry["path"]))

    def sweep(self) -> int:
        """Nothing to do here: the bucket's lifecycle rule removes what dead uploads left. Returns 0."""
        return 0


class _AbandonedError(Exception):
    """Raised inside an upload to end it without an object."""


class ObjectPut:
    """One put; use it in a ``with`` block. See `BlobStore.put`.

    Up to 8 MiB goes in one request that fails where the id is taken. More goes in parts from a thread of its own, with
    a few parts in memory however long it is.
    """

    def __init__(self, store: S3Store, blob_id: str) -> None:
        self._store = store
        self._id = blob_id
        self._held = bytearray()
        self._parts: queue.Queue[bytes | _AbandonedError | None] = queue.Queue(maxsize=1)
        self._upload: Future[None] | None = None

    def __enter__(self) -> Self:
        try:
            _size(self._store, self._id)
        except NoSuchBlobError:
            return self
        raise BlobExistsError

    def write(self, sealed: bytes) -> int:
        """See `BlobSink.write`."""
        self._held += sealed
        while len(self._held) > PART_BYTES:
            if self._upload is None:
                self._upload = _in_a_thread(self._put_parts)
            self._pass_on(bytes(self._held[:PART_BYTES]))
            del self._held[:PART_BYTES]
        return len(sealed)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if kind is not None:
            self._abandon()
        elif self._upload is None:
            self._put_whole()
        else:
            self._pass_on(bytes(self._held))
            self._pass_on(None)
            self._upload.result()

    def _abandon(self) -> None:
        upload, self._upload = self._upload, None
        self._held = bytearray()
        if upload is None:
            return
        while not upload.done():
            try:
                self._parts.put(_AbandonedError(), timeout=0.1)
                break
            except queue.Full:
                continue
        upload.exception()

    def _pass_on(self, part: bytes | None) -> None:
        """Hand a part to the upload; raises what ended the upload where it no longer takes any."""
        assert self._upload is not None
        while True:
            if self._upload.done():
                self._upload.result()
            try:
                return self._parts.put(part, timeout=0.1)
            except queue.Full:
                continue

    def _taken(self) -> Iterator[bytes]:
        while (part := self._parts.get()) is not None:
            if isinstance(part, _AbandonedError):
                raise part
            yield part

    def _put_parts(self) -> None:
        from obstore import put

        with _said_plainly():
            put(self._store, self._id, self._taken(), chunk_size=PART_BYTES, max_concurrency=2)

    def _put_whole(self) -> None:
        from obstore import put
        from obstore.exceptions import AlreadyExistsError

        try:
            with _said_plainly():
                put(self._store, self._id, bytes(self._held), mode="create", use_multipart=False)
        except AlreadyExistsError:
            raise BlobExistsError from None


class ObjectSource:
    """A stored blob; see `BlobSource`. Reading on fetches 1 MiB at a time, a leap only what is asked for."""

    def __init__(self, store: S3Store, blob_id: str, size: int) -> None:
        self._store = store
        self._id = blob_id
        self._size = size
        self._start = 0
        self._window = b""
        self._next = -1

    @property
    def size(self) -> int:
        """Bytes of the stored object when it was opened."""
        return self._size

    def read_at(self, start: int, length: int) -> bytes:
        """See `BlobSource.read_at`."""
        end = min(start + length, self._size)
        if end <= start:
            return b""
        if not self._start <= start < end <= self._start + len(self._window):
            more = READ_AHEAD_BYTES if start == self._next else 0
            self._window = self._fetched(start, min(max(end, start + more), self._size))
            self._start = start
        self._next = end
        return self._window[start - self._start : end - self._start]

    def close(self) -> None:
        """See `BlobSource.close`."""
        self._window = b""

    def _fetched(self, start: int, end: int) -> bytes:
        from obstore import get_range

        with _said_plainly(missing=NoSuchBlobError):
            return bytes(get_range(self._store, self._id, start=start, end=end))


def _credentials(bucket: Bucket) -> S3Credential:
    return {
        "access_key_id": bucket.access_key_id,
        "secret_access_key": bucket.secret_access_key,
        "token": None,
        "expires_at": None,
    }


def _in_a_thread(work: Callable[[], None]) -> Future[None]:
    pool = ThreadPoolExecutor(1, thread_name_prefix="blob-upload")
    try:
        return pool.submit(work)
    finally:
        pool.shutdown(wait=False)


def _size(store: S3Store, blob_id: str) -> int:
    from obstore import head

    with _said_plainly(missing=NoSuchBlobError):
        return head(store, blob_id)["size"]


@contextmanager
def _said_plainly(missing: type[PracticeError] = StoreUnavailableError) -> Iterator[None]:
    """Turn what obstore says, which names addresses and objects, into this program's errors.

    ``missing`` is for what is not there: the bucket, except where one object was asked for.
    """
    from obstore.exceptions import AlreadyExistsError, BaseError

    try:
        yield
    except FileNotFoundError:
        raise missing from None
    except AlreadyExistsError:
        raise
    except (BaseError, OSError) as failed:
        said = type(failed).__name__
        raise StoreUnavailableError(f"{StoreUnavailableError.__doc__} The store said {said}.") from None
