"""A session's data key, wrapped under a key-encryption key with AES-256-GCM. No files, no SQL."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from service.blobs.identity import is_session_id
from service.keybroker.errors import KeyRefusedError, SessionIdError

KEY_BYTES = 32
NONCE_BYTES = 12
SEALED_BYTES = KEY_BYTES + 16
"""A wrapped data key: the key's length and GCM's tag."""

_KEK = re.compile(r"[0-9a-f]{32}")
_LAST_EPOCH = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyEncryptionKey:
    """The key of one epoch: 32 bytes, a random id of 32 hexadecimal digits, and a number that each rotation raises."""

    id: str
    epoch: int
    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrapped:
    """A wrapped data key, 48 bytes, its nonce, 12 bytes, and which key-encryption key it was wrapped under."""

    kek_id: str
    epoch: int
    nonce: bytes = field(repr=False)
    sealed: bytes = field(repr=False)


def check_session_id(session_id: str) -> None:
    """Raises SessionIdError unless this has the form of a session's id."""
    if not is_session_id(session_id):
        raise SessionIdError


def new_kek(epoch: int) -> KeyEncryptionKey:
    """A key-encryption key from the system's random numbers."""
    return KeyEncryptionKey(id=secrets.token_hex(16), epoch=epoch, secret=secrets.token_bytes(KEY_BYTES))


def new_data_key() -> bytes:
    """32 bytes from the system's random numbers."""
    return secrets.token_bytes(KEY_BYTES)


def wrap(kek: KeyEncryptionKey, session_id: str, key: bytes) -> Wrapped:
    """The data key, bound to the session, the key-encryption key and its epoch.

    The nonce is random: a keystore wraps each key once an epoch, far from the 2^32 at which random nonces are too many.
    """
    nonce = secrets.token_bytes(NONCE_BYTES)
    sealed = AESGCM(kek.secret).encrypt(nonce, key, _bound(session_id, kek))
    return Wrapped(kek_id=kek.id, epoch=kek.epoch, nonce=nonce, sealed=sealed)


def unwrap(kek: KeyEncryptionKey, session_id: str, wrapped: Wrapped) -> bytes:
    """The data key. Raises KeyRefusedError where anything is not as ``wrap`` left it."""
    if (wrapped.kek_id, wrapped.epoch) != (kek.id, kek.epoch):
        raise KeyRefusedError
    if len(wrapped.nonce) != NONCE_BYTES or len(wrapped.sealed) != SEALED_BYTES:
        raise KeyRefusedError
    try:
        return AESGCM(kek.secret).decrypt(wrapped.nonce, wrapped.sealed, _bound(session_id, kek))
    except InvalidTag:
        raise KeyRefusedError from None


def _bound(session_id: str, kek: KeyEncryptionKey) -> bytes:
    """The associated data. Only its last part has no fixed length, so no two lists of parts give the same bytes."""
    if not (is_session_id(session_id) and _KEK.fullmatch(kek.id) and 0 < kek.epoch <= _LAST_EPOCH):
        raise KeyRefusedError
    return b"practice-keystore-1" + kek.epoch.to_bytes(8, "big") + kek.id.encode() + session_id.encode()
