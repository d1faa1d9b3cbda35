"""Events become rows, and rows are anchored."""

from __future__ import annotations

import pytest

from service.audit.anchors import Anchor, AnchorInterval, Anchors
from service.audit.errors import AuditDatabaseError, BrokenTailError
from service.audit.keys import Keyring
from service.audit.log import AuditLog
from service.audit.store import MemoryRows, each_row
from service.audit.verification import verify
from tests.service.audit.chains import BEGUN, CHAIN, KEY, NEWER, event

KEYS = Keyring(keys=(KEY,))


class Kept:
    """An anchor place that keeps anchors in a list."""

    def __init__(self) -> None:
        self.anchors: list[Anchor] = []

    def put(self, anchor: Anchor) -> None:
        self.anchors.append(anchor)


def test_what_was_written_and_anchored_is_whole() -> None:
    rows, place = MemoryRows(), Kept()
    log = AuditLog(rows, KEYS)
    log.begin(CHAIN, BEGUN)
    anchored = log.anchor(place, None, BEGUN)
    for at in range(1, 25):
        log.append(event(BEGUN + at))
        anchored = log.anchor(place, anchored, BEGUN + at, AnchorInterval(rows=10))
    assert [anchor.sequence for anchor in place.anchors] == [0, 10, 20]
    known = Anchors(found=tuple(place.anchors), lines=(1, 2, 3))
    result = verify(each_row(rows, 7), KEYS, known, rows.head())
    assert (result.whole, result.events, result.unanchored) == (True, 25, 4)


def test_a_newer_key_writes_on_after_an_older_one() -> None:
    rows = MemoryRows()
    AuditLog(rows, KEYS).begin(CHAIN, BEGUN)
    both = Keyring(keys=(KEY, NEWER))
    AuditLog(rows, both).append(event())
    AuditLog(rows, both).append(event())
    with pytest.raises(BrokenTailError):
        AuditLog(rows, KEYS).append(event())


def test_nothing_is_recorded_before_a_chain_is_begun() -> None:
    with pytest.raises(AuditDatabaseError, match="no audit chain yet"):
        AuditLog(MemoryRows(), KEYS).append(event())


def test_a_chain_is_begun_once() -> None:
    rows = MemoryRows()
    AuditLog(rows, KEYS).begin(CHAIN, BEGUN)
    with pytest.raises(AuditDatabaseError, match="already"):
        AuditLog(rows, KEYS).begin(CHAIN, BEGUN)


def test_after_a_cut_nothing_is_recorded_and_nothing_anchored() -> None:
    rows, place = MemoryRows(), Kept()
    log = AuditLog(rows, KEYS)
    log.begin(CHAIN, BEGUN)
    log.append(event())
    log.append(event())
    rows.rows.pop()
    for attempt in (lambda: log.append(event()), lambda: log.anchor(place, None, BEGUN)):
        with pytest.raises(BrokenTailError):
            attempt()
    assert (len(rows.rows), place.anchors) == (2, [])
