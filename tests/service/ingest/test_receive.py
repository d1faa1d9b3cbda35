"""Bytes that were counted are kept, whatever happens to those after them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import update

from models.adapters.media_refusals import DocumentFileError, PlaylistError
from service.audit.records import Outcome, Purpose
from service.blobs.errors import StoreFullError
from service.blobs.local_store import LocalBlobStore
from service.database.engine import Database
from service.database.tables import recording, session, upload_part
from service.database.words import Content, UploadState
from service.ingest import store
from service.ingest.errors import (
    AlreadyRecordedError,
    ChecksumError,
    TranscriptKindError,
    UploadBusyError,
    UploadEndedError,
    UploadOffsetError,
    UploadTooLongError,
)
from service.ingest.records import Checksum, UploadKind, file_name_field
from service.ingest.usecases import Ingest
from service.keybroker.errors import RefusedError
from tests.service.ingest.material import (
    OTHER,
    SESSION,
    actor,
    asked,
    contents,
    count,
    in_chunks,
    jobs,
    recordings,
    sha,
    stray_blobs,
    wave,
)
from tests.service.stand_ins import OpenHandedBroker, RememberingTrail, ToldClock

SOUND = wave(350_000)


class DroppedError(Exception):
    pass


def broken(content: bytes) -> Iterator[bytes]:
    yield from in_chunks(content, 10_000)
    raise DroppedError


@pytest.fixture
def begun(ingest: Ingest) -> str:
    return ingest.begin(actor(), asked(SOUND)).id


def test_the_last_byte_makes_the_recording_and_its_job(
    ingest: Ingest, begun: str, database: Database, open_handed: OpenHandedBroker
) -> None:
    done = ingest.receive(actor(), begun, 0, in_chunks(SOUND, 60_000))
    assert (done.state, done.received) == (UploadState.COMPLETE, len(SOUND))
    assert [one[0] for one in recordings(database)] == [done.recording_id]
    assert contents(database, open_handed) == [sha(SOUND)]
    assert jobs(database) == 1


def test_nothing_but_the_recording_is_left(
    ingest: Ingest, begun: str, database: Database, open_handed: OpenHandedBroker, tmp_path: Path
) -> None:
    ingest.receive(actor(), begun, 0, in_chunks(SOUND, 60_000))
    assert count(database, upload_part) == 0
    assert list(open_handed.blobs.ids()) == [blob for _, _, blob, _ in recordings(database)]
    assert not list(tmp_path.rglob("*.part"))


def test_the_name_goes_with_the_recording_sealed(
    ingest: Ingest, begun: str, database: Database, open_handed: OpenHandedBroker
) -> None:
    done = ingest.receive(actor(), begun, 0, [SOUND])
    with database.reading() as rows:
        sealed = rows.execute(recording.select()).one().file_name
    with open_handed.open(actor(), SESSION, Content.RECORDING, purpose=Purpose.REFLECTION) as opened:
        assert opened.unseal(file_name_field(done.recording_id or ""), sealed) == b"visit.wav"
    assert b"visit" not in sealed


def test_what_came_before_the_connection_broke_is_kept(ingest: Ingest, begun: str) -> None:
    with pytest.raises(DroppedError):
        ingest.receive(actor(), begun, 0, broken(SOUND[:123_456]))
    assert ingest.standing(actor(), begun).received == 123_456


def test_after_ten_drops_the_recording_is_as_it_was_sent(
    ingest: Ingest, begun: str, database: Database, open_handed: OpenHandedBroker
) -> None:
    for _ in range(10):
        at = ingest.standing(actor(), begun).received
        with pytest.raises(DroppedError):
            ingest.receive(actor(), begun, at, broken(SOUND[at : at + 33_333]))
    at = ingest.standing(actor(), begun).received
    assert at == 333_330
    ingest.receive(actor(), begun, at, [SOUND[at:]])
    assert contents(database, open_handed) == [sha(SOUND)]


def test_a_connection_that_breaks_after_the_last_byte_loses_nothing(ingest: Ingest, begun: str) -> None:
    assert ingest.receive(actor(), begun, 0, broken(SOUND)).state is UploadState.COMPLETE


@pytest.mark.parametrize("offset", [1, 99_999, 350_000])
def test_bytes_for_another_place_are_refused(ingest: Ingest, begun: str, offset: int) -> None:
    with pytest.raises(UploadOffsetError):
        ingest.receive(actor(), begun, offset, [SOUND])
    assert ingest.standing(actor(), begun).received == 0


def test_more_than_was_announced_for_the_file_is_refused_at_once(ingest: Ingest, begun: str) -> None:
    def untouched() -> Iterator[bytes]:
        raise AssertionError("the body was read")
        yield b""

    with pytest.raises(UploadTooLongError):
        ingest.receive(actor(), begun, 0, untouched(), announced=len(SOUND) + 1)


def test_a_body_that_goes_on_past_the_end_of_the_file_is_refused(ingest: Ingest, begun: str) -> None:
    with pytest.raises(UploadTooLongError):
        ingest.receive(actor(), begun, 0, in_chunks(SOUND + b"x", 70_000))
    at = ingest.standing(actor(), begun).received
    assert ingest.receive(actor(), begun, at, [SOUND[at:]]).state is UploadState.COMPLETE


def test_another_persons_upload_cannot_be_told_from_none(ingest: Ingest, begun: str) -> None:
    for upload_id in (begun, "f" * 32, "", "x"):
        with pytest.raises(RefusedError):
            ingest.receive(actor(OTHER), upload_id, 0, [SOUND])
        with pytest.raises(RefusedError):
            ingest.standing(actor(OTHER), upload_id)
        with pytest.raises(RefusedError):
            ingest.terminate(actor(OTHER), upload_id)
    assert ingest.standing(actor(), begun).received == 0


def test_a_session_that_is_withdrawn_meanwhile_takes_nothing_more(
    ingest: Ingest, begun: str, database: Database, open_handed: OpenHandedBroker
) -> None:
    ingest.receive(actor(), begun, 0, [SOUND[:100_000]])
    open_handed.refused.add(SESSION)
    with pytest.raises(RefusedError):
        ingest.receive(actor(), begun, 100_000, [SOUND[100_000:]])
    assert recordings(database) == []


def test_a_second_writer_waits_until_the_first_is_silent(ingest: Ingest, begun: str, clock: ToldClock) -> None:
    refusals = []

    def first() -> Iterator[bytes]:
        yield SOUND[:50_000]
        try:
            ingest.receive(actor(), begun, 0, [SOUND])
        except UploadBusyError as refused:
            refusals.append(refused)
        yield SOUND[50_000:60_000]

    assert ingest.receive(actor(), begun, 0, first()).received == 60_000
    assert len(refusals) == 1


def test_a_writer_that_was_silent_gives_way_and_adds_nothing(
    ingest: Ingest, begun: str, clock: ToldClock, database: Database, open_handed: OpenHandedBroker
) -> None:
    def first() -> Iterator[bytes]:
        yield SOUND[:50_000]
        clock.pass_ms(ingest.limits.claim_ms)
        assert ingest.receive(actor(), begun, 0, [SOUND[:80_000]]).received == 80_000
        yield b"\0" * 50_000

    with pytest.raises(UploadBusyError):
        ingest.receive(actor(), begun, 0, first())
    ingest.receive(actor(), begun, 80_000, [SOUND[80_000:]])
    assert contents(database, open_handed) == [sha(SOUND)]
    assert stray_blobs(database, open_handed) == set()


def test_a_writer_that_goes_on_is_not_overtaken(ingest: Ingest, begun: str, clock: ToldClock) -> None:
    def first() -> Iterator[bytes]:
        for piece in in_chunks(SOUND[:90_000], 10_000):
            clock.pass_ms(ingest.limits.claim_ms // 2)
            yield piece
        with pytest.raises(UploadBusyError):
            ingest.receive(actor(), begun, 0, [SOUND])

    assert ingest.receive(actor(), begun, 0, first()).received == 90_000


def test_an_upload_that_is_cancelled_while_it_is_written_keeps_nothing(
    ingest: Ingest, begun: str, database: Database, open_handed: OpenHandedBroker
) -> None:
    def chunks() -> Iterator[bytes]:
        yield SOUND[:120_000]
        ingest.terminate(actor(), begun)
        yield SOUND[120_000:]

    with pytest.raises((UploadBusyError, UploadEndedError)):
        ingest.receive(actor(), begun, 0, chunks())
    with pytest.raises(UploadEndedError):
        ingest.standing(actor(), begun)
    assert list(open_handed.blobs.ids()) == []
    assert count(database, upload_part) == 0


def test_a_recording_cannot_be_cancelled_any_more(ingest: Ingest, begun: str, database: Database) -> None:
    ingest.receive(actor(), begun, 0, [SOUND])
    with pytest.raises(AlreadyRecordedError):
        ingest.terminate(actor(), begun)
    assert len(recordings(database)) == 1


def test_bytes_sent_again_to_a_complete_upload_change_nothing(ingest: Ingest, begun: str, database: Database) -> None:
    done = ingest.receive(actor(), begun, 0, [SOUND])
    assert ingest.receive(actor(), begun, len(SOUND), []) == done
    with pytest.raises(UploadOffsetError):
        ingest.receive(actor(), begun, 0, [SOUND])


def test_the_same_content_is_the_same_recording(
    ingest: Ingest, begun: str, database: Database, open_handed: OpenHandedBroker
) -> None:
    first = ingest.receive(actor(), begun, 0, [SOUND])
    again = ingest.begin(actor(), asked(SOUND, file_name="copy.wav"))
    second = ingest.receive(actor(), again.id, 0, in_chunks(SOUND, 7_000))
    assert second.recording_id == first.recording_id
    assert (len(recordings(database)), jobs(database)) == (1, 1)
    assert len(list(open_handed.blobs.ids())) == 1


def test_a_permission_that_changes_while_parts_are_joined_stops_the_recording_for_now(
    ingest: Ingest, begun: str, database: Database, open_handed: OpenHandedBroker
) -> None:
    """What is recorded was allowed at that moment, not at one before."""
    with database.writing() as rows:
        rows.execute(update(session).where(session.c.id == SESSION).values(permission_epoch=2))
    with pytest.raises(UploadBusyError):
        ingest.receive(actor(), begun, 0, [SOUND])
    assert (recordings(database), jobs(database)) == ([], 0)
    open_handed.epochs[SESSION] = 2
    assert ingest.standing(actor(), begun).state is UploadState.COMPLETE


def test_what_is_no_recording_is_refused_with_its_first_bytes(
    ingest: Ingest, begun: str, open_handed: OpenHandedBroker, trail: RememberingTrail
) -> None:
    read = []

    def chunks() -> Iterator[bytes]:
        for piece in in_chunks(b"%PDF-1.7\n" + SOUND, 50_000):
            read.append(piece)
            yield piece

    with pytest.raises(DocumentFileError):
        ingest.receive(actor(), begun, 0, chunks())
    assert len(read) == 2
    assert list(open_handed.blobs.ids()) == []
    assert trail.events[-1].outcome is Outcome.FAILED
    with pytest.raises(UploadEndedError):
        ingest.standing(actor(), begun)


def test_first_bytes_that_come_one_by_one_are_judged_together(ingest: Ingest) -> None:
    content = b"#EXTM3U\n#EXTINF:9,\nhttp://127.0.0.1/\n"
    begun = ingest.begin(actor(), asked(content)).id
    for at in range(len(content) - 1):
        ingest.receive(actor(), begun, at, [content[at : at + 1]])
    with pytest.raises(PlaylistError):
        ingest.receive(actor(), begun, len(content) - 1, [content[-1:]])


def test_a_transcript_becomes_a_recording_of_that_kind(
    ingest: Ingest, database: Database, open_handed: OpenHandedBroker
) -> None:
    content = b"WEBVTT\n\n00:01.000 --> 00:02.000\n<v A>Hello\n"
    begun = ingest.begin(actor(), asked(content, kind=UploadKind.TRANSCRIPT, file_name="a.vtt")).id
    assert ingest.receive(actor(), begun, 0, [content]).kind is UploadKind.TRANSCRIPT
    assert contents(database, open_handed) == [sha(content)]


def test_sound_is_refused_as_a_transcript(ingest: Ingest) -> None:
    begun = ingest.begin(actor(), asked(SOUND, kind=UploadKind.TRANSCRIPT, file_name="a.vtt")).id
    with pytest.raises(TranscriptKindError):
        ingest.receive(actor(), begun, 0, [SOUND])


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_bytes_that_differ_from_their_checksum_are_not_kept(ingest: Ingest, begun: str, algorithm: str) -> None:
    piece = SOUND[:90_000]
    checksum = Checksum(algorithm=algorithm, digest=hashlib.new(algorithm, piece).digest())
    with pytest.raises(ChecksumError):
        ingest.receive(actor(), begun, 0, [piece[:-1] + b"?"], announced=len(piece), checksum=checksum)
    with pytest.raises(ChecksumError):
        ingest.receive(actor(), begun, 0, broken(piece), announced=len(piece), checksum=checksum)
    assert ingest.standing(actor(), begun).received == 0
    assert ingest.receive(actor(), begun, 0, [piece], announced=len(piece), checksum=checksum).received == 90_000


def test_a_checksum_over_more_than_a_part_is_refused(ingest: Ingest, begun: str) -> None:
    checksum = Checksum(algorithm="sha1", digest=b"")
    with pytest.raises(UploadTooLongError):
        ingest.receive(actor(), begun, 0, [SOUND], announced=100_001, checksum=checksum)


class FullStore(LocalBlobStore):
    """Has room for so many blobs, and for half of the next."""

    left = 10**9

    def put(self, blob_id: str):  # type: ignore[no-untyped-def]
        FullStore.left -= 1
        put = super().put(blob_id)
        if FullStore.left < 0:
            written = put.write
            calls = []

            def write(sealed: bytes) -> int:
                calls.append(1)
                if len(calls) > 1:
                    raise StoreFullError
                return written(sealed)

            put.write = write  # type: ignore[method-assign]
        return put


@pytest.mark.parametrize("room", [0, 1, 2, 3, 4])
def test_a_full_disk_loses_nothing_that_counted_and_the_upload_goes_on_afterwards(
    ingest: Ingest, begun: str, database: Database, open_handed: OpenHandedBroker, tmp_path: Path, room: int
) -> None:
    """With room for four blobs all parts are there, and the recording is what does not fit."""
    open_handed.blobs = FullStore(tmp_path / "blobs")
    FullStore.left = room
    with pytest.raises(StoreFullError):
        ingest.receive(actor(), begun, 0, in_chunks(SOUND, 30_000))
    FullStore.left = 10**9
    with database.reading() as rows:
        standing = store.find(rows, begun)
    assert standing is not None
    assert standing.received == min(room * 100_000, len(SOUND))
    assert not list(tmp_path.rglob("*.part"))
    at = ingest.standing(actor(), begun).received
    assert ingest.receive(actor(), begun, at, [SOUND[at:]] if at < len(SOUND) else []).recording_id
    assert contents(database, open_handed) == [sha(SOUND)]
    assert stray_blobs(database, open_handed) == set()
