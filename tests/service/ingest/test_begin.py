"""What an upload may be is decided before a byte of it comes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from service.api.errors import RepeatConflictError
from service.database.engine import Database
from service.database.tables import upload
from service.database.words import UploadState
from service.ingest.errors import (
    EmptyUploadError,
    NoRoomError,
    TooManyUploadsError,
    TranscriptKindError,
    UploadTooLongError,
)
from service.ingest.records import UploadKind, room_for
from service.ingest.usecases import Ingest
from service.keybroker.errors import RefusedError
from tests.service.ingest.material import NEXT_SESSION, OTHER, actor, asked, count, wave
from tests.service.stand_ins import OpenHandedBroker, RememberingTrail, ToldClock

SOUND = wave(5000)


def test_a_new_upload_is_open_and_holds_nothing(ingest: Ingest) -> None:
    begun = ingest.begin(actor(), asked(SOUND))
    assert (begun.state, begun.received, begun.length) == (UploadState.OPEN, 0, 5000)
    assert ingest.standing(actor(), begun.id) == begun


def test_a_session_that_the_broker_refuses_is_refused(ingest: Ingest, open_handed: OpenHandedBroker) -> None:
    open_handed.refused.add(asked(SOUND).session_id)
    with pytest.raises(RefusedError):
        ingest.begin(actor(), asked(SOUND))


def test_an_upload_for_a_session_that_one_may_no_longer_know_of_is_not_there(
    ingest: Ingest, open_handed: OpenHandedBroker
) -> None:
    begun = ingest.begin(actor(), asked(SOUND))
    open_handed.refused.add(begun.session_id)
    with pytest.raises(RefusedError):
        ingest.standing(actor(), begun.id)
    with pytest.raises(RefusedError):
        ingest.terminate(actor(), begun.id)


@pytest.mark.parametrize("whose", ["another's", "nobody's"])
def test_asking_for_an_upload_that_is_not_ones_own_is_one_row_in_the_audit(
    ingest: Ingest, trail: RememberingTrail, whose: str
) -> None:
    begun = ingest.begin(actor(), asked(SOUND))
    trail.events.clear()
    with pytest.raises(RefusedError):
        ingest.standing(actor(OTHER), begun.id if whose == "another's" else "f" * 32)
    assert [(one.action, one.outcome) for one in trail.events] == [("denial", "denied")]


@pytest.mark.parametrize("session_id", ["", "9" * 32, "../" + "1" * 29, "1" * 33])
def test_a_session_that_is_not_there_is_refused_alike(ingest: Ingest, session_id: str) -> None:
    with pytest.raises(RefusedError):
        ingest.begin(actor(), asked(SOUND, session_id=session_id))


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"length": 0}, EmptyUploadError),
        ({"length": 4096 * 1024 * 1024 + 1}, UploadTooLongError),
        ({"length": 20 * 1024 * 1024 + 1, "kind": UploadKind.TRANSCRIPT, "file_name": "a.vtt"}, UploadTooLongError),
        ({"kind": UploadKind.TRANSCRIPT, "file_name": "a.docx"}, TranscriptKindError),
        ({"kind": UploadKind.TRANSCRIPT, "file_name": "vtt"}, TranscriptKindError),
    ],
)
def test_what_may_not_be_sent_is_refused_with_no_row(
    ingest: Ingest, database: Database, changed: dict[str, object], error: type[Exception]
) -> None:
    with pytest.raises(error):
        ingest.begin(actor(), asked(SOUND, **changed))
    assert count(database, upload) == 0


def test_the_longest_recording_may_be_sent(ingest: Ingest) -> None:
    assert ingest.begin(actor(), asked(SOUND, length=4096 * 1024 * 1024)).received == 0


@pytest.mark.parametrize("name", ["a.vtt", "a.VTT", "a.srt", "a.json", "a b.csv"])
def test_a_transcript_may_be_sent(ingest: Ingest, name: str) -> None:
    assert ingest.begin(actor(), asked(SOUND, kind=UploadKind.TRANSCRIPT, file_name=name)).received == 0


def test_a_fourth_open_upload_of_one_person_is_refused(ingest: Ingest) -> None:
    first, *_ = [ingest.begin(actor(), asked(SOUND)) for _ in range(3)]
    with pytest.raises(TooManyUploadsError):
        ingest.begin(actor(), asked(SOUND))
    assert ingest.begin(actor(OTHER), asked(SOUND, session_id=NEXT_SESSION)).received == 0
    ingest.terminate(actor(), first.id)
    assert len(ingest.open_uploads(actor())) == 2
    assert ingest.begin(actor(), asked(SOUND)).received == 0


def test_an_upload_that_would_leave_too_little_room_is_refused(ingest: Ingest) -> None:
    """The parts and the recording lie side by side for a moment, and what others were promised counts."""
    limits = replace(ingest.limits, spare_bytes=1000)
    needed = room_for(5000) + 1000
    with pytest.raises(NoRoomError):
        replace(ingest, limits=limits, free_bytes=lambda: needed - 1).begin(actor(), asked(SOUND))
    enough = replace(ingest, limits=limits, free_bytes=lambda: needed)
    assert enough.begin(actor(), asked(SOUND)).received == 0
    with pytest.raises(NoRoomError):
        enough.begin(actor(), asked(SOUND))


def test_the_same_key_and_facts_are_the_same_upload(ingest: Ingest, database: Database) -> None:
    begun = ingest.begin(actor(), asked(SOUND, repeat_key="k"))
    assert ingest.begin(actor(), asked(SOUND, repeat_key="k")) == begun
    assert ingest.begin(actor(), asked(SOUND, repeat_key="other")).id != begun.id
    assert count(database, upload) == 2


@pytest.mark.parametrize(
    "changed", [{"length": 4999}, {"file_name": "b.wav"}, {"session_id": NEXT_SESSION}, {"kind": UploadKind.TRANSCRIPT}]
)
def test_the_same_key_with_other_facts_is_refused(ingest: Ingest, changed: dict[str, object]) -> None:
    facts = {"file_name": "a.csv", "repeat_key": "k"}
    ingest.begin(actor(), asked(SOUND, **facts))
    with pytest.raises(RepeatConflictError):
        ingest.begin(actor(), asked(SOUND, **(facts | changed)))


def test_one_persons_key_is_not_anothers(ingest: Ingest) -> None:
    mine = ingest.begin(actor(), asked(SOUND, repeat_key="k"))
    theirs = ingest.begin(actor(OTHER), asked(SOUND, session_id=NEXT_SESSION, repeat_key="k"))
    assert mine.id != theirs.id


def test_after_an_upload_was_cancelled_its_key_begins_another(ingest: Ingest) -> None:
    begun = ingest.begin(actor(), asked(SOUND, repeat_key="k"))
    ingest.terminate(actor(), begun.id)
    assert ingest.begin(actor(), asked(SOUND, repeat_key="k")).id != begun.id


def test_names_and_keys_are_not_readable_in_the_database(ingest: Ingest, database: Database) -> None:
    ingest.begin(actor(), asked(SOUND, file_name="Wren family.wav", repeat_key="wren-1"))
    with database.reading() as rows:
        stored = repr(rows.execute(upload.select()).all())
    assert "Wren" not in stored
    assert "wren" not in stored


def test_an_untouched_upload_ends_after_seven_days(ingest: Ingest, clock: ToldClock) -> None:
    begun = ingest.begin(actor(), asked(SOUND))
    assert ingest.expire(begun.until_ms - 1) == 0
    assert begun.until_ms - clock.now == 7 * 24 * 3_600_000
    assert ingest.expire(begun.until_ms) == 1
    assert ingest.open_uploads(actor()) == ()
