"""Reading what was made of a session, and its sound."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, update

from service.audit.records import Action, Purpose
from service.blobs.identity import new_blob_id
from service.database.tables import artefact, recording
from service.database.words import Content, StaffRole
from service.jobs.records import Document
from service.keybroker.errors import RefusedError
from service.keybroker.ports import Actor
from service.parts import Parts
from service.sessions.documents import Documents
from service.sessions.errors import NoDocumentError
from service.sessions.usecases import Sessions
from tests.service.sessions.test_sessions import a_session, own, someone
from tests.service.stand_ins import OpenHandedBroker


@pytest.fixture
def worker(parts: Parts) -> Actor:
    return someone(parts, StaffRole.PRACTITIONER)


@pytest.fixture
def session_id(parts: Parts, worker: Actor) -> str:
    return Sessions(parts=parts, visible=own).add(worker, a_session()).facts.id


def keep(parts: Parts, worker: Actor, session_id: str, stage: str, body: bytes, *, made_ms: int = 1) -> None:
    blob_id = new_blob_id()
    opened = parts.broker.open(worker, session_id, Content.TRANSCRIPT, purpose=Purpose.REFLECTION)
    with opened, opened.write(blob_id) as writer:
        writer.write(body)
    with parts.database.writing() as rows:
        rows.execute(
            insert(artefact).values(
                blob_id=blob_id, session_id=session_id, stage=stage, content="transcript", made_ms=made_ms,
                content_key=f"{made_ms:064x}", size_bytes=len(body), permission_epoch=1,
            )
        )  # fmt: skip


def keep_sound(parts: Parts, worker: Actor, session_id: str, body: bytes) -> None:
    blob_id = new_blob_id()
    opened = parts.broker.open(worker, session_id, Content.RECORDING, purpose=Purpose.REFLECTION)
    with opened, opened.write(blob_id) as writer:
        writer.write(body)
    with parts.database.writing() as rows:
        rows.execute(
            insert(recording).values(
                id=new_blob_id(), session_id=session_id, kind="sound", blob_id=blob_id, content_mac="0" * 64,
                size_bytes=len(body), received_ms=1,
            )
        )  # fmt: skip


def test_the_newest_document_is_read(parts: Parts, worker: Actor, session_id: str) -> None:
    keep(parts, worker, session_id, "session", b"old", made_ms=1)
    keep(parts, worker, session_id, "session", b"new" * 100_000, made_ms=2)
    found = Documents(parts=parts).read(worker, session_id, Document.SESSION, purpose=Purpose.REFLECTION)
    assert found.body == b"new" * 100_000
    assert found.content_key == f"{2:064x}"


def test_a_document_that_is_not_made_yet_is_said_to_be_so(parts: Parts, worker: Actor, session_id: str) -> None:
    keep(parts, worker, session_id, "session", b"x")
    with pytest.raises(NoDocumentError):
        Documents(parts=parts).read(worker, session_id, Document.SCORING, purpose=Purpose.REFLECTION)


def test_each_document_is_asked_for_as_its_kind_of_content(
    parts: Parts, worker: Actor, session_id: str, open_handed: OpenHandedBroker
) -> None:
    read = (Document.SESSION, Document.CODING, Document.SCORING, Document.PEAKS)
    for document in read:
        keep(parts, worker, session_id, document.value, b"x")
    open_handed.asked.clear()
    for document in read:
        Documents(parts=parts).read(worker, session_id, document, purpose=Purpose.COACHING)
    assert [(content, purpose) for _, _, content, purpose, _ in open_handed.asked] == [
        (Content.TRANSCRIPT, Purpose.COACHING),
        (Content.CODING, Purpose.COACHING),
        (Content.CODING, Purpose.COACHING),
        (Content.RECORDING, Purpose.COACHING),
    ]


def test_sound_is_played_from_any_place(
    parts: Parts, worker: Actor, session_id: str, open_handed: OpenHandedBroker
) -> None:
    keep_sound(parts, worker, session_id, bytes(range(256)) * 1000)
    sound = Documents(parts=parts).sound(worker, session_id, purpose=Purpose.REFLECTION)
    assert b"".join(sound.reader.pieces(256_000 - 3, 300_000)) == bytes([253, 254, 255])
    sound.close()
    assert open_handed.asked[-1][4] is Action.PLAY


def test_the_listening_copy_is_played_where_there_is_one(parts: Parts, worker: Actor, session_id: str) -> None:
    keep_sound(parts, worker, session_id, b"as it came")
    keep(parts, worker, session_id, "listening", b"copy")
    sound = Documents(parts=parts).sound(worker, session_id, purpose=Purpose.REFLECTION)
    assert sound.reader.readall() == b"copy"
    sound.close()


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"RIFF\x24\x00\x00\x00WAVEfmt ", "audio/wav"),
        (b"OggS\x00\x02", "audio/ogg"),
        (b"fLaC\x00", "audio/flac"),
        (b"\x00\x00\x00\x20ftypM4A ", "audio/mp4"),
        (b"<html>", "application/octet-stream"),
    ],
)
def test_a_recording_as_it_came_is_played_as_what_its_first_bytes_say(
    parts: Parts, worker: Actor, session_id: str, head: bytes, kind: str
) -> None:
    keep_sound(parts, worker, session_id, head + bytes(5000))
    sound = Documents(parts=parts).sound(worker, session_id, purpose=Purpose.REFLECTION)
    sound.close()
    assert sound.media_type == kind


def test_a_recording_that_retention_deleted_is_not_looked_for(parts: Parts, worker: Actor, session_id: str) -> None:
    keep_sound(parts, worker, session_id, b"gone")
    with parts.database.writing() as rows:
        rows.execute(update(recording).values(deleted_ms=1))
    with pytest.raises(NoDocumentError):
        Documents(parts=parts).sound(worker, session_id, purpose=Purpose.REFLECTION)


def test_a_brought_transcript_has_no_sound(parts: Parts, worker: Actor, session_id: str) -> None:
    with pytest.raises(NoDocumentError):
        Documents(parts=parts).sound(worker, session_id, purpose=Purpose.REFLECTION)


def test_nothing_of_a_refused_session_is_read(
    parts: Parts, worker: Actor, session_id: str, open_handed: OpenHandedBroker
) -> None:
    keep(parts, worker, session_id, "session", b"x")
    open_handed.refused.add(session_id)
    with pytest.raises(RefusedError):
        Documents(parts=parts).read(worker, session_id, Document.SESSION, purpose=Purpose.REFLECTION)
    with pytest.raises(RefusedError):
        Documents(parts=parts).sound(worker, session_id, purpose=Purpose.REFLECTION)
