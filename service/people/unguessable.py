"""Secrets that are handed out once, and what is kept of them."""

from __future__ import annotations

import hashlib
import hmac
import secrets


def new_secret() -> str:
    """256 random bits in characters that fit into a cookie or a link."""
    return secrets.token_urlsafe(32)


def hidden(secret: str) -> str:
    """What is stored of a secret: its SHA-256, 64 hexadecimal digits. Enough, because nobody can try 256 bits."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def keyed(key: bytes, use: str, *words: str) -> str:
    """A keyed digest, 64 hexadecimal digits; for guessable words, and for values that only this service can make."""
    parts = [use.encode(), *(word.encode("utf-8", "replace") for word in words)]
    framed = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    return hmac.new(key, framed, "sha256").hexdigest()


def same(one: str, other: str) -> bool:
    """Whether two texts are equal, in a time that does not tell where they differ."""
    return hmac.compare_digest(one.encode("utf-8", "replace"), other.encode("utf-8", "replace"))
