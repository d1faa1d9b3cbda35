"""What is written comes back, at any place, and the writer and the reader hold to their word."""

from __future__ import annotations

import io
import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.errors import PracticeError
from service.blobs import errors
from service.blobs.errors import BlobIdError, BlobRefusedError
from service.blobs.format import HEADER_BYTES, LARGEST_CHUNK, MOST_CHUNKS, SMALLEST_CHUNK, Layout, stored_size
from service.blobs.reader import open_blob
from service.blobs.writer import BlobWriter
from tests.service.blobs.material import BLOB, KEY, SESSION, SMALL, MemorySource, content, opened, read_all, sealed

CHUNKS = st.integers(SMALLEST_CHUNK, 3 * SMALLEST_CHUNK)
LENGTHS = st.one_of(st.integers(0, 40_000), st.sampled_from([0, 1, 4095, 4096, 4097, 8191, 8192, 8193]))


@settings(max_examples=60, deadline=None)
@given(LENGTHS, CHUNKS, st.lists(st.integers(0, 9000), max_size=12))
def test_what_is_written_in_any_pieces_comes_back(length: int, chunk_bytes: int, pieces: list[int]) -> None:
    plain, stored, start = content(length), bytearray(), 0
    with BlobWriter(stored.extend, KEY, session_id=SESSION, blob_id=BLOB, chunk_bytes=chunk_bytes) as writer:
        for piece in pieces:
            writer.write(plain[start : start + piece])
            start += piece
        writer.write(plain[start:])
    assert read_all(bytes(stored)) == plain
    assert writer.total == length
    assert len(stored) == stored_size(length, chunk_bytes)


