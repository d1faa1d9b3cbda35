"""The chain: each row holds the MAC of the row before it, its own number, and the name of the chain. Pure."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, replace

from service.audit.errors import BrokenTailError
from service.audit.keys import Key, Keyring
from service.audit.packing import number, number_in, packed, unpacked
from service.audit.records import AuditEvent, genesis_body, is_id

MAC_BYTES = 32
LINK = b"practice-audit-link-1"
HEAD = b"practice-audit-head-1"
NOTHING_BEFORE = bytes(MAC_BYTES)
"""What the first row holds in place of the MAC of the row before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row as it is stored: its number, its link in bytes, and the link's MAC.

    ``sequence`` repeats what the link says, so that the database can order rows; the link is what counts.
    """

    sequence: int
    link: bytes
    mac: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """What is in a row's link: whose chain, which place in it, which key, the MAC before, and the event's bytes."""

    chain_id: str
    sequence: int
    key_id: str
    previous: bytes
    body: bytes

    def packed(self) -> bytes:
        """The link's only form in bytes."""
        chain, key = self.chain_id.encode("ascii"), self.key_id.encode("ascii")
        return packed(chain, number(self.sequence), key, self.previous, self.body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """A sealed note of the last row, replaced with every row.

    Whoever cuts the end off without the key has no note for the new end, unless they kept a copy from that moment.
    """

    chain_id: str
    sequence: int
    mac: bytes
    key_id: str
    seal: bytes

    def packed(self) -> bytes:
        """The note's only form in bytes, without its seal."""
        return packed(self.chain_id.encode("ascii"), number(self.sequence), self.mac, self.key_id.encode("ascii"))


def read_link(data: bytes) -> Link:
    """The link in these bytes. Raises ValueError where they hold none."""
    chain, sequence, key, previous, body = unpacked(data, 5)
    return Link(
        chain_id=chain.decode("ascii"), sequence=number_in(sequence), key_id=key.decode("ascii"),
        previous=previous, body=body,
    )  # fmt: skip


def link_mac(secret: bytes, link: bytes) -> bytes:
    """HMAC-SHA-256 over the tag of links and a link's bytes; 32 bytes."""
    return hmac.digest(secret, packed(LINK) + link, "sha256")


def genesis(chain_id: str, when_ms: int, key: Key) -> Row:
    """The first row of a chain, number 0. ``chain_id`` is 32 hexadecimal digits, new for every installation."""
    if not is_id(chain_id):
        raise ValueError("a chain's name is 32 hexadecimal digits")
    return _row(Link(
        chain_id=chain_id, sequence=0, key_id=key.id, previous=NOTHING_BEFORE, body=genesis_body(when_ms)
    ), key)  # fmt: skip


def next_link(before: Row, event: AuditEvent, key: Key) -> Row:
    """The row that holds ``event`` and comes after ``before``. Raises ValueError where that holds no link."""
    last = read_link(before.link)
    body = event.canonical()
    link = Link(
        chain_id=last.chain_id, sequence=last.sequence + 1, key_id=key.id, previous=before.mac, body=body
    )  # fmt: skip
    return _row(link, key)


def head_of(row: Row, key: Key) -> Head:
    """The sealed note that ``row`` is the last one. Raises ValueError where it holds no link."""
    link = read_link(row.link)
    head = Head(chain_id=link.chain_id, sequence=link.sequence, mac=row.mac, key_id=key.id, seal=b"")
    return replace(head, seal=_seal(key.secret, head))


def read_head(note: bytes, seal: bytes) -> Head:
    """The note in these bytes with its seal, right or not. Raises ValueError where they hold none."""
    chain, sequence, mac, key = unpacked(note, 4)
    return Head(
        chain_id=chain.decode("ascii"), sequence=number_in(sequence), mac=mac, key_id=key.decode("ascii"), seal=seal
    )  # fmt: skip


def sealed(head: Head, keys: Keyring) -> bool:
    """Whether the note's seal is right."""
    known = keys.by_id().get(head.key_id)
    return known is not None and hmac.compare_digest(head.seal, _seal(known[1], head))


def refuse_broken_tail(last: Row, head: Head | None, keys: Keyring) -> None:
    """Raise BrokenTailError unless ``last`` was written with one of the keys and the note says that it is the last."""
    try:
        link = read_link(last.link)
    except ValueError as unreadable:
        raise BrokenTailError from unreadable
    known = keys.by_id().get(link.key_id)
    whole = (
        known is not None
        and head is not None
        and sealed(head, keys)
        and last.sequence == link.sequence == head.sequence
        and hmac.compare_digest(last.mac, link_mac(known[1], last.link))
        and hmac.compare_digest(last.mac, head.mac)
    )
    if not whole:
        raise BrokenTailError


def _row(link: Link, key: Key) -> Row:
    data = link.packed()
    return Row(sequence=link.sequence, link=data, mac=link_mac(key.secret, data))


def _seal(secret: bytes, head: Head) -> bytes:
    return hmac.digest(secret, packed(HEAD) + head.packed(), "sha256")
