"""Content that is open: it opens one kind, and ends when the policy says no."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest

from service.audit.records import Action, Outcome, Purpose
from service.blobs.errors import NoSuchBlobError
from service.blobs.identity import new_blob_id
from service.blobs.local_store import LocalBlobStore
from service.database.engine import Database
from service.database.errors import DatabaseUnavailableError
from service.database.words import Content
from service.keybroker.broker import RECHECK_MS
from service.keybroker.errors import RefusedError
from service.keybroker.opened import OpenSession
from service.keybroker.watch import RECHECK_BYTES, Watch
from tests.service.keybroker.test_broker import House
from tests.service.stand_ins import RememberingTrail, ToldClock

CHUNK = 64 * 1024
SHA = b"d" * 32


@pytest.fixture
def house(database: Database, trail: RememberingTrail, clock: ToldClock, tmp_path: Path) -> House:
    return House(database=database, trail=trail, clock=clock, blobs=LocalBlobStore(tmp_path / "blobs"))


def denials(house: House) -> int:
    return sum(event.outcome is Outcome.DENIED for event in house.trail.events)


def test_what_was_written_is_read_from_any_place(house: House) -> None:
    content = bytes(range(256)) * 1000
    blob_id = house.stored(content)
    with house.open() as opened, opened.read(blob_id) as reader:
        assert reader.size == len(content)
        assert b"".join(reader.pieces(100, 200_000)) == content[100:200_000]
        assert (reader.seek(-5, io.SEEK_END), reader.tell(), reader.read()) == (len(content) - 5,) * 2 + (content[-5:],)
        assert io.BufferedReader(reader).seek(3) == 3


def test_reading_asks_for_no_further_row(house: House) -> None:
    blob_id = house.stored(b"sound" * 100_000)
    before = len(house.trail.events)
    with house.open() as opened, opened.read(blob_id) as reader:
        house.clock.pass_ms(RECHECK_MS)
        assert len(reader.readall()) == 500_000
    assert len(house.trail.events) == before + 1


@pytest.mark.parametrize("passed", [RECHECK_MS, 10 * RECHECK_MS, -1], ids=["on time", "late", "clock went back"])
def test_a_withdrawal_ends_a_stream_at_the_next_piece(house: House, passed: int) -> None:
    blob_id = house.stored(bytes(10 * CHUNK))
    with house.open() as opened, opened.read(blob_id) as reader:
        pieces = reader.pieces(0, reader.size)
        assert len(next(pieces)) == CHUNK
        house.withdraw()
        house.clock.pass_ms(passed)
        with pytest.raises(RefusedError):
            next(pieces)
        assert reader.closed
    assert denials(house) == 1


def test_a_withdrawal_ends_a_stream_within_a_mebibyte_though_the_clock_stands_still(house: House) -> None:
    blob_id = house.stored(bytes(40 * CHUNK))
    got: list[bytes] = []
    with house.open() as opened, opened.read(blob_id) as reader:
        house.withdraw()
        with pytest.raises(RefusedError):
            got.extend(reader.pieces(0, reader.size))
    assert 0 < sum(map(len, got)) <= RECHECK_BYTES


def test_a_withdrawal_ends_reading_within_one_chunk(house: House) -> None:
    """A slow reader of small pieces is stopped too, though the chunk that they come from is decrypted already."""
    blob_id = house.stored(b"sound of a visit")
    with house.open() as opened, opened.read(blob_id) as reader:
        assert reader.read(5) == b"sound"
        house.withdraw()
        house.clock.pass_ms(RECHECK_MS)
        with pytest.raises(RefusedError):
            reader.read(5)


def test_a_withdrawal_while_writing_leaves_nothing(house: House) -> None:
    blob_id = new_blob_id()

    def write() -> None:
        with house.open() as opened, opened.write(blob_id) as writer:
            writer.write(bytes(3 * CHUNK))
            house.withdraw()
            house.clock.pass_ms(RECHECK_MS)
            writer.write(b"more")

    with pytest.raises(RefusedError):
        write()
    assert list(house.blobs.ids()) == []
    assert denials(house) == 1


def test_a_withdrawal_before_the_end_of_a_blob_leaves_nothing(house: House) -> None:
    blob_id = new_blob_id()

    def write() -> None:
        with house.open() as opened, opened.write(blob_id) as writer:
            assert writer.write(b"all of it") == writer.total == 9
            house.withdraw()
            house.clock.pass_ms(RECHECK_MS)

    with pytest.raises(RefusedError):
        write()
    with pytest.raises(NoSuchBlobError):
        house.blobs.get(blob_id)


USES: dict[str, Callable[[OpenSession], object]] = {
    "seal": lambda opened: opened.seal("recording.file_name", b""),
    "unseal": lambda opened: opened.unseal("recording.file_name", b""),
    "digest": lambda opened: opened.digest("recording.content_mac", SHA),
    "read": lambda opened: opened.read(new_blob_id()),
    "write": lambda opened: opened.write(new_blob_id()).__enter__(),
}


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_every_use_ends_with_the_permission_and_leaves_one_row_in_all(
    house: House, use: Callable[[OpenSession], object]
) -> None:
    with house.open() as opened:
        house.withdraw()
        house.clock.pass_ms(RECHECK_MS)
        for _ in range(3):
            with pytest.raises(RefusedError):
                use(opened)
    assert denials(house) == 1


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_what_was_closed_opens_nothing(house: House, use: Callable[[OpenSession], object]) -> None:
    opened = house.open()
    opened.close()
    opened.close()
    with pytest.raises(ValueError, match="closed"):
        use(opened)


def test_a_reader_goes_on_asking_after_its_session_was_closed(house: House) -> None:
    blob_id = house.stored(bytes(2 * CHUNK))
    with house.open() as opened:
        reader = opened.read(blob_id)
    pieces = reader.pieces(0, reader.size)
    assert len(next(pieces)) == CHUNK
    house.withdraw()
    house.clock.pass_ms(RECHECK_MS)
    with pytest.raises(RefusedError):
        next(pieces)


def test_fields_of_a_session_come_back(house: House) -> None:
    with house.open(content=Content.DETAILS, action=Action.EDIT) as opened:
        sealed = opened.seal("session.details", b"a title")
        digest = opened.digest("recording.content_mac", SHA)
    with house.open(content=Content.DETAILS) as opened:
        assert opened.unseal("session.details", sealed) == b"a title"
        assert opened.digest("recording.content_mac", SHA) == digest


def test_details_open_no_stored_file_in_quarantine_or_out_of_it(house: House) -> None:
    """Else a quarantine that leaves the details open would leave everything open."""
    blob_id = house.stored(b"sound")
    house.quarantine()
    with house.open(content=Content.DETAILS) as opened:
        with pytest.raises(RefusedError):
            opened.read(blob_id)
        with pytest.raises(RefusedError):
            opened.write(new_blob_id()).__enter__()


@pytest.mark.parametrize("name", ["feedback.body:1", "decision.body:1"])
def test_feedback_and_decisions_open_with_their_own_kind_of_content_alone(house: House, name: str) -> None:
    for content in (Content.DETAILS, Content.TRANSCRIPT):
        with house.open(content=content) as opened, pytest.raises(RefusedError):
            opened.unseal(name, b"")


def test_a_database_that_does_not_answer_gives_nothing_out(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    blob_id = house.stored(bytes(3 * CHUNK))

    def down() -> None:
        raise DatabaseUnavailableError

    with house.open() as opened, opened.read(blob_id) as reader:
        house.clock.pass_ms(RECHECK_MS)
        monkeypatch.setattr(house.database, "reading", down)
        with pytest.raises(DatabaseUnavailableError):
            next(reader.pieces(0, reader.size))
        with pytest.raises(DatabaseUnavailableError):
            opened.digest("recording.content_mac", SHA)


def test_a_watch_asks_only_as_often_as_it_was_told() -> None:
    asked, clock = [], ToldClock()
    watch = Watch(lambda: asked.append(clock()), clock, 1_000, looked_ms=clock())
    for _ in range(100):
        clock.pass_ms(99)
        watch.check()
    assert len(asked) == 9


def test_other_purposes_do_not_open_the_same_content(house: House) -> None:
    for purpose in set(Purpose) - {Purpose.REFLECTION}:
        with pytest.raises(RefusedError):
            house.broker.open(house.worker, house.session_id, Content.RECORDING, purpose=purpose)
