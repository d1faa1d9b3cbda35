"""What a session says about its analysis, and the plan for one of its recordings."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, select

from models.records.audio import Audio
from models.records.coding import Setting
from models.records.speech import Role
from pipelines.execution.artefacts import content_key
from pipelines.execution.local import Outcome
from pipelines.execution.plan import Plan
from pipelines.execution.stepwise import keys_of
from pipelines.finished import session_of
from pipelines.outputs.coding_json import coding_json
from pipelines.outputs.scoring_json import scoring_json
from pipelines.outputs.session_json import to_json
from pipelines.session import Choices, Engines, rooted_plan, transcript_plan
from pipelines.stages.peaks import waveform_peaks
from service.database.tables import participant, recording, session
from service.jobs.records import DOCUMENTS, Document, RecordingKind
from service.keybroker.ports import Opened

DETAILS = "session.details"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the database says of a recording and its session; the details are sealed still."""

    kind: RecordingKind
    blob_id: str
    content_mac: str
    setting: Setting
    legal_status: str | None
    details: bytes | None
    roles: tuple[Role, ...]


def told(rows: Connection, recording_id: str) -> Told:
    """What a plan depends on."""
    wanted = select(recording, session.c.setting, session.c.legal_status, session.c.details).join(session)
    row = rows.execute(wanted.where(recording.c.id == recording_id)).one()
    present = select(participant.c.role).where(participant.c.session_id == row.session_id)
    roles = rows.execute(present.order_by(participant.c.role, participant.c.place)).scalars()
    return Told(
        kind=RecordingKind(row.kind),
        blob_id=row.blob_id,
        content_mac=row.content_mac,
        setting=Setting(row.setting),
        legal_status=row.legal_status,
        details=row.details,
        roles=tuple(Role(role) for role in roles),
    )


def plan_for(known: Told, opened: Opened, engines: Engines, source: Path) -> tuple[Plan, Choices]:
    """The plan for a recording, whose root is the keyed digest of its bytes: nobody without the key can guess it."""
    details = json.loads(opened.unseal(DETAILS, known.details)) if known.details else {}
    choices = Choices(
        participants=known.roles,
        setting=known.setting,
        change_goal=(details.get("change_goal") or "").strip() or None,
        legal_status=known.legal_status,
    )
    build = rooted_plan if known.kind is RecordingKind.SOUND else transcript_plan
    return build(known.content_mac, source, engines, choices), choices


def documents_key(plan: Plan) -> str:
    """The content key of the documents: of everything that they are made from."""
    return content_key(DOCUMENTS, 1, keys_of(plan))


def documents_of(outcome: Outcome, engines: Engines, choices: Choices) -> dict[Document, bytes | Path]:
    """What people read: the same documents that `practice analyse` writes, the small copy for listening, its outline.

    A transcript that was brought has codes and scores alone.
    """
    made = outcome.records
    documents: dict[Document, bytes | Path] = {
        Document.CODING: coding_json(made["classify"]).encode(),
        Document.SCORING: scoring_json(made["score"]).encode(),
    }
    if "decode" not in made:
        return documents
    audio: Audio = made["decode"]
    documents[Document.SESSION] = to_json(session_of(outcome, engines, choices)).encode()
    documents[Document.PEAKS] = json.dumps(waveform_peaks(audio)).encode()
    if audio.playback is not None:
        documents[Document.LISTENING] = audio.playback
    return documents
