"""The service's own trail, on SQLite and on PostgreSQL: one chain, begun once, anchored when it is due."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from service.audit.anchor_keeper import AnchorKeeper
from service.audit.anchors import Anchor, AnchorFile, AnchorInterval, read_anchors
from service.audit.chained_trail import ChainedTrail, begin_chain
from service.audit.errors import AnchorFileError, AuditDatabaseError, BrokenTailError, NoTransactionError
from service.audit.keys import Keyring
from service.audit.sql_rows import SqlRows
from service.audit.store import each_row
from service.audit.verification import Verification, verify
from service.database.engine import Database
from tests.service.audit.chains import BEGUN, KEY, NEWER, event
from tests.service.audit.unguarded import unguarded
from tests.service.stand_ins import ToldClock

KEYS = Keyring(keys=(KEY,))
WRITERS, EACH = 4, 15


class Refusing:
    """An anchor place whose disk is full for as long as ``full``."""

    def __init__(self) -> None:
        self.full = True
        self.kept: list[Anchor] = []

    def put(self, anchor: Anchor) -> None:
        if self.full:
            raise AnchorFileError
        self.kept.append(anchor)


@pytest.fixture
def anchors(tmp_path: Path) -> Path:
    return tmp_path / "anchors"


@pytest.fixture
def begun(each_database: Database, anchors: Path) -> Database:
    assert begin_chain(each_database, KEYS, anchors, BEGUN)
    return each_database


def append(database: Database, count: int = 1, trail: ChainedTrail | None = None) -> None:
    for at in range(count):
        with database.writing() as rows:
            (trail or ChainedTrail(KEYS)).append(rows, event(BEGUN + at))


def verified(database: Database, anchors: Path) -> Verification:
    known = read_anchors(anchors)
    with database.reading() as connection:
        rows = SqlRows(connection)
        return verify(each_row(rows), KEYS, known, rows.head(), clock_tolerance_ms=1 << 40)


def until(done: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not done():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_events_become_rows_of_one_whole_chain(begun: Database, anchors: Path, clock: ToldClock) -> None:
    append(begun, 5)
    AnchorKeeper(begun, KEYS, AnchorFile(anchors), clock).keep()
    result = verified(begun, anchors)
    assert (result.findings, result.events, result.unanchored) == ((), 6, 0)


def test_an_event_goes_with_the_transaction_that_it_belongs_to(begun: Database) -> None:
    def fail() -> None:
        with begun.writing() as rows:
            ChainedTrail(KEYS).append(rows, event())
            raise RuntimeError("what it tells of failed")

    with pytest.raises(RuntimeError):
        fail()
    with begun.reading() as connection:
        last = SqlRows(connection).last()
    assert last is not None
    assert last.sequence == 0


def test_a_reader_records_nothing(begun: Database) -> None:
    with begun.reading() as rows, pytest.raises(NoTransactionError):
        ChainedTrail(KEYS).append(rows, event())


def test_nothing_is_recorded_before_a_chain_is_begun(each_database: Database) -> None:
    with pytest.raises(AuditDatabaseError, match="no audit chain yet"):
        append(each_database)


def test_writers_at_once_write_one_chain(begun: Database, anchors: Path, clock: ToldClock) -> None:
    writers = [threading.Thread(target=append, args=(begun, EACH)) for _ in range(WRITERS)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    AnchorKeeper(begun, KEYS, AnchorFile(anchors), clock).keep()
    result = verified(begun, anchors)
    assert (result.findings, result.events) == ((), 1 + WRITERS * EACH)


def test_a_chain_is_begun_once_however_many_start(each_database: Database, anchors: Path) -> None:
    said: list[bool] = []
    starts = [
        threading.Thread(target=lambda: said.append(begin_chain(each_database, KEYS, anchors, BEGUN))) for _ in range(3)
    ]
    for start in starts:
        start.start()
    for start in starts:
        start.join()
    assert sorted(said) == [False, False, True]


def test_no_chain_is_begun_where_anchors_know_of_one(each_database: Database, begun: Database, anchors: Path,
                                                     clock: ToldClock) -> None:  # fmt: skip
    """An emptied table is not taken for a new installation."""
    AnchorKeeper(begun, KEYS, AnchorFile(anchors), clock).keep()
    unguarded(begun, "DELETE FROM audit")
    with pytest.raises(AuditDatabaseError, match="anchor file knows"):
        begin_chain(begun, KEYS, anchors, BEGUN)


def test_after_a_cut_nothing_more_is_recorded(begun: Database) -> None:
    append(begun, 3)
    unguarded(begun, "DELETE FROM audit WHERE sequence = 3")
    with pytest.raises(BrokenTailError):
        append(begun)


def test_without_the_note_nothing_more_is_recorded(begun: Database) -> None:
    append(begun)
    unguarded(begun, "DROP TABLE audit_head")
    with pytest.raises(BrokenTailError):
        append(begun)


def test_a_newer_key_is_written_on_with_and_the_older_one_refused(begun: Database) -> None:
    append(begun, trail=ChainedTrail(Keyring(keys=(KEY, NEWER))))
    with pytest.raises(BrokenTailError):
        append(begun)


def test_an_anchor_is_due_after_so_many_rows_or_so_much_time(begun: Database, anchors: Path, clock: ToldClock) -> None:
    keeper = AnchorKeeper(begun, KEYS, AnchorFile(anchors), clock, AnchorInterval(rows=3, ms=1000))
    kept = []
    for rows, pass_ms in ((0, 0), (2, 10), (1, 10), (1, 10), (0, 2000), (0, 2000)):
        append(begun, rows)
        clock.pass_ms(pass_ms)
        anchor = keeper.keep()
        assert anchor is not None
        kept.append(anchor.sequence)
    assert kept == [0, 0, 3, 3, 4, 4]
    assert [anchor.sequence for anchor in read_anchors(anchors).found] == [0, 3, 4]


def test_rows_of_an_open_transaction_are_not_anchored(begun: Database, anchors: Path, clock: ToldClock) -> None:
    """Anchored and then rolled back, they would look cut off."""
    keeper = AnchorKeeper(begun, KEYS, AnchorFile(anchors), clock, AnchorInterval(rows=1))
    with begun.writing() as rows:
        ChainedTrail(KEYS, keeper.noticed).append(rows, event())
        anchor = keeper.keep()
    assert anchor is not None
    assert anchor.sequence == 0


def test_the_thread_anchors_at_once_when_enough_rows_were_written(begun: Database, anchors: Path,
                                                                  clock: ToldClock) -> None:  # fmt: skip
    keeper = AnchorKeeper(begun, KEYS, AnchorFile(anchors), clock, AnchorInterval(rows=5))
    keeper.start()
    until(lambda: keeper.anchored is not None)
    trail = ChainedTrail(KEYS, keeper.noticed)
    append(begun, 6, trail)
    until(lambda: keeper.anchored is not None and keeper.anchored.sequence >= 5)
    append(begun, 2, trail)
    keeper.stop()
    assert verified(begun, anchors).unanchored == 0
    assert verified(begun, anchors).last == 8


def test_a_keeper_that_failed_says_so_and_tries_again(begun: Database, clock: ToldClock) -> None:
    place = Refusing()
    keeper = AnchorKeeper(begun, KEYS, place, clock)
    with pytest.raises(AnchorFileError):
        keeper.keep()
    assert keeper.failed
    place.full = False
    keeper.stop()
    assert (keeper.failed, [anchor.sequence for anchor in place.kept]) == (False, [0])


def test_a_failure_does_not_end_the_thread(
    begun: Database, clock: ToldClock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("service.audit.anchor_keeper.LOOK_EVERY_S", 0.01)
    place = Refusing()
    keeper = AnchorKeeper(begun, KEYS, place, clock)
    keeper.start()
    until(lambda: keeper.failed)
    place.full = False
    until(lambda: len(place.kept) == 1)
    keeper.stop()
    assert [record.getMessage() for record in caplog.records] == [
        "No anchor could be kept (AnchorFileError); trying again."
    ]


def test_a_chain_that_was_cut_is_not_anchored(begun: Database, anchors: Path, clock: ToldClock) -> None:
    append(begun, 3)
    unguarded(begun, "DELETE FROM audit WHERE sequence = 3")
    with pytest.raises(BrokenTailError):
        AnchorKeeper(begun, KEYS, AnchorFile(anchors), clock).keep()
    assert not anchors.exists()
