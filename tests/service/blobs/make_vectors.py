"""Writes vectors.json: `python -m tests.service.blobs.make_vectors`. docs/blob-format.md explains what it holds.

Key, salt and nonce prefix are fixed here so that others can compare; no such blob may ever hold real content.
"""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path

from service.blobs.writer import BlobWriter

FILE = Path(__file__).with_name("vectors.json")
KEY = bytes(range(32))
SALT = bytes(range(100, 124))
PREFIX = bytes(range(200, 207))
SESSION = "session-of-vectors"
BLOB = "00112233445566778899aabbccddeeff"
LENGTHS = ((4096, 0), (4096, 1), (4096, 4096), (4096, 4097), (5000, 12000), (65536, 300))
REFUSED = (
    {"of": 1, "why": "one bit of the content", "flip": {"byte": 40, "mask": 1}},
    {"of": 1, "why": "one bit of the salt", "flip": {"byte": 8, "mask": 128}},
    {"of": 1, "why": "the pad byte", "flip": {"byte": 39, "mask": 1}},
    {"of": 3, "why": "cut after the first chunk", "keep": 40 + 4096 + 16},
    {"of": 3, "why": "cut in the last chunk", "keep": 40 + 4096 + 16 + 16},
    {"of": 2, "why": "bytes after the end", "append": "00"},
    {"of": 1, "why": "another session", "session_id": "session-of-others"},
    {"of": 1, "why": "another blob", "blob_id": "ff112233445566778899aabbccddeeff"},
)


def content(length: int) -> bytes:
    """Byte ``i`` is ``(7 * i + i // 256) mod 256``."""
    return bytes((7 * i + i // 256) % 256 for i in range(length))


def sealed(chunk_bytes: int, plain: bytes) -> bytes:
    """The stored bytes with the fixed salt and prefix."""
    fixed, stored = iter((SALT, PREFIX)), bytearray()
    with BlobWriter(
        stored.extend, KEY, session_id=SESSION, blob_id=BLOB, chunk_bytes=chunk_bytes, randomness=lambda _: next(fixed)
    ) as writer:
        writer.write(plain)
    return bytes(stored)


def vectors() -> dict[str, object]:
    """All of vectors.json."""
    return {
        "format": "SKB1",
        "key": KEY.hex(),
        "session_id": SESSION,
        "blob_id": BLOB,
        "content": "byte i is (7 * i + i // 256) mod 256",
        "blobs": [row(chunk_bytes, content(length)) for chunk_bytes, length in LENGTHS],
        "refused": list(REFUSED),
    }


def row(chunk_bytes: int, plain: bytes) -> dict[str, object]:
    """One vector."""
    return {
        "chunk_bytes": chunk_bytes,
        "length": len(plain),
        "content_sha256": hashlib.sha256(plain).hexdigest(),
        "stored_base64": base64.b64encode(sealed(chunk_bytes, plain)).decode(),
    }


if __name__ == "__main__":
    FILE.write_text(json.dumps(vectors(), indent=1) + "\n", encoding="utf-8")
