"""Small content in columns: what was sealed opens in its place, and nothing else opens anywhere."""

from __future__ import annotations

import hmac
import random

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given, settings
from hypothesis import strategies as st

from service.blobs.errors import BlobRefusedError
from service.keybroker.fields import OVERHEAD_BYTES, FieldCipher

KEY, SESSION, NAME = bytes(range(32)), "5" * 32, "session.details"
NAMES = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=80)
MANY = [pytest.param(300, id="300"), pytest.param(1000, id="1000", marks=pytest.mark.slow)]
CIPHER = FieldCipher(KEY, SESSION)


def opened(sealed: bytes, *, cipher: FieldCipher = CIPHER, name: str = NAME) -> bytes | None:
    """None where it is refused."""
    try:
        return cipher.unseal(name, sealed)
    except BlobRefusedError:
        return None


def damaged(sealed: bytes, other: bytes, draw: random.Random) -> bytes:
    """A bit flipped, an end cut off, something put behind, or parts of two sealed fields put together."""
    place = draw.randrange(len(sealed))
    kind = draw.randrange(4)
    if kind == 0:
        return sealed[:place] + bytes([sealed[place] ^ 1 << draw.randrange(8)]) + sealed[place + 1 :]
    if kind == 1:
        return sealed[:place]
    if kind == 2:
        return sealed + draw.randbytes(1 + place)
    cut = 5 + place % 15  # some bytes of both on each side, else the whole of one might be left
    return sealed[:cut] + other[cut:]


@settings(max_examples=60, deadline=None)
@given(content=st.binary(max_size=400), name=NAMES)
def test_what_was_sealed_is_unsealed_under_the_same_name(content: bytes, name: str) -> None:
    sealed = CIPHER.seal(name, content)
    assert CIPHER.unseal(name, sealed) == content
    assert len(sealed) == len(content) + OVERHEAD_BYTES


@settings(max_examples=60, deadline=None)
@given(first=NAMES, second=NAMES)
def test_a_field_does_not_open_under_another_name(first: str, second: str) -> None:
    sealed = CIPHER.seal(first, b"words")
    assert opened(sealed, name=second) == (b"words" if first == second else None)


@pytest.mark.parametrize("trials", MANY)
def test_every_damaged_or_swapped_field_is_refused(trials: int) -> None:
    draw, refused = random.Random(11), 0
    for _ in range(trials):
        content = draw.randbytes(draw.randrange(60))
        sealed, other = CIPHER.seal(NAME, content), CIPHER.seal(NAME, draw.randbytes(len(content)))
        refused += opened(damaged(sealed, other, draw)) is None
    assert refused == trials


@pytest.mark.parametrize("trials", MANY)
def test_a_field_of_another_session_is_refused_even_under_the_same_key(trials: int) -> None:
    sealed = CIPHER.seal(NAME, b"words")
    others = [FieldCipher(KEY, f"{number:032x}") for number in range(trials)]
    assert [opened(sealed, cipher=other) for other in others] == [None] * trials


def test_a_field_sealed_by_the_page_alone_is_unsealed() -> None:
    """The bytes as docs/keystore.md gives them."""
    key = HKDF(SHA256(), 32, None, b"practice-field-1|" + SESSION.encode()).derive(KEY)
    bound = b"practice-field-1" + bytes([32]) + SESSION.encode() + bytes([15]) + b"session.details"
    sealed = b"\x01" + b"twelve bytes" + AESGCM(key).encrypt(b"twelve bytes", b"words", bound)
    assert CIPHER.unseal(NAME, sealed) == b"words"
    digest_key = HKDF(SHA256(), 32, None, b"practice-digest-1|" + SESSION.encode()).derive(KEY)
    assert CIPHER.digest(NAME, b"d" * 32) == hmac.new(digest_key, bound + b"d" * 32, "sha256").hexdigest()


def test_the_same_content_is_sealed_differently_each_time() -> None:
    assert len({CIPHER.seal(NAME, b"words") for _ in range(100)}) == 100


def test_digests_are_equal_for_equal_content_of_one_session_and_field_alone() -> None:
    first, again = (FieldCipher(KEY, SESSION).digest(NAME, b"d" * 32) for _ in range(2))
    others = {
        FieldCipher(KEY, "6" * 32).digest(NAME, b"d" * 32),
        FieldCipher(bytes(32), SESSION).digest(NAME, b"d" * 32),
        CIPHER.digest("recording.content_mac", b"d" * 32),
        CIPHER.digest(NAME, b"e" * 32),
    }
    assert first == again
    assert len(others | {first}) == 5


@pytest.mark.parametrize("name", ["", "x" * 256])
def test_a_name_that_could_not_be_told_from_another_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="name"):
        CIPHER.seal(name, b"")


def test_a_digest_is_made_of_a_sha256_alone() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        CIPHER.digest(NAME, b"short")
