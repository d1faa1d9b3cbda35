"""What can be done with an upload: begin it, add to it, ask where it stands, cancel it; and tidying up after time."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from sqlalchemy import Connection

from models.adapters.media_refusals import RefusedRecordingError
from service.api.errors import RepeatConflictError
from service.audit.records import Action, Outcome, Purpose
from service.barriers import barrier
from service.database.tables import session
from service.database.words import Content, UploadState
from service.ids import is_id, new_id
from service.ingest import store
from service.ingest.errors import (
    AlreadyRecordedError,
    EmptyUploadError,
    NoRoomError,
    PermissionMissingError,
    TooManyUploadsError,
    TranscriptKindError,
    UploadEndedError,
    UploadOffsetError,
    UploadTooLongError,
)
from service.ingest.finishing import Queue, clear, denial, event, finish, upload_file_name_field
from service.ingest.incoming import Incoming
from service.ingest.kinds import check_name
from service.ingest.receiving import first_bytes, take_in
from service.ingest.reconciling import reconcile
from service.ingest.records import Asked, Checksum, Limits, Reconciled, Upload, room_for
from service.ingest.writing import writer
from service.keybroker.errors import RefusedError
from service.keybroker.policy import Why
from service.keybroker.ports import Actor, Opened
from service.parts import Parts

_WAITING_FOR_PERMISSION = (Why.PERMISSION, Why.QUARANTINED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingest:
    """Takes files in for sessions; safe to share between threads.

    ``queue`` adds the job for a new recording; ``free_bytes`` tells how much room the blobs' disk has, or is None where
    that cannot be known (an object store).
    """

    parts: Parts
    queue: Queue
    limits: Limits = field(default_factory=Limits)
    free_bytes: Callable[[], int] | None = None

    def begin(self, actor: Actor, asked: Asked) -> Upload:
        """A new upload, or the one that was begun with the same repeat key and the same facts.

        Raises EmptyUploadError, UploadTooLongError, TranscriptKindError, RefusedError, PermissionMissingError,
        RepeatConflictError, TooManyUploadsError and NoRoomError.
        """
        self._check(asked)
        key = _repeat_key(actor, asked.repeat_key)
        with self._open(actor, asked.session_id) as opened:
            while True:
                if key and (before := self._repeated(actor, asked, opened, key)):
                    return before
                if begun := self._add(actor, asked, opened, key):
                    break
        barrier("ingest.begun")
        return begun

    def receive(
        self, actor: Actor, upload_id: str, offset: int, chunks: Iterable[bytes], *,
        announced: int | None = None, checksum: Checksum | None = None,
    ) -> Upload:  # fmt: skip
        """Add bytes at ``offset``; what came is durable when this returns, and the last byte makes the recording.

        ``announced``: how many bytes are to come, where that is known. Where ``chunks`` raises, what came before is
        kept, unless there is a checksum, and its error is raised then. Raises RefusedError, UploadEndedError,
        UploadOffsetError, UploadTooLongError, UploadBusyError, ChecksumError, RefusedRecordingError,
        TranscriptKindError (both end the upload) and StoreFullError.
        """
        upload = self._own(actor, upload_id)
        self._may_add(upload, offset, announced, checksum)
        if upload.state is UploadState.COMPLETE:
            return upload
        if not upload.all_there:
            try:
                self._add_bytes(actor, upload, chunks, checksum)
            except (RefusedRecordingError, TranscriptKindError):
                self._end(actor, upload, Outcome.FAILED)
                raise
        return self._settled(actor, upload_id)

    def standing(self, actor: Actor, upload_id: str) -> Upload:
        """Where an own upload stands; one that is all there is joined first, so that its end is never told too early.

        Raises RefusedError, UploadEndedError, and UploadBusyError while it is being joined.
        """
        return self._settled(actor, upload_id)

    def open_uploads(self, actor: Actor) -> tuple[Upload, ...]:
        """The actor's uploads that are neither complete nor ended, the oldest first."""
        with self.parts.database.reading() as rows:
            return tuple(store.open_of(rows, actor.person_id))

    def terminate(self, actor: Actor, upload_id: str) -> None:
        """Cancel an own upload and delete what came. Raises RefusedError, UploadEndedError, AlreadyRecordedError."""
        upload = self._own(actor, upload_id)
        if upload.state is UploadState.COMPLETE or not self._end(actor, upload):
            raise AlreadyRecordedError

    def expire(self, now_ms: int) -> int:
        """End the uploads that nobody touched for `Limits.kept_ms`; returns how many."""
        with self.parts.database.reading() as rows:
            uploads = [store.find(rows, upload_id) for upload_id in store.over(rows, now_ms)]
        system = Actor.worker(new_id())
        return sum(self._end(system, upload) for upload in uploads if upload)

    def reconcile(self) -> Reconciled:
        """For the start of a process: remove what dead writers left, and finish what is all there."""
        return reconcile(self.parts, self.queue, self.limits)

    def _check(self, asked: Asked) -> None:
        if asked.length <= 0:
            raise EmptyUploadError
        if asked.length > self.limits.longest(asked.kind):
            raise UploadTooLongError
        check_name(asked.kind, asked.file_name)

    def _open(self, actor: Actor, session_id: str) -> Opened:
        if not is_id(session_id):
            raise RefusedError("no id")
        try:
            return self.parts.broker.open(
                actor, session_id, Content.RECORDING, purpose=Purpose.REFLECTION, action=Action.EDIT
            )
        except RefusedError as refused:
            if refused.why in _WAITING_FOR_PERMISSION:
                with self.parts.database.reading() as rows:
                    known = self._may_know(rows, actor, session_id)
                if known:  # others, as a worker whose role is another by now, do not learn that it is there
                    raise PermissionMissingError from None
            raise

    def _repeated(self, actor: Actor, asked: Asked, opened: Opened, key: str) -> Upload | None:
        with self.parts.database.reading() as rows:
            found = store.find_repeat(rows, actor.person_id, key)
        if found is None:
            return None
        before, sealed = found
        if (before.session_id, before.length, before.kind) != (asked.session_id, asked.length, asked.kind):
            raise RepeatConflictError
        if opened.unseal(upload_file_name_field(before.id), sealed) != asked.file_name.encode():
            raise RepeatConflictError
        return before

    def _add(self, actor: Actor, asked: Asked, opened: Opened, key: str | None) -> Upload | None:
        now = self.parts.clock()
        new = Upload(
            id=new_id(), session_id=asked.session_id, person_id=actor.person_id, state=UploadState.OPEN,
            kind=asked.kind, length=asked.length, received=0, until_ms=now + self.limits.kept_ms, recording_id=None,
        )  # fmt: skip
        sealed = opened.seal(upload_file_name_field(new.id), asked.file_name.encode())
        with self.parts.database.writing() as rows:
            if key and store.find_repeat(rows, actor.person_id, key):
                return None  # a request beside this one was faster
            if store.count_open(rows, actor.person_id) >= self.limits.open_per_person:
                raise TooManyUploadsError
            needed = room_for(asked.length) + store.promised_bytes(rows) + self.limits.spare_bytes
            if self.free_bytes is not None and self.free_bytes() < needed:
                raise NoRoomError
            store.add(rows, new, file_name=sealed, repeat_key=key, now_ms=now)
        return new

    def _own(self, actor: Actor, upload_id: str) -> Upload:
        """An upload of the actor's, for a session that they may still know of; the audit has every refusal."""
        with self.parts.database.reading() as rows:
            found = store.find(rows, upload_id) if is_id(upload_id) else None
            theirs = found is not None and found.person_id == actor.person_id
            known = found is not None and theirs and self._may_know(rows, actor, found.session_id)
        if found is None or not known:
            with self.parts.database.writing() as rows:
                self.parts.trail.append(rows, denial(actor, self.parts.clock(), upload_id))
            raise RefusedError("not the actor's upload")
        if found.state is UploadState.ENDED:
            raise UploadEndedError
        return found

    def _may_know(self, rows: Connection, actor: Actor, session_id: str) -> bool:
        seen = self.parts.broker.visible_sessions(rows, actor, Purpose.REFLECTION)
        return rows.execute(seen.where(session.c.id == session_id)).first() is not None

    def _may_add(self, upload: Upload, offset: int, announced: int | None, checksum: Checksum | None) -> None:
        if offset != upload.received:
            raise UploadOffsetError
        if announced is not None and announced > upload.length - offset:
            raise UploadTooLongError
        if checksum and (announced is None or announced > self.limits.part_bytes):
            raise UploadTooLongError(
                f"With a checksum one request carries at most {self.limits.part_bytes} bytes and says how many."
            )

    def _add_bytes(self, actor: Actor, upload: Upload, chunks: Iterable[bytes], checksum: Checksum | None) -> None:
        with writer(self.parts, self.limits, upload.id) as mine, self._open(actor, upload.session_id) as opened:
            if self._own(actor, upload.id).received != upload.received:
                raise UploadOffsetError  # another request was between looking and claiming
            incoming = Incoming(
                chunks, most=upload.length - upload.received, checksum=checksum,
                first_bytes=first_bytes(self.parts, opened, upload),
            )  # fmt: skip
            at = take_in(mine, opened, self.limits, incoming, upload.received)
        if incoming.failure is not None and at < upload.length:
            raise incoming.failure

    def _settled(self, actor: Actor, upload_id: str) -> Upload:
        upload = self._own(actor, upload_id)
        if upload.state is UploadState.OPEN and upload.all_there:
            with writer(self.parts, self.limits, upload.id) as mine:
                finish(self.parts, self.queue, actor, upload, mine)
            upload = self._own(actor, upload_id)
        return upload

    def _end(self, actor: Actor, upload: Upload, outcome: Outcome = Outcome.DONE) -> bool:
        now = self.parts.clock()
        with self.parts.database.writing() as rows:
            ended = store.end(rows, upload.id, now_ms=now)
            if ended:
                self.parts.trail.append(rows, event(actor, now, upload, upload.id, outcome))
        if ended:
            clear(self.parts, upload.id)
        return ended


def _repeat_key(actor: Actor, given: str | None) -> str | None:
    """What stands for an Idempotency-Key in the database: a hash that is another one for every person."""
    return given and hmac.new(actor.person_id.encode(), given.encode(), hashlib.sha256).hexdigest()
