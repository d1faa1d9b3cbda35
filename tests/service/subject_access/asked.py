"""A session whose transcript a test writes, and an administrator who makes copies from it."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from zipfile import ZipFile

from sqlalchemy import select

from models.records.session import Session
from models.records.speech import Role
from pipelines.outputs.session_json import from_json, to_json
from service.audit.records import AuditEvent, Kind, Purpose
from service.database.tables import artefact
from service.jobs.records import Document
from service.keybroker.ports import Actor
from service.sessions.documents import Documents
from service.subject_access import store
from service.subject_access.records import Request
from service.subject_access.usecases import SubjectAccess
from tests.service.council import Council
from tests.service.talks import put_documents

REFERENCE = "SAR-2026/014"


@dataclass
class Asked:
    """One session, ``people`` by role, and ``lines`` of who says what. Voices are called by their roles."""

    council: Council
    session_id: str
    people: dict[str, str]

    @property
    def access(self) -> SubjectAccess:
        return SubjectAccess(parts=self.council.parts)

    @property
    def administrator(self) -> Actor:
        return self.council.administrator.actor

    @property
    def path(self) -> str:
        return f"/sessions/{self.session_id}/subject-access"

    def request(self, role: Role = Role.CHILD, **more: Any) -> Request:
        asked = {"participant_id": self.people[role], "voices": (role.value,), "reference": REFERENCE}
        return Request(**asked | more)

    def made(self, role: Role = Role.CHILD, **more: Any) -> str:
        return self.access.make(self.administrator, self.session_id, self.request(role, **more)).id

    def finished(self, copy_id: str, *kept: str) -> dict[str, Any]:
        """The copy that is handed out."""
        self.access.finish(self.administrator, self.session_id, copy_id, kept)
        return self.access.take(self.administrator, self.session_id, copy_id)

    def said_by_others(self, copy_id: str) -> dict[str, str]:
        """Ids of what other people said, by its text."""
        drafted = self.access.draft(self.administrator, self.session_id, copy_id)
        return {one["text"]: one["id"] for one in drafted["transcript"] if not one["own"]}

    def audited(self) -> list[AuditEvent]:
        """What the audit says of this session for subject access."""
        with self.council.parts.database.reading() as rows:
            found = list(store.events(rows, self.session_id))
        return [one for one in found if one.purpose is Purpose.SUBJECT_ACCESS]

    def acts(self) -> list[AuditEvent]:
        """Of those, what was done to copies."""
        return [one for one in self.audited() if one.kind is Kind.EXPORT]

    def blobs(self) -> set[str]:
        """The blobs of copies that rows name."""
        with self.council.parts.database.reading() as rows:
            mine = select(artefact.c.blob_id).where(
                artefact.c.session_id == self.session_id, artefact.c.stage.startswith("subject-access")
            )
            return set(rows.scalars(mine))


def spoken(council: Council, lines: Sequence[tuple[Role, str]], session_id: str | None = None) -> Asked:
    """A session in which this was said, and nothing else."""
    session_id = session_id or council.ready("reflection", "coaching")
    found = council.worker.get(f"/sessions/{session_id}/participants").json()["items"]
    whole = Documents(parts=council.parts).read(
        council.worker.actor, session_id, Document.SESSION, purpose=Purpose.REFLECTION
    )  # fmt: skip
    put_documents(council.parts, session_id, {Document.SESSION: to_json(_with(from_json(whole.body), lines)).encode()})
    return Asked(council, session_id, {one["role"]: one["id"] for one in found})


def opened(file: bytes) -> dict[str, bytes]:
    """What is in the file that is handed out."""
    with ZipFile(io.BytesIO(file)) as inside:
        return {name: inside.read(name) for name in inside.namelist()}


def document(file: bytes) -> dict[str, Any]:
    """Its document for programs."""
    found: dict[str, Any] = json.loads(opened(file)["copy.json"])
    return found


def _with(made: Session, lines: Sequence[tuple[Role, str]]) -> Session:
    """The same session with other speakers, who say this one after the other, four seconds each."""
    first, speaker = made.utterances[0], made.speakers[0]
    said = tuple(
        replace(
            first, id=f"u{place:08d}", speaker=role.value, role=role, role_confidence=1.0, text=text, words=(),
            start_ms=place * 4000, end_ms=place * 4000 + 3900,
        )
        for place, (role, text) in enumerate(lines)
    )  # fmt: skip
    voices = dict.fromkeys(role for role, _ in lines)
    speakers = tuple(replace(speaker, speaker=role.value, role=role, role_confidence=1.0) for role in voices)
    return replace(made, utterances=said, speakers=speakers, checks=())
