"""The sample session in the service: added, permitted, handed in, and with what its analysis made; shared."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select, update

from models.records.coding import Setting
from models.records.speech import Role
from pipelines.demo import demo_context, demo_recording
from pipelines.execution.local import Outcome
from pipelines.execution.stepwise import keys_of
from pipelines.session import Engines
from service.database.tables import job
from service.database.words import How, JobState, LawfulBasis, PermissionAnswer, PermissionPurpose
from service.housekeeping import ingest_of
from service.ingest.records import Asked, UploadKind
from service.installation import Installation
from service.jobs.claims import Claims
from service.jobs.plans import documents_keys, documents_of, plan_for, told
from service.jobs.records import CONTENTS, DOCUMENTS
from service.jobs.runner import ACTION, PURPOSE
from service.jobs.scratch import Scratch
from service.jobs.sealed_artefacts import SealedArtefacts
from service.keybroker.ports import Actor
from service.parts import Parts
from service.permissions.usecases import record
from service.sessions.records import Details, NewSession
from service.sessions.usecases import Sessions

STATEMENTS = {Role.PRACTITIONER: "worker-1", Role.PARENT_OR_CARER: "adult-1"}
LEGAL_STATUS = "child-in-need"
_PIECE = 1 << 20


def added(installation: Installation, worker: Actor, engines: Engines, outcome: Outcome) -> str:
    """The session's id; ready, and shared with the worker's coach. ``outcome``: of the sample recording."""
    parts = installation.parts
    sessions = Sessions(parts=parts, visible=parts.broker.visible_sessions)
    session_id = _permitted(parts, sessions, worker)
    recording = demo_recording()
    ingest = ingest_of(installation)
    begun = ingest.begin(
        worker,
        Asked(session_id=session_id, length=recording.stat().st_size, kind=UploadKind.SOUND, file_name=recording.name),
    )
    ingest.receive(worker, begun.id, 0, _pieces(recording))
    _kept(parts, session_id, engines, outcome)
    sessions.share(worker, session_id)
    return session_id


def _permitted(parts: Parts, sessions: Sessions, worker: Actor) -> str:
    context = demo_context()
    new = NewSession(
        setting=Setting.DIRECT_PRACTICE,
        held_on=datetime.now(UTC).date().isoformat(),
        lawful_basis=LawfulBasis.PUBLIC_TASK,
        legal_status=LEGAL_STATUS,
        participants=tuple(STATEMENTS),
        details=Details(title="The sample visit", change_goal=context.change_goal),
    )
    facts = sessions.add(worker, new).facts
    for present in facts.participants:
        for purpose in (PermissionPurpose.REFLECTION, PermissionPurpose.COACHING):
            record(
                parts, worker, facts.id, present.id, purpose, PermissionAnswer.GIVEN, how=How.SPOKEN,
                statement=STATEMENTS[present.role], said_ms=parts.clock(),
            )  # fmt: skip
    return facts.id


def _kept(parts: Parts, session_id: str, engines: Engines, outcome: Outcome) -> None:
    """What each stage made, kept as a worker keeps it, so that the session need not be worked on twice."""
    with parts.database.writing() as rows:
        job_id = rows.execute(select(job.c.id).where(job.c.session_id == session_id)).scalar_one()
        rows.execute(update(job).where(job.c.id == job_id).values(state=JobState.RUNNING.value))
    claims = Claims(parts, "demo")
    with closing(Scratch()) as scratch:
        for stage in (*outcome.records, DOCUMENTS):
            _stage(parts, claims, scratch, job_id, stage, engines, outcome)


def _stage(
    parts: Parts, claims: Claims, scratch: Scratch, job_id: str, stage: str, engines: Engines, outcome: Outcome
) -> None:
    claim = claims.take(job_id, stage)
    assert claim is not None, stage
    actor = Actor.worker(job_id)
    with (
        parts.broker.open(actor, claim.session_id, CONTENTS[stage], purpose=PURPOSE, action=ACTION) as opened,
        scratch.folder() as folder,
    ):
        with parts.database.reading() as rows:
            known = told(rows, claim.recording_id)
        store = SealedArtefacts(parts, claims, claim, opened, folder=folder, source_blob=known.blob_id)
        plan, choices = plan_for(known, opened, engines, store.source)
        if stage == DOCUMENTS:
            store.put_documents(documents_keys(plan), documents_of(outcome, engines, choices))
        else:
            store.put(stage, keys_of(plan)[stage], outcome.records[stage], outcome.seconds[stage], folder)


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece
