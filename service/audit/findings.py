"""What a verification can find, where, and in a sentence what it means and what to do."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum

MOST = 200
"""So many findings are kept; the others are counted."""


class Finding(StrEnum):
    """The kinds of findings."""

    CHANGED = "changed"
    UNKNOWN_KEY = "unknown-key"
    RECHAINED = "rechained"
    OLD_KEY = "old-key"
    FORKED = "forked"
    OTHER_CHAIN = "other-chain"
    MISSING = "missing"
    INSERTED = "inserted"
    REORDERED = "reordered"
    DUPLICATED = "duplicated"
    TRUNCATED = "truncated"
    TRUNCATED_AFTER_ANCHOR = "truncated-after-anchor"
    HEAD = "head"
    CLOCK = "clock"
    NO_ANCHOR = "no-anchor"
    ANCHOR_CHANGED = "anchor-changed"
    ANCHOR_DIFFERS = "anchor-differs"
    ANCHOR_WITHOUT_ROW = "anchor-without-row"
    ANCHOR_OF_OTHER_CHAIN = "anchor-of-other-chain"
    UNREADABLE = "unreadable"


_BACKUP = "Keep this database as it is, and compare with a backup from before."
_SENTENCES = {
    Finding.CHANGED: "{rows} {was} changed after {it} {was} written. " + _BACKUP,
    Finding.UNKNOWN_KEY: "{rows} {was} written with a key that is not in the key file. Add the key if it is one of "
    "this installation's; if it is not, somebody else wrote there.",
    Finding.RECHAINED: "From event {first} on, all is changed or written anew with another key. " + _BACKUP,
    Finding.OLD_KEY: "{rows} {was} written with a key that was out of use by then. Find out who still has it.",
    Finding.FORKED: "{rows} {does} not follow the event before: two histories of this chain were put together, as "
    "after restoring an older copy. " + _BACKUP,
    Finding.OTHER_CHAIN: "{rows} {was} taken from the chain of another installation. " + _BACKUP,
    Finding.MISSING: "{rows} {was} taken out. " + _BACKUP,
    Finding.INSERTED: "{rows} {was} put in by somebody without the key. " + _BACKUP,
    Finding.REORDERED: "{rows} {does} not stand where {it} {was} written. " + _BACKUP,
    Finding.DUPLICATED: "{rows} {stands} there twice. " + _BACKUP,
    Finding.TRUNCATED: "The end is cut off, or an older copy was put in place: {rows} {was} written and anchored, and "
    "{is} gone. " + _BACKUP,
    Finding.TRUNCATED_AFTER_ANCHOR: "The end is cut off after the last anchor: {rows} {was} written and {is} gone. "
    + _BACKUP,
    Finding.HEAD: "The sealed note of the last event does not fit the rows: it is missing, changed or older. "
    + _BACKUP,
    Finding.CLOCK: "The clock went back before event {first}. The rows are as they were written; check the machine's "
    "clock.",
    Finding.NO_ANCHOR: "The anchor file holds no anchor, though one is written when a chain begins. Find the right "
    "file, or who emptied it.",
    Finding.ANCHOR_CHANGED: "Line {first} of the anchor file is not as it was written. Compare with another copy of "
    "that file.",
    Finding.ANCHOR_DIFFERS: "{rows} {is} not what was anchored: the chain was written anew by somebody who has the "
    "key, or an older copy was put in place and gone on with. " + _BACKUP,
    Finding.ANCHOR_WITHOUT_ROW: "{rows} {was} anchored, and no such event is there unharmed. " + _BACKUP,
    Finding.ANCHOR_OF_OTHER_CHAIN: "The anchor of event {first} belongs to the chain of another installation. Find "
    "the right database or the right anchor file.",
    Finding.UNREADABLE: "The database cannot be read from event {first} on: its file is damaged. " + _BACKUP,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One finding, from event ``first`` to event ``last``, both included; for changed anchors, lines of their file."""

    kind: Finding
    first: int
    last: int

    @property
    def breaks(self) -> bool:
        """Whether it means that the chain is not whole. A clock that was set back does not."""
        return self.kind is not Finding.CLOCK

    def sentence(self) -> str:
        """What was found and what to do about it."""
        words = {"was": "was", "does": "does", "stands": "stands", "is": "is", "it": "it"}
        rows = f"Event {self.first}"
        if self.last > self.first:
            words = {"was": "were", "does": "do", "stands": "stand", "is": "are", "it": "they"}
            rows = f"Events {self.first} to {self.last}"
        return _SENTENCES[self.kind].format(first=self.first, last=self.last, rows=rows, **words)


@dataclass(slots=True)
class Findings:
    """Findings as they come in; neighbours of one kind become one."""

    kept: list[Found] = field(default_factory=list)
    omitted: int = 0
    broken: bool = False
    _last: dict[Finding, int] = field(default_factory=dict)

    def add(self, kind: Finding, first: int, last: int | None = None) -> None:
        """Note a finding from ``first`` to ``last``, or at ``first`` alone."""
        new = Found(kind=kind, first=first, last=first if last is None else last)
        self.broken |= new.breaks
        at = self._last.get(kind)
        if at is not None and self.kept[at].last + 1 == new.first:
            self.kept[at] = replace(self.kept[at], last=new.last)
        elif len(self.kept) < MOST:
            self._last[kind] = len(self.kept)
            self.kept.append(new)
        else:
            self.omitted += 1

    def in_order(self) -> tuple[Found, ...]:
        """What was kept, by event."""
        return tuple(sorted(self.kept, key=lambda found: (found.first, found.kind)))


class Ranges:
    """Numbers that are missing, as ranges that do not touch."""

    def __init__(self) -> None:
        self._ranges: list[tuple[int, int]] = []

    def add(self, first: int, last: int) -> None:
        """Note ``first`` to ``last``, none of which is noted yet; nothing where first > last."""
        if first <= last:
            insort(self._ranges, (first, last))

    def take(self, value: int) -> bool:
        """Take a number out again; whether it was there."""
        at = bisect_right(self._ranges, value, key=lambda pair: pair[0]) - 1
        if at < 0 or value > self._ranges[at][1]:
            return False
        first, last = self._ranges.pop(at)
        self.add(first, value - 1)
        self.add(value + 1, last)
        return True

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return iter(self._ranges)
