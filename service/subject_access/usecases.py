"""A copy of what is kept about one participant: put together, read by a person, handed out; only ever kept sealed.

Every look at content asks the broker and leaves a row in the audit; each act, to make, to read through, to take and to
delete a copy, leaves one more that names the copy.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from service.api.repeat import Answer as Given
from service.api.repeat import Once
from service.audit.records import Action, Kind, Purpose
from service.blobs.identity import new_blob_id
from service.database.words import Content, CopyStage
from service.ids import new_id
from service.keybroker.ports import Actor, Opened
from service.parts import Parts
from service.permissions import store as permissions
from service.permissions.access import Act, acting
from service.permissions.records import Participant
from service.permissions.usecases import find_participant
from service.sessions.errors import NoDocumentError
from service.sessions.usecases import details_of
from service.subject_access import records, store
from service.subject_access.about_worker import about_worker
from service.subject_access.errors import NoSuchCopyError, NothingLeftError, NotReadYetError
from service.subject_access.records import Copy, Document, Request, VoiceLine
from service.transcripts.records import Standing
from service.transcripts.usecases import Transcripts

PURPOSE = Purpose.SUBJECT_ACCESS


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectAccess:
    """Copies for people who ask. Administrators alone; every method raises RefusedError for anybody else, and
    NothingLeftError where the session was withdrawn or erased."""

    parts: Parts

    def copies(self, actor: Actor, session_id: str) -> tuple[Copy, ...]:
        """The copies of a session that are still there, newest first; the look is in the audit."""
        with acting(self.parts, actor, session_id, Action.VIEW, owner=False, purpose=PURPOSE) as act:
            act.tell(Kind.SESSION, session_id)
            return () if act.state in permissions.OVER else store.copies(act.rows, session_id)

    def voices(self, actor: Actor, session_id: str) -> tuple[VoiceLine, ...]:
        """The voices of the transcript, none where there is no transcript."""
        with self._act(actor, session_id):
            pass
        with self._open(actor, session_id) as opened:
            stands = self._standing(actor, opened)
        return () if stands is None else records.voice_lines(stands)

    def make(self, actor: Actor, session_id: str, wanted: Request, *, once: Once | None = None) -> Copy:
        """Put a copy together, to be read before it is handed out.

        Raises NoSuchParticipantError, VoiceChoiceError, NotTheWorkerError, RepeatConflictError.
        """
        with self._act(actor, session_id) as act:
            if once and (before := once.earlier(act.rows)):
                return _found(store.copies(act.rows, session_id), str(before.body["id"]))
            participant = find_participant(act.rows, session_id, wanted.participant_id)
        proof = secrets.token_hex(16)
        with self._open(actor, session_id) as opened:
            stands = self._standing(actor, opened)
            wanted.check(participant, {one.speaker for one in stands.voices} if stands else ())
            put_together = self._draft(actor, wanted, participant, stands, proof)
            blob_id, size = _sealed(opened, put_together)
            with self._keeping(actor, session_id, blob_id, Action.EXPORT) as act:
                made = act.event.when_ms
                copy = Copy(
                    id=new_id(), session_id=session_id, participant_id=participant.id, made_ms=made,
                    until_ms=store.until(act.rows, made), ready=False,
                )  # fmt: skip
                store.add(act.rows, copy, CopyStage.DRAFT, blob_id, size=size, epoch=opened.permission_epoch)
                act.tell(Kind.EXPORT, copy.id, records.commitment(wanted.reference, proof))
                if once:
                    once.keep(act.rows, Given(status=201, body={"id": copy.id}), made)
        return copy

    def draft(self, actor: Actor, session_id: str, copy_id: str) -> Document:
        """All that was put together, to be read through. Raises NoSuchCopyError."""
        return self._read(actor, self.copy(actor, session_id, copy_id), CopyStage.DRAFT)

    def finish(self, actor: Actor, session_id: str, copy_id: str, kept: Collection[str]) -> Copy:
        """Somebody read it: of others only ``kept`` utterances and texts stay. The last reading counts.

        Raises NoSuchCopyError, KeptChoiceError.
        """
        copy = self.copy(actor, session_id, copy_id)
        with self._open(actor, session_id) as opened:
            handed_out = records.ready(self._content(opened, copy, CopyStage.DRAFT), kept)
            blob_id, size = _sealed(opened, handed_out)
            with self._keeping(actor, session_id, blob_id, Action.EDIT) as act:
                _found(store.copies(act.rows, session_id), copy_id)
                before = store.remove(act.rows, copy, CopyStage.READY)
                store.add(act.rows, copy, CopyStage.READY, blob_id, size=size, epoch=opened.permission_epoch)
                act.tell(Kind.EXPORT, copy_id)
        self._delete(before)
        return self.copy(actor, session_id, copy_id)

    def look(self, actor: Actor, session_id: str, copy_id: str) -> Document:
        """What is handed out, to be looked at first. Raises NoSuchCopyError, NotReadYetError."""
        return self._read(actor, self.copy(actor, session_id, copy_id), CopyStage.READY)

    def take(self, actor: Actor, session_id: str, copy_id: str) -> Document:
        """What is handed out, to be taken away. Raises NoSuchCopyError, NotReadYetError."""
        handed_out = self._read(actor, self.copy(actor, session_id, copy_id), CopyStage.READY)
        with self._act(actor, session_id, Action.RELEASE) as act:
            act.tell(Kind.EXPORT, copy_id)
        return handed_out

    def discard(self, actor: Actor, session_id: str, copy_id: str) -> None:
        """Delete a copy before its time. Raises NoSuchCopyError."""
        with self._act(actor, session_id, Action.ERASURE) as act:
            copy = _found(store.copies(act.rows, session_id), copy_id)
            gone = store.remove(act.rows, copy, *CopyStage)
            act.tell(Kind.EXPORT, copy_id)
        self._delete(gone)

    def copy(self, actor: Actor, session_id: str, copy_id: str) -> Copy:
        """One copy, without its content. Raises NoSuchCopyError."""
        with self._act(actor, session_id) as act:
            return _found(store.copies(act.rows, session_id), copy_id)

    def _draft(
        self, actor: Actor, wanted: Request, participant: Participant, stands: Standing | None, proof: str
    ) -> Document:
        """The whole chain of the audit is read without holding anybody up who writes."""
        session_id, opening = participant.session_id, partial(self._open, actor, participant.session_id)
        worker = about_worker(self.parts, session_id, opening, stands) if wanted.about_worker else None
        with opening(Content.DETAILS) as opened:
            details = details_of(self.parts, opened)
        with self.parts.database.reading() as rows:
            answers = permissions.answers(rows, session_id)
            looked = [records.access(one) for one in store.events(rows, session_id)]
        return records.draft(
            wanted, participant, made_ms=self.parts.clock(), proof=proof,
            permissions=records.permission_history(answers, participant.id), accesses=looked,
            written=records.written_of(wanted, details),
            transcript=records.transcript(stands, wanted.voices) if stands else [], worker=worker,
        )  # fmt: skip

    def _read(self, actor: Actor, copy: Copy, stage: CopyStage) -> Document:
        with self._open(actor, copy.session_id) as opened:
            return self._content(opened, copy, stage)

    def _content(self, opened: Opened, copy: Copy, stage: CopyStage) -> Document:
        with self.parts.database.reading() as rows:
            blob_id = store.blob_of(rows, copy, stage)
        if blob_id is None:
            raise NotReadYetError if stage is CopyStage.READY else NoSuchCopyError
        with opened.read(blob_id) as reader:
            found: dict[str, Any] = json.loads(reader.readall() or b"")
        return found

    def _standing(self, actor: Actor, opened: Opened) -> Standing | None:
        try:
            return Transcripts(parts=self.parts).out_of(actor, opened, purpose=PURPOSE, action=Action.EXPORT)
        except NoDocumentError:
            return None

    def _open(self, actor: Actor, session_id: str, content: Content = Content.TRANSCRIPT) -> Opened:
        return self.parts.broker.open(actor, session_id, content, purpose=PURPOSE, action=Action.EXPORT)

    @contextmanager
    def _act(self, actor: Actor, session_id: str, action: Action = Action.EXPORT) -> Iterator[Act]:
        with acting(self.parts, actor, session_id, action, owner=False, purpose=PURPOSE) as act:
            if act.state in permissions.OVER:
                raise NothingLeftError
            yield act

    @contextmanager
    def _keeping(self, actor: Actor, session_id: str, blob_id: str, action: Action) -> Iterator[Act]:
        """The transaction that gives a durable blob its row; where it fails, the blob goes too."""
        try:
            with self._act(actor, session_id, action) as act:
                yield act
        except BaseException:
            self._delete([blob_id])
            raise

    def _delete(self, blob_ids: Collection[str]) -> None:
        for blob_id in blob_ids:
            self.parts.blobs.delete(blob_id)


def _sealed(opened: Opened, document: Document) -> tuple[str, int]:
    blob_id, content = new_blob_id(), records.packed(document)
    with opened.write(blob_id) as writer:
        writer.write(content)
    return blob_id, len(content)


def _found(copies: Collection[Copy], copy_id: str) -> Copy:
    for one in copies:
        if one.id == copy_id:
            return one
    raise NoSuchCopyError
