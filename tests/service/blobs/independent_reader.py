"""A second reader, written from docs/blob-format.md alone; it shares no code with the first."""

from __future__ import annotations

import hashlib
import hmac

from cryptography.hazmat.primitives.ciphers.aead import AESGCM


def read(stored: bytes, key: bytes, session_id: str, blob_id: str) -> bytes:
    """All content of a stored blob; raises an exception of some kind for any other bytes."""
    header, body = stored[:40], stored[40:]
    chunk = int.from_bytes(header[4:8], "big")
    if header[:4] != b"SKB1" or header[39] != 0 or not 4096 <= chunk <= 1048576:
        raise ValueError("not a blob")
    salt, prefix = header[8:32], header[32:39]
    extracted = hmac.digest(salt, key, hashlib.sha256)
    info = b"blob-v1|" + session_id.encode() + b"|" + blob_id.encode()
    cipher = AESGCM(hmac.digest(extracted, info + b"\x01", hashlib.sha256))
    count = (len(body) + chunk + 15) // (chunk + 16)
    total = len(body) - 16 * count
    if count < 1 or total < 0 or (count > 1 and total <= chunk * (count - 1)):
        raise ValueError("no blob has this size")
    content = b""
    for i in range(count):
        last = i == count - 1
        nonce = prefix + i.to_bytes(4, "big") + bytes([last])
        vouched = header + total.to_bytes(8, "big") if last else header
        content += cipher.decrypt(nonce, body[i * (chunk + 16) : (i + 1) * (chunk + 16)], vouched)
    return content
