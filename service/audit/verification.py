"""Is the chain as it was written? Reads rows once, in constant memory beside the anchors. Pure."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from service.audit.anchors import Anchor, Anchors, anchor_seal
from service.audit.chain import NOTHING_BEFORE, Head, Link, Row, link_mac, read_link, sealed
from service.audit.errors import AuditDatabaseError
from service.audit.findings import Finding, Findings, Found, Ranges
from service.audit.keys import Keyring
from service.audit.records import when_in

CLOCK_TOLERANCE_MS = 60_000
"""Events that wait for the write lock may be written after later ones; a clock that goes back further is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What came of a verification. ``events`` counts the rows that are as they were written, the first one included;
    ``last`` and ``anchored`` are the numbers of the last such row and the last anchor; ``anchored_ms`` is its time.
    """  # fmt: skip

    chain_id: str | None
    events: int
    last: int | None
    anchored: int | None
    anchored_ms: int | None
    findings: tuple[Found, ...]
    omitted: int
    whole: bool

    @property
    def unanchored(self) -> int:
        """How many events after the last anchor: cutting these off can go unnoticed."""
        return max(0, -1 if self.last is None else self.last - (-1 if self.anchored is None else self.anchored))


def verify(
    rows: Iterable[Row],
    keys: Keyring,
    anchors: Anchors,
    head: Head | None,
    clock_tolerance_ms: int = CLOCK_TOLERANCE_MS,
) -> Verification:
    """Check rows, in the order of their numbers, against the keys, the anchors and the note of the last row.

    Read the anchors before the rows, and rows and note in one transaction, or a service at work looks cut off.
    """
    check = _Check(keys, anchors, head, clock_tolerance_ms)
    try:
        for row in rows:
            check.take(row)
    except AuditDatabaseError:
        check.findings.add(Finding.UNREADABLE, check.next)
        return check.finished(to_the_end=False)
    return check.finished()


class _Check:
    """Goes along the rows. Rows whose MAC is right say themselves which place is theirs; the others, strangers, are
    held back until the next row of ours shows whether they stand in a place or between two."""  # fmt: skip

    def __init__(self, keys: Keyring, anchors: Anchors, head: Head | None, tolerance_ms: int) -> None:
        self.findings = Findings()
        self.next = 0
        self._keys = keys.by_id()
        self._head = head if head is not None and sealed(head, keys) else None
        self._chain = None if self._head is None else self._head.chain_id
        self._anchors = _by_place(anchors, self._keys, self.findings)
        self._tolerance_ms = tolerance_ms
        self._missing = Ranges()
        self._strangers: list[Found] = []
        self._in_line = True
        self._read = NOTHING_BEFORE
        self._own: tuple[int, bytes] = (-1, NOTHING_BEFORE)
        self._events = self._key_place = self._when = 0
        self._left = dict(self._anchors)

    def take(self, row: Row) -> None:
        """The next row in the order of the database."""
        link = _link(row)
        strange = self._strange(row, link)
        if link is None or strange is not None:
            self._in_line &= link is not None and hmac.compare_digest(link.previous, self._read)
            self._hold(strange or Finding.CHANGED, row.sequence)
        else:
            self._place(row, link)
        self._read = row.mac

    def _strange(self, row: Row, link: Link | None) -> Finding | None:
        """Why the row is none of ours; None where it is."""
        if link is None:
            return Finding.CHANGED
        known = self._keys.get(link.key_id)
        if known is None:
            return Finding.UNKNOWN_KEY
        if not hmac.compare_digest(row.mac, link_mac(known[1], row.link)):
            return Finding.CHANGED
        self._chain = self._chain or link.chain_id
        return None if link.chain_id == self._chain else Finding.OTHER_CHAIN

    def _hold(self, kind: Finding, sequence: int) -> None:
        last = self._strangers[-1] if self._strangers else None
        if last is not None and last.kind is kind and sequence == last.last + 1:
            self._strangers[-1] = Found(kind=kind, first=last.first, last=sequence)
        else:
            self._strangers.append(Found(kind=kind, first=sequence, last=sequence))

    def _place(self, row: Row, link: Link) -> None:
        place = link.sequence
        if place >= self.next:
            self._settle(place)
            self.next = place + 1
        elif not self._missing.take(place):
            self.findings.add(Finding.DUPLICATED, place)
        if row.sequence != place:
            self.findings.add(Finding.REORDERED, place)
        follows = self._own[0] == place - 1
        if follows and not hmac.compare_digest(link.previous, self._own[1]):
            self.findings.add(Finding.FORKED, place)
        anchor = self._left.pop((link.chain_id, place), None)
        if anchor is not None and not hmac.compare_digest(anchor.mac, row.mac):
            self.findings.add(Finding.ANCHOR_DIFFERS, place)
        self._follow(link, follows)
        self._own = (place, row.mac)
        self._events += 1

    def _follow(self, link: Link, follows: bool) -> None:
        """Keys only go on to newer ones, and the clock goes forward."""
        key_place = self._keys[link.key_id][0]
        if key_place < self._key_place:
            self.findings.add(Finding.OLD_KEY, link.sequence)
        self._key_place = max(self._key_place, key_place)
        try:
            when = when_in(link.body)
        except ValueError:
            self.findings.add(Finding.CHANGED, link.sequence)
            return
        if follows and when < self._when - self._tolerance_ms:
            self.findings.add(Finding.CLOCK, link.sequence)
        self._when = when

    def _settle(self, place: int) -> None:
        """A row of ours at ``place``, not before ``next``, shows what the strangers before it were."""
        room = place - self.next
        count = sum(found.last - found.first + 1 for found in self._strangers)
        for found in self._strangers:
            inside = count <= room or found.kind is Finding.OTHER_CHAIN
            self.findings.add(found.kind if inside else Finding.INSERTED, found.first, found.last)
        at = self.next
        for found in self._strangers:
            self._missing.add(at, min(found.first, place) - 1)
            at = max(at, found.last + 1)
        self._missing.add(at, place - 1)
        self._strangers.clear()
        self._in_line = True

    def finished(self, *, to_the_end: bool = True) -> Verification:
        """What is known once the last row was read, or the last that can be."""
        self._settle_end()
        self._chain = self._chain or next(reversed([chain for chain, _ in self._anchors]), None)
        for first, last in self._missing:
            self.findings.add(Finding.MISSING, first, last)
        anchor = max((found for found in self._anchors.values() if found.chain_id == self._chain),
                     key=lambda found: found.sequence, default=None)  # fmt: skip
        if to_the_end:
            self._compare_ends(anchor)
        self._compare_anchors()
        return Verification(
            chain_id=self._chain, events=self._events, last=self.next - 1 if self._events else None,
            anchored=None if anchor is None else anchor.sequence,
            anchored_ms=None if anchor is None else anchor.when_ms,
            findings=self.findings.in_order(), omitted=self.findings.omitted, whole=not self.findings.broken,
        )  # fmt: skip

    def _settle_end(self) -> None:
        """Strangers at the end stand in a place unless the note says that there is none behind the last of ours."""
        if not self._strangers:
            return
        count = sum(found.last - found.first + 1 for found in self._strangers)
        surplus = self._head is not None and self._head.sequence < self.next
        for found in self._strangers:
            kind = Finding.RECHAINED if self._in_line and count > 1 else found.kind
            self.findings.add(Finding.INSERTED if surplus else kind, found.first, found.last)
        if not surplus:
            self.next += count

    def _compare_ends(self, anchor: Anchor | None) -> None:
        head, last = self._head, self.next - 1
        noted = -1 if head is None else head.sequence
        anchored = -1 if anchor is None else anchor.sequence
        if anchored > last:
            self.findings.add(Finding.TRUNCATED, last + 1, anchored)
        if noted > max(last, anchored):
            self.findings.add(Finding.TRUNCATED_AFTER_ANCHOR, max(last, anchored) + 1, noted)
        fits = head is not None and (noted != self._own[0] or hmac.compare_digest(head.mac, self._own[1]))
        if not fits or noted < last:
            self.findings.add(Finding.HEAD, max(0, last))

    def _compare_anchors(self) -> None:
        if not self._anchors:
            self.findings.add(Finding.NO_ANCHOR, 0)
        for chain, place in sorted(self._left):
            if chain != self._chain:
                self.findings.add(Finding.ANCHOR_OF_OTHER_CHAIN, place)
            elif place < self.next:
                self.findings.add(Finding.ANCHOR_WITHOUT_ROW, place)


def _link(row: Row) -> Link | None:
    try:
        return read_link(row.link)
    except ValueError:
        return None


def _by_place(
    anchors: Anchors, keys: dict[str, tuple[int, bytes]], findings: Findings
) -> dict[tuple[str, int], Anchor]:
    """The anchors that were written with one of the keys, by chain and place; the others become findings."""
    placed: dict[tuple[str, int], Anchor] = {}
    for line in anchors.damaged:
        findings.add(Finding.ANCHOR_CHANGED, line)
    for line, anchor in _lines(anchors):
        known = keys.get(anchor.key_id)
        if known is None or not hmac.compare_digest(anchor.seal, anchor_seal(known[1], anchor)):
            findings.add(Finding.ANCHOR_CHANGED, line)
            continue
        earlier = placed.setdefault((anchor.chain_id, anchor.sequence), anchor)
        if not hmac.compare_digest(earlier.mac, anchor.mac):
            findings.add(Finding.ANCHOR_DIFFERS, anchor.sequence)
    return placed


def _lines(anchors: Anchors) -> Iterator[tuple[int, Anchor]]:
    yield from zip(anchors.lines, anchors.found, strict=True)
