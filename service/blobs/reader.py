"""Opens a sealed blob for reading at any place; one decrypted chunk is held."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

from service.blobs.errors import BlobRefusedError
from service.blobs.format import HEADER_BYTES, ChunkCipher, Header, Layout
from service.blobs.store import BlobSource

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


def open_blob(source: BlobSource, key: bytes, *, session_id: str, blob_id: str) -> BlobReader:
    """Open a blob with its session's key (32 bytes). The reader closes ``source``, also when the blob is refused.

    The header and the last chunk are checked at once, which proves the length; every other chunk when it is read.
    Raises BlobRefusedError for anything that `BlobWriter` did not write for just these two ids, and what the
    source raises.
    """
    try:
        header = Header.unpacked(source.read_at(0, HEADER_BYTES))
        layout = Layout.of_stored(source.size, header.chunk_bytes)
        cipher = ChunkCipher(key, header, session_id=session_id, blob_id=blob_id)
        return BlobReader(source, cipher, layout)
    except BaseException:
        source.close()
        raise


class BlobReader(io.RawIOBase):
    """The content of a blob as a file that can be read and sought, in bytes. Made by `open_blob`; for one thread.

    ``read`` may give less than asked for, up to the end of a chunk: wrap in ``io.BufferedReader``, or use `pieces`.
    """

    def __init__(self, source: BlobSource, cipher: ChunkCipher, layout: Layout) -> None:
        super().__init__()
        self._source = source
        self._cipher: ChunkCipher | None = cipher
        self._layout = layout
        self._position = 0
        self._index = -1
        self._chunk = b""
        self._load(layout.chunks - 1)

    @property
    def size(self) -> int:
        """Bytes of content; proven when the blob was opened."""
        return self._layout.total

    def pieces(self, start: int, end: int) -> Iterator[bytes]:
        """The content of ``[start, end)``, a piece for each chunk; it ends early where the content does.

        Raises ValueError for a negative place and BlobRefusedError at the first chunk that is not as it was written.
        """
        if start < 0:
            raise ValueError("a place in a blob is not negative")
        while start < min(end, self.size):
            piece = self._from_chunk(start, end - start)
            start += len(piece)
            yield piece

    def readall(self) -> bytes:
        """From this place to the end, a chunk at a time; eight KiB at a time, as it else would be, take far longer."""
        found = b"".join(self.pieces(self.tell(), self.size))
        self.seek(0, io.SEEK_END)
        return found

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Read into a buffer, at most to the end of the chunk; 0 at the end. Raises BlobRefusedError."""
        view = memoryview(buffer).cast("B")
        if self._cipher is None:
            raise ValueError("this blob is closed")
        if not len(view) or self._position >= self.size:
            return 0
        piece = self._from_chunk(self._position, len(view))
        view[: len(piece)] = piece
        self._position += len(piece)
        return len(piece)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place, in bytes; past the end is allowed. Raises ValueError for a place before the start."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self.size}[whence]
        if start + offset < 0:
            raise ValueError("a place in a blob is not negative")
        self._position = start + offset
        return self._position

    def tell(self) -> int:
        """The place of the next read."""
        return self._position

    def close(self) -> None:
        """Close the source and let go of the key and of the chunk held. Closing again does nothing."""
        if not self.closed:
            self._cipher = None
            self._chunk = b""
            self._source.close()
        super().close()

    def _from_chunk(self, start: int, most: int) -> bytes:
        index, offset = divmod(start, self._layout.chunk_bytes)
        if self._cipher is None or index != self._index:
            self._load(index)
        return self._chunk[offset : offset + most]

    def _load(self, index: int) -> None:
        if self._cipher is None:
            raise ValueError("this blob is closed")
        offset, length = self._layout.place(index)
        sealed = self._source.read_at(offset, length)
        if len(sealed) != length:
            raise BlobRefusedError
        last = index == self._layout.chunks - 1
        self._chunk = self._cipher.open(index, sealed, total=self.size if last else None)
        self._index = index
