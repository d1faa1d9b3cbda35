"""Reading a transcript as it stands."""

from __future__ import annotations

from dataclasses import dataclass

from models.records.coding import Coding
from models.records.session import Session
from pipelines.outputs.coding_json import coding_of
from pipelines.outputs.session_json import from_json
from service.audit.records import Purpose
from service.jobs.records import Document
from service.keybroker.ports import Actor
from service.parts import Parts
from service.sessions.documents import Documents
from service.sessions.errors import NoDocumentError
from service.transcripts.records import Said, Standing, Voice

SURE = 0.5
"""From this confidence on a voice's role counts as known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcripts:
    """Transcripts of sessions. Every method raises RefusedError where the policy says no."""

    parts: Parts

    def read(self, actor: Actor, session_id: str, *, purpose: Purpose) -> Standing:
        """The transcript as it stands. Raises NoDocumentError where there is none yet."""
        documents = Documents(parts=self.parts)
        try:
            made = documents.read(actor, session_id, Document.SESSION, purpose=purpose)
        except NoDocumentError:
            coded = documents.read(actor, session_id, Document.CODING, purpose=purpose)
            return of_coding(coding_of(coded.body, "The coding"))
        return of_session(from_json(made.body))


def of_session(session: Session) -> Standing:
    """What the machine made of a recording."""
    said = tuple(
        Said(
            id=one.id,
            speaker=one.speaker,
            role=one.role,
            role_sure=one.role_confidence >= SURE,
            text=one.text,
            machine_text=one.text,
            start_ms=one.start_ms,
            end_ms=one.end_ms,
            overlap=one.overlap,
        )
        for one in session.utterances
    )
    voices = tuple(
        Voice(
            speaker=one.speaker,
            role=one.role,
            confidence=one.role_confidence,
            reason=one.role_reason,
            confirmed=one.source == "given",
        )
        for one in session.speakers
    )
    return Standing(said=said, voices=voices, checks=session.checks)


def of_coding(coding: Coding) -> Standing:
    """A transcript that was brought: its lines are in the coding, without times."""
    said = tuple(
        Said(id=one.id, speaker=one.speaker, role=one.role, text=one.text, machine_text=one.text)
        for one in coding.utterances
    )
    roles = dict.fromkeys((one.speaker, one.role) for one in said)
    voices = tuple(Voice(speaker=speaker, role=role, confidence=1.0, reason="") for speaker, role in roles)
    return Standing(said=said, voices=voices, checks=())
