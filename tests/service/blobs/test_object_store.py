"""What only the S3-compatible store promises: no unfinished upload left behind, plain words, and few requests."""

from __future__ import annotations

import sys
import threading
import urllib.request
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from models.errors import MissingPartError
from service.blobs import object_store
from service.blobs.errors import NoSuchBlobError, StoreUnavailableError
from service.blobs.identity import new_blob_id
from service.blobs.object_store import PART_BYTES, Bucket, ObjectBlobStore, ObjectSource
from service.blobs.sealed import read_blob, write_blob
from tests.service.blobs.material import KEY, SESSION, content


def unfinished_uploads(bucket: Bucket) -> int:
    with urllib.request.urlopen(f"{bucket.endpoint}/{bucket.name}?uploads", timeout=10) as answer:
        return int(answer.read().count(b"<Upload>"))


@pytest.mark.parametrize("length", [10, 3 * PART_BYTES])
def test_a_put_that_failed_leaves_no_unfinished_upload(bucket: Bucket, length: int) -> None:
    store = ObjectBlobStore(bucket)
    with store.put(new_blob_id()) as sink:
        sink.write(content(3 * PART_BYTES))
        assert unfinished_uploads(bucket) == 1

    def fail() -> None:
        with store.put(new_blob_id()) as sink:
            sink.write(content(length))
            raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 - our own
        fail()
    assert unfinished_uploads(bucket) == 0


def test_a_server_that_is_not_there_is_said_without_addresses_or_keys(bucket: Bucket) -> None:
    gone = replace(bucket, endpoint="http://127.0.0.1:1", timeout_s=1)
    store = ObjectBlobStore(gone)
    with pytest.raises(StoreUnavailableError) as refused:
        store.size(new_blob_id())
    for word in ("127.0.0.1", bucket.name, bucket.prefix, bucket.secret_access_key):
        assert word not in str(refused.value)


@pytest.mark.parametrize("length", [10, 2 * PART_BYTES])
def test_a_bucket_that_is_not_there_is_a_store_that_is_not_there(bucket: Bucket, length: int) -> None:
    store = ObjectBlobStore(replace(bucket, name="another"))

    def put() -> None:
        with store.put(new_blob_id()) as sink:
            sink.write(bytes(length))

    with pytest.raises(StoreUnavailableError):
        put()
    with pytest.raises(StoreUnavailableError):
        list(store.ids())


def test_nothing_in_the_environment_changes_who_asks_or_where(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings alone say so; obstore reads AWS_ variables by itself."""
    asked: list[tuple[str, dict[str, str]]] = []

    class Answer(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
            self.send_response(404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    monkeypatch.setenv("AWS_SKIP_SIGNATURE", "true")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "a-token")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "another-id")
    monkeypatch.setenv("AWS_BUCKET", "another")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        store = ObjectBlobStore(replace(bucket, endpoint=f"http://127.0.0.1:{server.server_port}"))
        with pytest.raises(NoSuchBlobError):
            store.size("ab" * 16)
        server.shutdown()
    [(path, headers)] = asked
    assert path == f"/{bucket.name}/{bucket.prefix}/{'ab' * 16}"
    assert f"Credential={bucket.access_key_id}/" in headers["authorization"]
    assert "x-amz-security-token" not in headers


def test_an_upload_that_the_server_refuses_fails_the_put(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    store = ObjectBlobStore(bucket)

    def refused(*_: object, **__: object) -> None:
        raise NoSuchBlobError

    blob_id = new_blob_id()
    monkeypatch.setattr(object_store.ObjectPut, "_put_parts", refused)

    def put() -> None:
        with store.put(blob_id) as sink:
            for _ in range(20):
                sink.write(bytes(PART_BYTES))

    with pytest.raises(NoSuchBlobError):
        put()
    assert list(store.ids()) == []


def test_an_object_deleted_while_it_is_read_is_said_to_be_gone(bucket: Bucket) -> None:
    store, blob_id = ObjectBlobStore(bucket), new_blob_id()
    with store.put(blob_id) as sink:
        sink.write(bytes(1000))
    source = store.get(blob_id)
    store.delete(blob_id)
    with pytest.raises(NoSuchBlobError):
        source.read_at(0, 10)


def test_reading_in_order_asks_once_for_a_mebibyte_and_a_leap_only_for_what_is_wanted(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, blob_id, plain = ObjectBlobStore(bucket), new_blob_id(), content(4 * 1024 * 1024)
    with write_blob(store, KEY, session_id=SESSION, blob_id=blob_id) as writer:
        writer.write(plain)
    fetched: list[int] = []
    real = ObjectSource._fetched
    monkeypatch.setattr(
        ObjectSource, "_fetched", lambda self, start, end: fetched.append(end - start) or real(self, start, end)
    )
    with read_blob(store, KEY, session_id=SESSION, blob_id=blob_id) as reader:
        assert max(fetched) < 70_000
        assert reader.readall() == plain
        assert len(fetched) <= 2 + 6
        fetched.clear()
        assert b"".join(reader.pieces(2_000_000, 2_000_010)) == plain[2_000_000:2_000_010]
        assert len(fetched) == 1
        assert fetched[0] < 70_000


def test_blobs_of_another_prefix_are_not_seen(bucket: Bucket) -> None:
    first, second = ObjectBlobStore(bucket), ObjectBlobStore(replace(bucket, prefix=bucket.prefix + "-2"))
    with second.put("ab" * 16) as sink:
        sink.write(b"x")
    assert list(first.ids()) == []
    with pytest.raises(NoSuchBlobError):
        first.size("ab" * 16)


def test_the_keys_of_a_bucket_are_not_shown() -> None:
    bucket = Bucket(name="b", endpoint="https://s", region="r", access_key_id="the-id", secret_access_key="the-key")
    assert "the-" not in repr(bucket)


def test_without_its_library_the_store_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "obstore.store", None)
    monkeypatch.setitem(sys.modules, "obstore", None)
    bucket = Bucket(name="b", endpoint="https://s", region="r", access_key_id="i", secret_access_key="k")
    with pytest.raises(MissingPartError, match=r"practice\[s3\]"):
        ObjectBlobStore(bucket)
