"""Building a package for one participant, asked for by an administrator; it is only ever kept sealed."""

from __future__ import annotations

from collections.abc import Collection
from hashlib import sha256

from sqlalchemy import insert

from models.records.speech import Role
from service.audit.records import Action, Kind, Purpose
from service.blobs.identity import new_blob_id
from service.database import words
from service.database.tables import artefact
from service.keybroker.ports import Actor
from service.parts import Parts
from service.permissions import store
from service.permissions.access import acting
from service.permissions.usecases import find_participant
from service.subject_access import records
from service.subject_access.ports import Accesses, Content

STAGE = "subject-access"


def build(
    parts: Parts,
    actor: Actor,
    session_id: str,
    participant_id: str,
    voices: Collection[str],
    *,
    content: Content,
    audit: Accesses,
) -> str:
    """Build and seal a package; returns the id of its blob, an artefact of the session that is erased with it.

    ``voices`` are the transcript's labels of this participant. A person reviews other voices before it is handed out.
    Administrators only. Raises RefusedError, NoSuchParticipantError, SessionOverError.
    """
    with acting(parts, actor, session_id, Action.EXPORT, owner=False, purpose=Purpose.SUBJECT_ACCESS) as act:
        act.refuse_over()
        participant = find_participant(act.rows, session_id, participant_id)
        permissions = records.permission_history(store.answers(act.rows, session_id), participant_id)
        looked = records.accesses(audit.of_session(act.rows, session_id))
        act.tell(Kind.PARTICIPANT, participant_id)
    blob_id = new_blob_id()
    with parts.broker.open(
        actor, session_id, words.Content.TRANSCRIPT, purpose=Purpose.SUBJECT_ACCESS, action=Action.EXPORT
    ) as opened:  # fmt: skip
        made = records.packed(records.package(
            participant, made_ms=parts.clock(), permissions=permissions, accesses=looked,
            transcript=records.transcript(content.utterances(opened), voices),
            scores=content.scores(opened) if participant.role is Role.PRACTITIONER else None,
        ))  # fmt: skip
        with opened.write(blob_id) as writer:
            writer.write(made)
        key, epoch = opened.digest(STAGE, sha256(made).digest()), opened.permission_epoch
    with acting(parts, actor, session_id, Action.EXPORT, owner=False, purpose=Purpose.SUBJECT_ACCESS) as act:
        if act.state in store.OVER:  # withdrawn meanwhile: the blob has no row, and its key is on its way out
            parts.blobs.delete(blob_id)
        act.refuse_over()
        act.rows.execute(insert(artefact).values(
            blob_id=blob_id, session_id=session_id, stage=STAGE, content=words.Content.TRANSCRIPT, content_key=key,
            size_bytes=len(made), permission_epoch=epoch, made_ms=parts.clock(),
        ))  # fmt: skip
        act.tell(Kind.EXPORT, blob_id)
    return blob_id