@settings(max_examples=60, deadline=None)
@given(LENGTHS, CHUNKS, st.lists(st.tuples(st.integers(0, 45_000), st.integers(0, 20_000)), min_size=1, max_size=8))
def test_every_range_is_the_range_of_the_content(length: int, chunk_bytes: int, ranges: list[tuple[int, int]]) -> None:
    plain = content(length)
    with opened(sealed(plain, chunk_bytes=chunk_bytes)) as reader, io.BufferedReader(reader, 8192) as buffered:
        for start, wanted in ranges:
            assert b"".join(reader.pieces(start, start + wanted)) == plain[start : start + wanted]
            buffered.seek(start)
            assert buffered.read(wanted) == plain[start : start + wanted]


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**50), st.integers(SMALLEST_CHUNK, LARGEST_CHUNK))
def test_the_layout_of_a_stored_size_is_the_layout_it_was_written_with(total: int, chunk_bytes: int) -> None:
    if -(-total // chunk_bytes) > MOST_CHUNKS:
        with pytest.raises(BlobRefusedError):
            Layout.of_stored(stored_size(total, chunk_bytes), chunk_bytes)
        return
    stored = stored_size(total, chunk_bytes)
    layout = Layout.of_stored(stored, chunk_bytes)
    offset, length = layout.place(layout.chunks - 1)
    assert (layout.total, offset + length) == (total, stored)


@pytest.mark.parametrize("stored", [0, 1, 39, 40, 55, 40 + SMALL + 16 + 1, 40 + SMALL + 16 + 16])
def test_a_size_that_no_blob_has_is_refused(stored: int) -> None:
    with pytest.raises(BlobRefusedError):
        Layout.of_stored(stored, SMALL)


@pytest.mark.parametrize("chunk_bytes", [0, 1, SMALLEST_CHUNK - 1, LARGEST_CHUNK + 1])
def test_a_chunk_size_out_of_bounds_is_refused_before_anything_is_written(chunk_bytes: int) -> None:
    with pytest.raises(ValueError, match="chunks hold"):
        BlobWriter(bytearray().extend, KEY, session_id=SESSION, blob_id=BLOB, chunk_bytes=chunk_bytes)


@pytest.mark.parametrize("key", [b"", KEY[:16], KEY + b"\0"])
def test_a_key_that_is_not_32_bytes_is_refused(key: bytes) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        BlobWriter(bytearray().extend, key, session_id=SESSION, blob_id=BLOB)


@pytest.mark.parametrize("session_id", ["", "a|b", "a/b", "-a", "a" * 65, "ä", "a\n"])
def test_a_session_id_of_another_form_is_refused(session_id: str) -> None:
    with pytest.raises(BlobIdError):
        BlobWriter(bytearray().extend, KEY, session_id=session_id, blob_id=BLOB)


def test_the_same_content_is_never_sealed_the_same_way_twice() -> None:
    first, second = sealed(b"x" * 100), sealed(b"x" * 100)
    assert first[8:HEADER_BYTES] != second[8:HEADER_BYTES]
    assert first[HEADER_BYTES:] != second[HEADER_BYTES:]


def test_equal_chunks_of_one_blob_are_not_sealed_alike() -> None:
    stored = sealed(b"\0" * 3 * SMALL)
    step = SMALL + 16
    chunks = {stored[HEADER_BYTES + i * step : HEADER_BYTES + (i + 1) * step - 16] for i in range(3)}
    assert len(chunks) == 3


def test_sealed_bytes_leave_the_writer_as_soon_as_a_chunk_is_known_not_to_be_the_last() -> None:
    stored = bytearray()
    writer = BlobWriter(stored.extend, KEY, session_id=SESSION, blob_id=BLOB, chunk_bytes=SMALL)
    writer.write(b"x" * SMALL)
    assert stored == b""
    writer.write(b"x")
    assert len(stored) == HEADER_BYTES + SMALL + 16


def test_a_writer_whose_block_failed_leaves_what_cannot_be_opened() -> None:
    stored = bytearray()

    def fail() -> None:
        with BlobWriter(stored.extend, KEY, session_id=SESSION, blob_id=BLOB, chunk_bytes=SMALL) as writer:
            writer.write(content(3 * SMALL))
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert len(stored) > HEADER_BYTES
    with pytest.raises(BlobRefusedError):
        opened(bytes(stored))


def test_a_writer_whose_sink_failed_seals_nothing_more() -> None:
    """Sealing the same chunk number again, over other content, would give both away."""

    def full(_: bytes) -> None:
        raise OSError

    writer = BlobWriter(full, KEY, session_id=SESSION, blob_id=BLOB, chunk_bytes=SMALL)
    with pytest.raises(OSError):  # noqa: PT011 - any
        writer.write(b"x" * SMALL * 2)
    with pytest.raises(ValueError, match="closed"):
        writer.write(b"x")


def test_a_closed_writer_takes_nothing_and_may_be_closed_again() -> None:
    stored = bytearray()
    writer = BlobWriter(stored.extend, KEY, session_id=SESSION, blob_id=BLOB)
    writer.close()
    length = len(stored)
    writer.close()
    assert len(stored) == length
    with pytest.raises(ValueError, match="closed"):
        writer.write(b"x")


def test_a_writer_stops_before_a_chunk_number_could_come_round_again() -> None:
    writer = BlobWriter(bytearray().extend, KEY, session_id=SESSION, blob_id=BLOB, chunk_bytes=SMALL)
    writer._sealed = MOST_CHUNKS
    with pytest.raises(ValueError, match="at most"):
        writer.close()


def test_a_reader_holds_one_chunk_and_fetches_each_once_when_read_in_order() -> None:
    source = MemorySource(sealed(content(10 * SMALL)))
    with open_blob(source, KEY, session_id=SESSION, blob_id=BLOB) as reader:
        assert source.reads == [(0, HEADER_BYTES), Layout.of_stored(source.size, SMALL).place(9)]
        while reader.read(1000):
            assert len(reader._chunk) <= SMALL
    assert len(source.reads) == 2 + 10


def test_a_reader_goes_where_it_is_told_and_says_where_it_is() -> None:
    plain = content(3 * SMALL)
    with opened(sealed(plain)) as reader:
        assert (reader.seek(-10, io.SEEK_END), reader.read(100)) == (len(plain) - 10, plain[-10:])
        assert (reader.tell(), reader.read(1)) == (len(plain), b"")
        assert (reader.seek(5), reader.seek(7, os.SEEK_CUR), reader.read(3)) == (5, 12, plain[12:15])
        assert (reader.seek(10**9), reader.read(1)) == (10**9, b"")
        with pytest.raises(ValueError, match="negative"):
            reader.seek(-1)
        with pytest.raises(ValueError, match="negative"):
            next(reader.pieces(-1, 5))


def test_closing_a_reader_closes_its_source_and_gives_nothing_more() -> None:
    source = MemorySource(sealed(content(SMALL)))
    reader = open_blob(source, KEY, session_id=SESSION, blob_id=BLOB)
    reader.close()
    assert source.closed
    assert reader._chunk == b""
    with pytest.raises(ValueError, match="closed"):
        reader.read(1)
    with pytest.raises(ValueError, match="closed"):
        next(reader.pieces(0, 1))


def test_a_refused_blob_closes_its_source() -> None:
    source = MemorySource(b"nothing of ours" * 10)
    with pytest.raises(BlobRefusedError):
        open_blob(source, KEY, session_id=SESSION, blob_id=BLOB)
    assert source.closed


def test_every_error_of_blobs_says_what_to_do_in_its_docstring() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and kind.__module__ == errors.__name__]
    assert len(kinds) > 4
    for kind in kinds:
        assert issubclass(kind, PracticeError)
        assert str(kind()).endswith(".")
