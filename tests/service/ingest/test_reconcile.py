"""A start finishes what is all there, removes what nobody needs, and tells what is missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.database.engine import Database
from service.database.tables import upload_part
from service.database.words import UploadState
from service.ingest import finishing, store, usecases, writing
from service.ingest.errors import UploadBusyError
from service.ingest.usecases import Ingest
from tests.service.ingest.material import actor, asked, contents, count, jobs, recordings, sha, stray_blobs, wave
from tests.service.stand_ins import OpenHandedBroker, ToldClock

SOUND = wave(250_000)


class KilledError(BaseException):
    """Stands for the end of the process."""


def die(*_: object, **__: object) -> None:
    raise KilledError


@pytest.fixture
def begun(ingest: Ingest) -> str:
    return ingest.begin(actor(), asked(SOUND)).id


def died_in(ingest: Ingest, monkeypatch: pytest.MonkeyPatch, upload_id: str, *places: tuple[object, str]) -> None:
    """Send everything, and die at these places; what cleans up after an error dies too."""
    with monkeypatch.context() as dying:
        for module, name in places:
            dying.setattr(module, name, die)
        with pytest.raises(KilledError):
            ingest.receive(actor(), upload_id, 0, [SOUND])


def test_an_upload_that_is_all_there_is_finished(
    ingest: Ingest, begun: str, monkeypatch: pytest.MonkeyPatch, database: Database, open_handed: OpenHandedBroker
) -> None:
    died_in(ingest, monkeypatch, begun, (usecases, "finish"))
    done = ingest.reconcile()
    assert (done.finished, done.unfinished, done.damaged_uploads, done.lost_recordings) == (1, 0, (), ())
    assert contents(database, open_handed) == [sha(SOUND)]
    assert jobs(database) == 1
    assert ingest.reconcile().finished == 0


def test_a_join_that_died_leaves_no_second_blob(
    ingest: Ingest, begun: str, monkeypatch: pytest.MonkeyPatch, database: Database, open_handed: OpenHandedBroker
) -> None:
    died_in(ingest, monkeypatch, begun, (finishing, "_record"), (store, "unfinished"))
    assert len(list(open_handed.blobs.ids())) == 4
    assert ingest.reconcile().finished == 1
    assert [blob for _, _, blob, _ in recordings(database)] == list(open_handed.blobs.ids())


def test_parts_of_a_recording_that_were_not_deleted_are(
    ingest: Ingest, begun: str, monkeypatch: pytest.MonkeyPatch, database: Database, open_handed: OpenHandedBroker
) -> None:
    died_in(ingest, monkeypatch, begun, (finishing, "clear"))
    assert len(list(open_handed.blobs.ids())) == 4
    assert ingest.reconcile().cleared == 1
    assert [blob for _, _, blob, _ in recordings(database)] == list(open_handed.blobs.ids())
    assert count(database, upload_part) == 0


def test_a_part_that_was_never_counted_is_removed_and_the_rest_kept(
    ingest: Ingest,
    begun: str,
    monkeypatch: pytest.MonkeyPatch,
    clock: ToldClock,
    open_handed: OpenHandedBroker,
    database: Database,
) -> None:
    ingest.receive(actor(), begun, 0, [SOUND[:100_000]])
    with monkeypatch.context() as dying:
        dying.setattr(store, "keep", die)
        dying.setattr(store, "unfinished", die)
        dying.setattr(store, "release", die)
        with pytest.raises(KilledError):
            ingest.receive(actor(), begun, 100_000, [SOUND[100_000:]])
    assert len(list(open_handed.blobs.ids())) == 2
    ingest.reconcile()
    assert len(list(open_handed.blobs.ids())) == 2, "its writer may still be alive"
    clock.pass_ms(ingest.limits.claim_ms)
    ingest.reconcile()
    assert len(list(open_handed.blobs.ids())) == 1
    assert ingest.standing(actor(), begun).received == 100_000
    assert stray_blobs(database, open_handed) == set()


def test_a_living_writer_is_left_alone(ingest: Ingest, begun: str) -> None:
    found = []

    def chunks():  # type: ignore[no-untyped-def]
        yield SOUND[:150_000]
        found.append(ingest.reconcile())
        yield SOUND[150_000:]

    assert ingest.receive(actor(), begun, 0, chunks()).state is UploadState.COMPLETE
    assert (found[0].finished, found[0].cleared, found[0].swept) == (0, 0, 0)


def test_an_upload_with_a_lost_part_is_told_and_left(
    ingest: Ingest, begun: str, open_handed: OpenHandedBroker, database: Database
) -> None:
    ingest.receive(actor(), begun, 0, [SOUND[:200_000]])
    open_handed.blobs.delete(next(iter(open_handed.blobs.ids())))
    assert ingest.reconcile().damaged_uploads == (begun,)
    assert count(database, upload_part) == 2


def test_a_recording_without_its_blob_is_told_and_left(
    ingest: Ingest, begun: str, open_handed: OpenHandedBroker, database: Database
) -> None:
    done = ingest.receive(actor(), begun, 0, [SOUND])
    assert ingest.reconcile().lost_recordings == ()
    open_handed.blobs.delete(next(iter(open_handed.blobs.ids())))
    assert ingest.reconcile().lost_recordings == (done.recording_id,)
    assert len(recordings(database)) == 1


def test_an_upload_of_a_refused_session_stays_unfinished(
    ingest: Ingest, begun: str, monkeypatch: pytest.MonkeyPatch, open_handed: OpenHandedBroker, database: Database
) -> None:
    died_in(ingest, monkeypatch, begun, (usecases, "finish"))
    open_handed.refused |= open_handed.known
    assert ingest.reconcile().unfinished == 1
    assert recordings(database) == []


def test_an_expired_upload_leaves_no_blob(
    ingest: Ingest, begun: str, open_handed: OpenHandedBroker, clock: ToldClock, tmp_path: Path
) -> None:
    standing = ingest.receive(actor(), begun, 0, [SOUND[:200_000]])
    assert ingest.expire(standing.until_ms) == 1
    assert list(open_handed.blobs.ids()) == []


def test_bytes_put_off_the_end_of_an_upload(ingest: Ingest, begun: str, clock: ToldClock) -> None:
    first = ingest.standing(actor(), begun)
    clock.pass_ms(3_600_000)
    assert ingest.receive(actor(), begun, 0, [SOUND[:10]]).until_ms == first.until_ms + 3_600_000
    assert ingest.expire(first.until_ms) == 0


def test_while_the_parts_are_joined_nobody_is_told_that_all_is_done(
    ingest: Ingest, begun: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = []

    def slowly(*given: object) -> str:
        with pytest.raises(UploadBusyError):
            ingest.standing(actor(), begun)
        told.append(1)
        return finishing.finish(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(usecases, "finish", slowly)
    assert ingest.receive(actor(), begun, 0, [SOUND]).recording_id
    assert told == [1]


def test_a_commit_whose_answer_was_lost_keeps_what_it_did(
    ingest: Ingest, begun: str, monkeypatch: pytest.MonkeyPatch, database: Database, open_handed: OpenHandedBroker
) -> None:
    """The rows are there, though their writer was told that something failed: nothing that they name is deleted."""
    real = finishing._record

    def then_lost(*given: object) -> str:
        real(*given)  # type: ignore[arg-type]
        raise UploadBusyError

    monkeypatch.setattr(finishing, "_record", then_lost)
    with pytest.raises(UploadBusyError):
        ingest.receive(actor(), begun, 0, [SOUND])
    assert ingest.standing(actor(), begun).state is UploadState.COMPLETE
    assert contents(database, open_handed) == [sha(SOUND)]
    kept = writing.Writer.keep

    def kept_then_lost(self: writing.Writer, part: object) -> None:
        kept(self, part)  # type: ignore[arg-type]
        raise UploadBusyError

    other = wave(90_000, seed=1)
    second = ingest.begin(actor(), asked(other)).id
    monkeypatch.undo()
    monkeypatch.setattr(writing.Writer, "keep", kept_then_lost)
    with pytest.raises(UploadBusyError):
        ingest.receive(actor(), second, 0, [other[:50_000]])
    monkeypatch.undo()
    assert ingest.standing(actor(), second).received == 50_000
    ingest.receive(actor(), second, 50_000, [other[50_000:]])
    assert contents(database, open_handed) == sorted([sha(SOUND), sha(other)])
