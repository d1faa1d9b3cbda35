"""Makes the recording out of an upload that is all there: first the blob, then all rows in one transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass

from sqlalchemy import Connection

from models.errors import PracticeError
from service.audit.records import NOBODY, Action, AuditEvent, Kind, Outcome, Purpose
from service.barriers import barrier
from service.blobs.errors import BlobRefusedError
from service.database.words import Content, StaffRole, UploadPartState
from service.ids import is_id, new_id
from service.ingest import store
from service.ingest.errors import UploadBusyError
from service.ingest.records import Upload, file_name_field
from service.ingest.writing import Writer, remove
from service.keybroker.ports import Actor, Opened
from service.parts import Parts

Queue = Callable[[Connection, str, str, str], str]
"""Adds the job for a new recording in the caller's transaction: session, recording and person; returns the job's id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Joined:
    blob_id: str
    recording_id: str
    content_mac: str
    file_name: bytes
    permission_epoch: int


def finish(parts: Parts, queue: Queue, actor: Actor, upload: Upload, writer: Writer) -> str:
    """Join the parts, record them and queue the work; returns the recording's id, durable.

    The same content again in the same session is the same recording. Raises UploadBusyError where somebody else took
    over or a permission changed meanwhile, StoreFullError and RefusedError; then it can be tried again.
    """
    with writer.blob(0, UploadPartState.JOINED) as blob_id:
        barrier("ingest.joined-named")
        with parts.broker.open(
            actor, upload.session_id, Content.RECORDING, purpose=Purpose.REFLECTION, action=Action.EDIT
        ) as opened:
            joined = _join(parts, opened, upload, writer, blob_id)
        barrier("ingest.joined")
        recording_id = _record(parts, queue, actor, upload, writer, joined)
    barrier("ingest.recorded")
    with suppress(PracticeError):  # it is recorded; what is left over is removed later
        clear(parts, upload.id)
    return recording_id


def clear(parts: Parts, upload_id: str) -> None:
    """Delete the blobs that an upload which is over left behind."""
    with parts.database.reading() as rows:
        left = store.blobs_of(rows, upload_id)
    remove(parts, left)


def event(actor: Actor, now_ms: int, upload: Upload, object_id: str, outcome: Outcome = Outcome.DONE) -> AuditEvent:
    """The audit's row for what was done to an upload or to what it became."""
    return AuditEvent(
        when_ms=now_ms, actor_id=actor.person_id, role=actor.role_in_audit(_acting(actor)), action=Action.EDIT,
        kind=Kind.RECORDING, object_id=object_id, purpose=Purpose.REFLECTION, outcome=outcome,
        request_id=actor.request_id, session_id=upload.session_id,
    )  # fmt: skip


def denial(actor: Actor, now_ms: int, upload_id: str) -> AuditEvent:
    """The audit's row where somebody asked for an upload that is not theirs, or is nowhere: both look the same."""
    return AuditEvent(
        when_ms=now_ms, actor_id=actor.person_id, role=actor.role_in_audit(), action=Action.DENIAL,
        kind=Kind.RECORDING, object_id=upload_id if is_id(upload_id) else NOBODY, purpose=Purpose.REFLECTION,
        outcome=Outcome.DENIED, request_id=actor.request_id,
    )  # fmt: skip


def _join(parts: Parts, opened: Opened, upload: Upload, writer: Writer, blob_id: str) -> _Joined:
    with parts.database.reading() as rows:
        stored = store.stored_parts(rows, upload.id)
        sealed_name = store.sealed_file_name(rows, upload.id)
    seen = hashlib.sha256()
    with opened.write(blob_id) as whole:
        for part in stored:
            with closing(opened.read(part.blob_id)) as reader:
                if part.start != whole.total or reader.size != part.size:
                    raise BlobRefusedError
                for piece in reader.pieces(0, part.size):
                    seen.update(piece)
                    whole.write(piece)
                    writer.is_alive()
        if whole.total != upload.length:
            raise BlobRefusedError
    recording_id = new_id()
    name = opened.unseal(upload_file_name_field(upload.id), sealed_name)
    return _Joined(
        blob_id=blob_id, recording_id=recording_id, permission_epoch=opened.permission_epoch,
        content_mac=opened.digest("recording.content_mac", seen.digest()),
        file_name=opened.seal(file_name_field(recording_id), name),
    )  # fmt: skip


def _record(parts: Parts, queue: Queue, actor: Actor, upload: Upload, writer: Writer, joined: _Joined) -> str:
    now = parts.clock()
    with parts.database.writing() as rows:
        if store.permission_epoch(rows, upload.session_id) != joined.permission_epoch:
            raise UploadBusyError
        recording_id = store.same_recording(rows, upload.session_id, joined.content_mac)
        if recording_id is None:
            recording_id = joined.recording_id
            store.add_recording(
                rows, upload, recording_id=recording_id, blob_id=joined.blob_id, content_mac=joined.content_mac,
                file_name=joined.file_name, now_ms=now,
            )  # fmt: skip
            store.forget(rows, [joined.blob_id])
            queue(rows, upload.session_id, recording_id, upload.person_id)
        if not store.complete(rows, writer.claim, recording_id, now_ms=now):
            raise UploadBusyError
        parts.trail.append(rows, event(actor, now, upload, recording_id))
    return recording_id


def _acting(actor: Actor) -> StaffRole | None:
    return StaffRole.PRACTITIONER if StaffRole.PRACTITIONER in actor.roles else None


def upload_file_name_field(upload_id: str) -> str:
    """Under which field `upload.file_name` is sealed."""
    return f"upload.file_name.{upload_id}"
