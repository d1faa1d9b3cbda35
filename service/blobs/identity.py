"""Ids of blobs and of the sessions they belong to; nothing else ever becomes part of a path or of a key."""

from __future__ import annotations

import re
import secrets

from service.blobs.errors import BlobIdError

_BLOB = re.compile(r"[0-9a-f]{32}")
_SESSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


def new_blob_id() -> str:
    """128 random bits as 32 lower-case hexadecimal digits."""
    return secrets.token_hex(16)


def is_blob_id(text: str) -> bool:
    """Whether a text has the form of a blob's id."""
    return _BLOB.fullmatch(text) is not None


def checked_blob_id(text: str) -> str:
    """The same text; raises BlobIdError unless it is 32 lower-case hexadecimal digits."""
    if not is_blob_id(text):
        raise BlobIdError
    return text


def is_session_id(text: str) -> bool:
    """Whether a text has the form of a session's id: 1 to 64 letters, digits, ``_`` and ``-`` of ASCII."""
    return _SESSION.fullmatch(text) is not None


def checked_session_id(text: str) -> str:
    """The same text; raises BlobIdError unless it has the form of a session's id."""
    if not is_session_id(text):
        raise BlobIdError
    return text
