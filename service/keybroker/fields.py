"""Small content in a column of the database, sealed with AES-256-GCM; and keyed digests. See docs/keystore.md.

One key for fields and one for digests, each derived from the session's key; neither opens anything else.
"""

from __future__ import annotations

import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from service.blobs.errors import BlobRefusedError
from service.blobs.identity import checked_session_id

VERSION = b"\x01"
NONCE_BYTES = 12
TAG_BYTES = 16
LONGEST_NAME = 255
OVERHEAD_BYTES = len(VERSION) + NONCE_BYTES + TAG_BYTES
"""So much longer than its content is a sealed field."""


class FieldCipher:
    """Seals and unseals the fields of one session. ``key`` is the session's key, 32 bytes; it is not kept.

    A nonce is random: a session has a few thousand fields in all its life, far from the 2^32 at which that is too many.
    """

    def __init__(self, key: bytes, session_id: str) -> None:
        self._session = checked_session_id(session_id).encode("ascii")
        self._aead = AESGCM(_derived(key, b"practice-field-1|" + self._session))
        self._digest_key = _derived(key, b"practice-digest-1|" + self._session)

    def seal(self, name: str, content: bytes) -> bytes:
        """Ciphertext that `unseal` opens for the same session and name. Raises ValueError for other names."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return VERSION + nonce + self._aead.encrypt(nonce, content, self._bound(name))

    def unseal(self, name: str, sealed: bytes) -> bytes:
        """The content. Raises BlobRefusedError for all that `seal` did not give for this session and name."""
        if len(sealed) < OVERHEAD_BYTES or sealed[:1] != VERSION:
            raise BlobRefusedError
        nonce, body = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
        try:
            return self._aead.decrypt(nonce, body, self._bound(name))
        except InvalidTag:
            raise BlobRefusedError from None

    def digest(self, name: str, content_sha256: bytes) -> str:
        """HMAC-SHA256 in hexadecimal digits, of a name and 32 bytes."""
        if len(content_sha256) != 32:
            raise ValueError("a SHA-256 has 32 bytes")
        return hmac.new(self._digest_key, self._bound(name) + content_sha256, "sha256").hexdigest()

    def _bound(self, name: str) -> bytes:
        """The name's length goes before it, and the session's before both: no two pairs give the same bytes."""
        written = name.encode("ascii")
        if not 0 < len(written) <= LONGEST_NAME:
            raise ValueError(f"a field's name has 1 to {LONGEST_NAME} characters of ASCII")
        return b"practice-field-1" + bytes([len(self._session)]) + self._session + bytes([len(written)]) + written


def _derived(key: bytes, use: bytes) -> bytes:
    if len(key) != 32:
        raise ValueError("a session's key has 32 bytes")
    return HKDF(SHA256(), 32, None, use).derive(key)
