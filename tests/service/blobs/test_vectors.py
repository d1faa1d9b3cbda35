"""The published test vectors, byte for byte, by this program's reader and by one that shares no code with it."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag

from service.blobs.errors import BlobRefusedError
from tests.service.blobs import independent_reader, make_vectors
from tests.service.blobs.material import content, read_all, sealed

VECTORS = json.loads(make_vectors.FILE.read_text("utf-8"))
BLOBS = VECTORS["blobs"]
NAMES = {"session_id": VECTORS["session_id"], "blob_id": VECTORS["blob_id"]}


def stored(vector: dict[str, Any]) -> bytes:
    return base64.b64decode(vector["stored_base64"])


def changed(case: dict[str, Any]) -> bytes:
    raw = bytearray(stored(BLOBS[case["of"]]))
    if flip := case.get("flip"):
        raw[flip["byte"]] ^= flip["mask"]
    return bytes(raw[: case.get("keep")]) + bytes.fromhex(case.get("append", ""))


def test_the_writer_still_writes_the_published_bytes() -> None:
    assert make_vectors.vectors() == VECTORS


@pytest.mark.parametrize("vector", BLOBS, ids=lambda vector: f"{vector['length']} of {vector['chunk_bytes']}")
def test_the_reader_and_an_independent_one_read_the_published_bytes(vector: dict[str, Any]) -> None:
    key = bytes.fromhex(VECTORS["key"])
    ours = read_all(stored(vector), key=key, **NAMES)
    assert ours == independent_reader.read(stored(vector), key, **NAMES) == make_vectors.content(vector["length"])
    assert hashlib.sha256(ours).hexdigest() == vector["content_sha256"]


@pytest.mark.parametrize("case", VECTORS["refused"], ids=lambda case: case["why"])
def test_both_readers_refuse_what_the_vectors_say_must_be_refused(case: dict[str, Any]) -> None:
    key = bytes.fromhex(VECTORS["key"])
    names = {**NAMES, **{name: case[name] for name in NAMES if name in case}}
    with pytest.raises(BlobRefusedError):
        read_all(changed(case), key=key, **names)
    with pytest.raises((ValueError, InvalidTag)):
        independent_reader.read(changed(case), key, **names)


@pytest.mark.parametrize("length", [0, 1, 4095, 4096, 4097, 20_000])
def test_the_independent_reader_reads_what_the_writer_writes_today(length: int) -> None:
    plain = content(length)
    key, session_id, blob_id = bytes(range(32)), "session-1", "0123456789abcdef0123456789abcdef"
    assert independent_reader.read(sealed(plain), key, session_id, blob_id) == plain


def test_the_independent_reader_is_short_enough_to_have_been_written_from_the_page() -> None:
    source = independent_reader.__loader__.get_source(independent_reader.__name__)
    assert len(source.splitlines()) <= 40
    assert "service" not in source
