"""The bytes of a wrapped key, as docs/keystore.md gives them."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given, settings
from hypothesis import strategies as st

from service.keybroker.errors import KeyRefusedError
from service.keybroker.wrapping import KeyEncryptionKey, Wrapped, new_kek, unwrap, wrap

KEK = KeyEncryptionKey(id="0123456789abcdef" * 2, epoch=3, secret=bytes(range(32)))
SESSION = "session-1"
IDS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", fullmatch=True)


def test_a_key_wrapped_by_the_page_alone_is_unwrapped() -> None:
    bound = b"practice-keystore-1" + bytes([0] * 7 + [3]) + b"0123456789abcdef" * 2 + b"session-1"
    sealed = AESGCM(bytes(range(32))).encrypt(b"twelve bytes", b"k" * 32, bound)
    wrapped = Wrapped(kek_id=KEK.id, epoch=3, nonce=b"twelve bytes", sealed=sealed)
    assert unwrap(KEK, SESSION, wrapped) == b"k" * 32


@settings(max_examples=50, deadline=None)
@given(first=IDS, second=IDS, key=st.binary(min_size=32, max_size=32))
def test_a_wrapped_key_opens_for_its_session_and_no_other(first: str, second: str, key: bytes) -> None:
    wrapped = wrap(KEK, first, key)
    assert unwrap(KEK, first, wrapped) == key
    if first != second:
        with pytest.raises(KeyRefusedError):
            unwrap(KEK, second, wrapped)


def test_a_key_wrapped_under_one_epoch_does_not_open_under_another() -> None:
    with pytest.raises(KeyRefusedError):
        unwrap(new_kek(4), SESSION, wrap(KEK, SESSION, b"k" * 32))


def test_the_same_key_is_wrapped_differently_each_time() -> None:
    assert len({wrap(KEK, SESSION, b"k" * 32).nonce for _ in range(100)}) == 100
