"""Ways to tamper with a chain that is anchored at its last row: each takes the chain and chance, and gives the rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random

from service.audit.anchors import parse_anchors
from service.audit.chain import Link, Row, head_of, link_mac, next_link, read_link
from tests.service.audit.chains import KEY, OTHER, STRANGE, Made, event, made, rows

Tamper = Callable[[Made, Random], Made]


def flip_byte(whole: Made, random: Random) -> Made:
    """One bit of one byte of any column."""
    at = random.randrange(len(whole.rows))
    row = whole.rows[at]
    column = random.choice(["sequence", "link", "mac"])
    if column == "sequence":
        return _with(whole, at, replace(row, sequence=row.sequence ^ (1 << random.randrange(63))))
    data = bytearray(getattr(row, column))
    data[random.randrange(len(data))] ^= 1 << random.randrange(8)
    return _with(whole, at, replace(row, **{column: bytes(data)}))


def change_event(whole: Made, random: Random) -> Made:
    """Another event in a row, its MAC left alone."""
    at = random.randrange(1, len(whole.rows))
    row = whole.rows[at]
    link = replace(read_link(row.link), body=event(random=random).canonical())
    return _with(whole, at, replace(row, link=link.packed()))


def delete(whole: Made, random: Random) -> Made:
    """Some rows in the middle, and perhaps the later ones moved up."""
    at = random.randrange(len(whole.rows) - 1)
    upto = min(at + random.randint(1, 5), len(whole.rows) - 1)
    rest = whole.rows[upto:]
    if random.random() < 0.5:
        rest = _renumbered(rest, at - upto)
    return replace(whole, rows=whole.rows[:at] + rest)


def insert(whole: Made, random: Random) -> Made:
    """A row of somebody without the key, with a number that is taken or with the later ones moved down."""
    at = random.randrange(1, len(whole.rows) + 1)
    forged = next_link(whole.rows[at - 1], event(random=random), STRANGE)
    rest = whole.rows[at:]
    if random.random() < 0.5:
        rest = _renumbered(rest, 1)
    return replace(whole, rows=(*whole.rows[:at], forged, *rest))


def swap(whole: Made, random: Random) -> Made:
    """Two rows change places, with their numbers or without."""
    one, two = random.sample(range(len(whole.rows)), 2)
    changed = list(whole.rows)
    first, second = changed[one], changed[two]
    changed[one] = replace(second, sequence=first.sequence)
    changed[two] = replace(first, sequence=second.sequence)
    return replace(whole, rows=tuple(changed))


def duplicate(whole: Made, random: Random) -> Made:
    """A row twice: beside itself, over another row, or at the end with the next number."""
    at, over = random.sample(range(len(whole.rows)), 2)
    row = whole.rows[at]
    way = random.randrange(3)
    if way == 0:
        return replace(whole, rows=(*whole.rows[:at], row, *whole.rows[at:]))
    if way == 1:
        return _with(whole, over, replace(row, sequence=over))
    return replace(whole, rows=(*whole.rows, replace(row, sequence=len(whole.rows))))


def truncate(whole: Made, random: Random) -> Made:
    """The end is cut off; the note is left, or is the one of that moment."""
    upto = random.randrange(1, len(whole.rows))
    head = head_of(whole.rows[upto - 1], KEY) if random.random() < 0.5 else whole.head
    return replace(whole, rows=whole.rows[:upto], head=head)


def rechain_without_key(whole: Made, random: Random) -> Made:
    """All from a row on is written anew by somebody who guesses the key, with a note to match."""
    return _rechained(whole, random, STRANGE.secret)


def rechain_with_key(whole: Made, random: Random) -> Made:
    """All from a row on is written anew by somebody who has the key, with a note to match."""
    return _rechained(whole, random, KEY.secret)


def splice(whole: Made, random: Random) -> Made:
    """Some rows are taken from another chain with the same key, or from another history of this one."""
    at = random.randrange(len(whole.rows) - 1)
    upto = min(at + random.randint(1, 5), len(whole.rows))
    other = random.choice([OTHER, read_link(whole.rows[0].link).chain_id])
    source = rows(len(whole.rows) - 1, chain=other, seed=random.randint(1, 1 << 30))
    if other != OTHER and at == 0:
        at, upto = 1, max(upto, 2)  # the first row of another history of the same chain is the same row
    return replace(whole, rows=whole.rows[:at] + source[at:upto] + whole.rows[upto:])


def roll_back(whole: Made, random: Random) -> Made:
    """The database of an earlier moment, and perhaps gone on with until it is as long."""
    kept = list(whole.rows[: random.randrange(1, len(whole.rows))])
    if random.random() < 0.5:
        while len(kept) < len(whole.rows):
            kept.append(next_link(kept[-1], event(random=random), KEY))
    return replace(whole, rows=tuple(kept), head=head_of(kept[-1], KEY))


def swap_installations(whole: Made, random: Random) -> Made:
    """The whole database of another installation that has the same key."""
    other = made(len(whole.rows) - 1, chain=OTHER, seed=random.randint(1, 1 << 30))
    return replace(whole, rows=other.rows, head=other.head)


def edit_anchor(whole: Made, random: Random) -> Made:
    """One bit of one byte of the anchor file."""
    data = bytearray("".join(anchor.line() for anchor in whole.anchors.found).encode())
    data[random.randrange(len(data))] ^= 1 << random.randrange(8)
    return replace(whole, anchors=parse_anchors(data.decode("ascii", errors="replace")))


TAMPERS: tuple[Tamper, ...] = (
    flip_byte, change_event, delete, insert, swap, duplicate, truncate, rechain_without_key, rechain_with_key,
    splice, roll_back, swap_installations, edit_anchor,
)  # fmt: skip


def _with(whole: Made, at: int, row: Row) -> Made:
    changed = list(whole.rows)
    changed[at] = row
    return replace(whole, rows=tuple(sorted(changed, key=lambda one: one.sequence)))


def _renumbered(some: tuple[Row, ...], by: int) -> tuple[Row, ...]:
    return tuple(replace(row, sequence=row.sequence + by) for row in some)


def _rechained(whole: Made, random: Random, secret: bytes) -> Made:
    at = random.randrange(1, len(whole.rows))
    kept = list(whole.rows[:at])
    key = replace(KEY, secret=secret)
    kept.append(next_link(kept[-1], event(random=random), key))
    for row in whole.rows[at + 1 :]:
        link: Link = replace(read_link(row.link), previous=kept[-1].mac)
        kept.append(replace(row, link=link.packed(), mac=link_mac(secret, link.packed())))
    return replace(whole, rows=tuple(kept), head=head_of(kept[-1], key))
