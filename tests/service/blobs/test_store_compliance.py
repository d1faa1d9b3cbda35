"""What every store of blobs promises, asked of each."""

from __future__ import annotations

import random
import threading

import pytest

from service.blobs.errors import BlobExistsError, BlobIdError, BlobRefusedError, NoSuchBlobError
from service.blobs.identity import is_blob_id, new_blob_id
from service.blobs.sealed import read_blob, write_blob
from service.blobs.store import BlobStore
from tests.service.blobs.material import KEY, SESSION, content

MANY = 20 * 1024 * 1024 + 4321
"""More than one part of an upload to an S3-compatible store."""
NOT_IDS = (
    "",
    ".",
    "..",
    "../" + "a" * 29,
    "A" * 32,
    "a" * 31,
    "a" * 33,
    "a" * 31 + "/",
    "a" * 32 + "\n",
    "a" * 31 + "\0",
)


def stored(store: BlobStore, blob_id: str) -> bytes:
    source = store.get(blob_id)
    try:
        return source.read_at(0, source.size)
    finally:
        source.close()


def put(store: BlobStore, raw: bytes, piece: int = 100_000) -> str:
    blob_id = new_blob_id()
    with store.put(blob_id) as sink:
        for at in range(0, len(raw), piece):
            assert sink.write(raw[at : at + piece]) == len(raw[at : at + piece])
    return blob_id


@pytest.mark.parametrize("length", [0, 1, 100_000, 8 * 1024 * 1024, MANY])
def test_what_is_put_is_got(store: BlobStore, length: int) -> None:
    raw = content(length)
    blob_id = put(store, raw, 300_001)
    assert store.size(blob_id) == length
    assert stored(store, blob_id) == raw


def test_any_range_of_a_blob_can_be_read(store: BlobStore) -> None:
    raw = content(3_000_000)
    source = store.get(put(store, raw))
    dice = random.Random(5)
    at = 0
    for _ in range(40):
        at = at if dice.random() < 0.5 else dice.randrange(len(raw) + 10)
        length = dice.choice((0, 1, 5000, 70_000, 2_000_000))
        assert source.read_at(at, length) == raw[at : at + length]
        at += length
    source.close()
    source.close()


@pytest.mark.parametrize("length", [10, MANY])
def test_nothing_is_seen_before_a_put_is_complete(store: BlobStore, length: int) -> None:
    blob_id = new_blob_id()
    with store.put(blob_id) as sink:
        sink.write(content(length))
        assert list(store.ids()) == []
        for look in (store.get, store.size):
            with pytest.raises(NoSuchBlobError):
                look(blob_id)
    assert list(store.ids()) == [blob_id]


@pytest.mark.parametrize("length", [10, MANY])
@pytest.mark.parametrize("kind", [ValueError, ConnectionResetError, KeyboardInterrupt])
def test_nothing_is_kept_of_a_put_that_failed(store: BlobStore, length: int, kind: type[BaseException]) -> None:
    """The caller's own error comes out as it went in, also where the system has the same kind."""
    blob_id = new_blob_id()

    def fail() -> None:
        with store.put(blob_id) as sink:
            sink.write(content(length))
            raise kind

    with pytest.raises(kind):
        fail()
    assert list(store.ids()) == []
    with store.put(blob_id) as sink:
        sink.write(b"again")
    assert stored(store, blob_id) == b"again"


def test_a_blob_is_never_overwritten(store: BlobStore) -> None:
    blob_id = put(store, b"first")

    def again() -> None:
        with store.put(blob_id) as sink:
            sink.write(b"second")

    with pytest.raises(BlobExistsError):
        again()
    assert stored(store, blob_id) == b"first"


def test_of_two_puts_of_one_id_at_once_one_is_kept_whole(store: BlobStore) -> None:
    blob_id, refused = new_blob_id(), []
    both_began = threading.Barrier(2)

    def write(raw: bytes) -> None:
        try:
            try:
                putting = store.put(blob_id)
                sink = putting.__enter__()
            finally:
                both_began.wait(30)
            sink.write(raw)
            putting.__exit__(None, None, None)
        except BlobExistsError:
            refused.append(raw)

    raws = [content(50_000, seed) for seed in ("one", "two")]
    threads = [threading.Thread(target=write, args=(raw,)) for raw in raws]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    assert stored(store, blob_id) == next(raw for raw in raws if raw not in refused)


def test_a_deleted_blob_is_gone_and_deleting_again_is_no_error(store: BlobStore) -> None:
    gone, kept = put(store, b"gone"), put(store, b"kept")
    store.delete(gone)
    store.delete(gone)
    store.delete(new_blob_id())
    with pytest.raises(NoSuchBlobError):
        store.get(gone)
    assert list(store.ids()) == [kept]
    assert stored(store, kept) == b"kept"


def test_every_complete_blob_is_listed_once(store: BlobStore) -> None:
    blobs = {put(store, b"x") for _ in range(30)}
    assert sorted(store.ids()) == sorted(blobs)


@pytest.mark.parametrize("blob_id", NOT_IDS)
def test_what_is_not_an_id_is_refused_by_every_method(store: BlobStore, blob_id: str) -> None:
    assert not is_blob_id(blob_id)
    for method in (store.put, store.get, store.size, store.delete):
        with pytest.raises(BlobIdError):
            method(blob_id)


def test_a_sweep_of_a_store_at_rest_removes_nothing(store: BlobStore) -> None:
    blob_id = put(store, b"x")
    assert store.sweep() == 0
    assert stored(store, blob_id) == b"x"


def test_a_sweep_leaves_a_running_put_alone(store: BlobStore) -> None:
    blob_id = new_blob_id()
    with store.put(blob_id) as sink:
        sink.write(b"one ")
        assert store.sweep() == 0
        sink.write(b"two")
    assert stored(store, blob_id) == b"one two"


def test_content_goes_through_sealed_and_comes_back(store: BlobStore) -> None:
    plain, blob_id = content(200_000), new_blob_id()
    with write_blob(store, KEY, session_id=SESSION, blob_id=blob_id) as writer:
        for at in range(0, len(plain), 7000):
            writer.write(plain[at : at + 7000])
    with read_blob(store, KEY, session_id=SESSION, blob_id=blob_id) as reader:
        assert b"".join(reader.pieces(150_000, 170_000)) == plain[150_000:170_000]
        assert reader.readall() == plain
    assert plain[:32] not in stored(store, blob_id)


def test_a_blob_put_under_another_id_is_refused(store: BlobStore) -> None:
    """Whoever can write to the store cannot pass one recording off as another."""
    blob_id = new_blob_id()
    with write_blob(store, KEY, session_id=SESSION, blob_id=blob_id) as writer:
        writer.write(b"x" * 100)
    moved = put(store, stored(store, blob_id))
    with pytest.raises(BlobRefusedError):
        read_blob(store, KEY, session_id=SESSION, blob_id=moved)


def test_content_whose_writing_failed_is_not_stored(store: BlobStore) -> None:
    def fail() -> None:
        with write_blob(store, KEY, session_id=SESSION, blob_id=new_blob_id()) as writer:
            writer.write(content(300_000))
            raise ValueError("given up")

    with pytest.raises(ValueError, match="given up"):
        fail()
    assert list(store.ids()) == []
