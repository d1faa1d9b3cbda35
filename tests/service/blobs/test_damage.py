"""R10: whatever is changed in a stored blob, it is refused and no wrong byte is served."""

from __future__ import annotations

import random
import struct
from collections.abc import Callable

import pytest

from service.blobs.errors import BlobRefusedError
from service.blobs.format import HEADER_BYTES
from tests.service.blobs.material import BLOB, KEY, SESSION, SMALL, content, opened, read_all, sealed

LENGTHS = (0, 1, SMALL - 1, SMALL, SMALL + 1, 2 * SMALL, 5 * SMALL + 77)
STEP = SMALL + 16
OTHER = "f" * 32


def chunks_of(stored: bytes) -> list[bytes]:
    body = stored[HEADER_BYTES:]
    return [body[at : at + STEP] for at in range(0, len(body), STEP)]


def flip(stored: bytes, dice: random.Random) -> bytes:
    at = dice.randrange(len(stored) * 8)
    changed = bytearray(stored)
    changed[at // 8] ^= 1 << at % 8
    return bytes(changed)


def cut(stored: bytes, dice: random.Random) -> bytes:
    return stored[: dice.randrange(len(stored))]


def cut_at_a_chunk(stored: bytes, dice: random.Random) -> bytes:
    chunks = chunks_of(stored)
    return stored[:HEADER_BYTES] + b"".join(chunks[: dice.randrange(len(chunks))])


def swap(stored: bytes, dice: random.Random) -> bytes:
    chunks = chunks_of(stored)
    if len(chunks) < 2:
        return flip(stored, dice)
    first, second = dice.sample(range(len(chunks)), 2)
    chunks[first], chunks[second] = chunks[second], chunks[first]
    return stored[:HEADER_BYTES] + b"".join(chunks)


def drop(stored: bytes, dice: random.Random) -> bytes:
    chunks = chunks_of(stored)
    chunks.pop(dice.randrange(len(chunks)))
    return stored[:HEADER_BYTES] + b"".join(chunks)


def repeat(stored: bytes, dice: random.Random) -> bytes:
    chunks = chunks_of(stored)
    at = dice.randrange(len(chunks))
    chunks.insert(at, chunks[at])
    return stored[:HEADER_BYTES] + b"".join(chunks)


def append(stored: bytes, dice: random.Random) -> bytes:
    return stored + dice.randbytes(dice.choice((1, 16, 17, STEP)))


def header_field(stored: bytes, dice: random.Random) -> bytes:
    start, end = dice.choice(((0, 4), (4, 8), (8, 32), (32, 39), (39, 40)))
    new = dice.randbytes(end - start)
    return stored[:start] + (new if new != stored[start:end] else flip(new, dice)) + stored[end:]


def chunk_size(stored: bytes, dice: random.Random) -> bytes:
    """A chunk size that is allowed, and for which the file has a possible length."""
    return stored[:4] + struct.pack(">I", dice.randrange(SMALL + 1, 16 * SMALL)) + stored[8:]


def chunk_of_another(stored: bytes, dice: random.Random) -> bytes:
    """The chunk at the same place of a blob with the same content, session and id."""
    chunks = chunks_of(stored)
    at = dice.randrange(len(chunks))
    chunks[at] = chunks_of(sealed(read_all(stored)))[at]
    return stored[:HEADER_BYTES] + b"".join(chunks)


def head_of_another(stored: bytes, dice: random.Random) -> bytes:
    return sealed(read_all(stored))[:HEADER_BYTES] + stored[HEADER_BYTES:]


DAMAGES: list[Callable[[bytes, random.Random], bytes]] = [
    flip, cut, cut_at_a_chunk, swap, drop, repeat, append, header_field, chunk_size, chunk_of_another, head_of_another,
]  # fmt: skip


def served(stored: bytes) -> bytes | None:
    """What reading gives up to where it is refused; None where it is never refused."""
    given = bytearray()
    try:
        with opened(stored) as reader:
            for piece in reader.pieces(0, reader.size):
                given += piece
    except BlobRefusedError:
        return bytes(given)
    return None


def damaged_is_refused(damage: Callable[[bytes, random.Random], bytes], times: int) -> None:
    dice = random.Random(damage.__name__)
    for turn in range(times):
        plain = content(LENGTHS[turn % len(LENGTHS)], f"{damage.__name__} {turn}")
        stored = sealed(plain)
        changed = damage(stored, dice)
        assert changed != stored, turn
        given = served(changed)
        assert given is not None, turn
        assert plain.startswith(given), turn


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_hundred_of_each_damage_are_all_refused(damage: Callable[[bytes, random.Random], bytes]) -> None:
    damaged_is_refused(damage, 100)


@pytest.mark.slow
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_thousand_of_each_damage_are_all_refused(damage: Callable[[bytes, random.Random], bytes]) -> None:
    damaged_is_refused(damage, 1000)


def test_every_single_bit_of_a_header_counts() -> None:
    stored = sealed(content(SMALL + 1))
    for bit in range(HEADER_BYTES * 8):
        changed = bytearray(stored)
        changed[bit // 8] ^= 1 << bit % 8
        assert served(bytes(changed)) == b"", bit


@pytest.mark.parametrize("length", LENGTHS)
def test_another_session_blob_or_key_opens_nothing(length: int) -> None:
    stored = sealed(content(length))
    others = (
        {"session_id": "session-2"},
        {"session_id": "session-"},
        {"session_id": "Session-1"},
        {"blob_id": OTHER},
        {"key": KEY[::-1]},
        {"key": bytes(32)},
    )
    for other in others:
        with pytest.raises(BlobRefusedError):
            opened(stored, **other)


@pytest.mark.parametrize("damage", DAMAGES)
def test_every_refusal_is_the_same_sentence(damage: Callable[[bytes, random.Random], bytes]) -> None:
    """What was wrong with a blob would help only whoever changed it."""
    with pytest.raises(BlobRefusedError) as refused:
        read_all(damage(sealed(content(5 * SMALL)), random.Random(1)))
    assert str(refused.value) == BlobRefusedError.__doc__
    assert refused.value.__cause__ is None


def test_the_end_of_a_session_id_is_not_the_start_of_a_blob_id() -> None:
    """Both enter the key; what divides them cannot occur in either."""
    stored = sealed(b"x", session_id=SESSION + "0", blob_id=BLOB)
    with pytest.raises(BlobRefusedError):
        opened(stored, session_id=SESSION, blob_id="0" + BLOB[:-1])


def test_a_blob_cut_short_while_it_is_open_is_refused() -> None:
    stored = sealed(content(3 * SMALL))
    with opened(stored) as reader:
        reader._source.stored = stored[: HEADER_BYTES + STEP + 5]  # type: ignore[attr-defined]
        assert reader.read(SMALL) == content(3 * SMALL)[:SMALL]
        with pytest.raises(BlobRefusedError):
            reader.read(SMALL)
