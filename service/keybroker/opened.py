"""One session's content, open to one actor for one purpose and one kind of content."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from service.blobs.reader import BlobReader
from service.blobs.sealed import read_blob, write_blob
from service.blobs.store import BlobStore
from service.blobs.writer import BlobWriter
from service.database.words import Content
from service.keybroker.errors import RefusedError
from service.keybroker.fields import FieldCipher
from service.keybroker.watch import Watch, WatchedReader, WatchedWriter

_TABLES = {
    "amendment": Content.TRANSCRIPT,
    "reflection": Content.REFLECTION,
    "decision": Content.REVIEW,
    "feedback": Content.FEEDBACK,
    "reply": Content.REPLY,
}
"""Tables whose sealed columns open with one kind of content alone. The key is the session's, so this has to be said."""


class OpenSession:
    """What `KeyBroker.open` hands out; see `ports.Opened`. For one thread. Its ``repr`` shows nothing of the key.

    Readers that it gave go on after `close`, and go on asking; after a refusal they end too.
    """

    def __init__(
        self, *, session_id: str, permission_epoch: int, content: Content, key: bytes, blobs: BlobStore, watch: Watch
    ) -> None:
        self._session_id = session_id
        self._permission_epoch = permission_epoch
        self._content = content
        self._key: bytes | None = key
        self._fields: FieldCipher | None = FieldCipher(key, session_id)
        self._blobs = blobs
        self._watch = watch

    @property
    def session_id(self) -> str:
        """The session that is open."""
        return self._session_id

    @property
    def permission_epoch(self) -> int:
        """The session's permission epoch when it was opened."""
        return self._permission_epoch

    def read(self, blob_id: str) -> BlobReader:
        """A blob of this session; the caller closes it. Raises RefusedError, NoSuchBlobError, BlobRefusedError."""
        key = self._key_for_blobs()
        return WatchedReader(read_blob(self._blobs, key, session_id=self._session_id, blob_id=blob_id), self._watch)

    @contextmanager
    def write(self, blob_id: str) -> Iterator[BlobWriter]:
        """Seal what is written in the ``with`` block. A refusal before its end leaves nothing. See write_blob."""
        key = self._key_for_blobs()
        with write_blob(self._blobs, key, session_id=self._session_id, blob_id=blob_id) as inner:
            yield WatchedWriter(inner, self._watch)
            self._watch.check()

    def seal(self, field: str, content: bytes) -> bytes:
        """Ciphertext for a column. Raises RefusedError."""
        return self._cipher_for(field).seal(field, content)

    def unseal(self, field: str, sealed: bytes) -> bytes:
        """What `seal` sealed for the same field. Raises RefusedError, and BlobRefusedError for anything else."""
        return self._cipher_for(field).unseal(field, sealed)

    def digest(self, field: str, content_sha256: bytes) -> str:
        """A keyed digest of content's SHA-256, 64 hexadecimal digits. Raises RefusedError."""
        return self._cipher_for(field).digest(field, content_sha256)

    def close(self) -> None:
        """Let go of the key. Closing again does nothing."""
        self._key = None
        self._fields = None

    def __enter__(self) -> OpenSession:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _check(self) -> None:
        try:
            self._watch.check()
        except RefusedError:
            self.close()
            raise

    def _key_for_blobs(self) -> bytes:
        self._check()
        if self._content is Content.DETAILS:
            raise RefusedError("details are not in blobs")
        if self._key is None:
            raise ValueError("this session is closed")
        return self._key

    def _cipher_for(self, field: str) -> FieldCipher:
        self._check()
        if _TABLES.get(field.partition(".")[0], self._content) is not self._content:
            raise RefusedError("a field of another kind of content")
        if self._fields is None:
            raise ValueError("this session is closed")
        return self._fields
