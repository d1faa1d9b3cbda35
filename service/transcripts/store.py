"""All SQL about corrections of transcripts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, exists, func, insert, select

from models.records.coding import Setting
from service.database.tables import amendment, artefact, job, recording, session
from service.database.words import AmendmentKind, JobState
from service.keybroker.ports import Opened
from service.transcripts.amendments import Amendment, unpacked

FIELD = "amendment.body"
UNDO = "undo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An amendment as it is stored. ``act_id`` is of the act that it was."""

    number: int
    act_id: str
    body: bytes
    undoes: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRow:
    """An amendment to be stored."""

    act_id: str
    kind: AmendmentKind
    about: str
    body: bytes
    undoes: int | None


def kept(rows: Connection, session_id: str) -> tuple[Kept, ...]:
    """The amendments of a session in their order, sealed."""
    wanted = select(amendment).where(amendment.c.session_id == session_id).order_by(amendment.c.number)
    return tuple(
        Kept(number=row.number, act_id=row.act_id, body=row.body, undoes=row.undoes) for row in rows.execute(wanted)
    )


def opened_amendments(opened: Opened, sealed: Sequence[Kept]) -> tuple[Amendment, ...]:
    """What `kept` gave, unsealed. Call it outside of any transaction."""
    found = []
    for one in sealed:
        if not one.body:  # the words are gone by retention
            continue
        change, group = unpacked(opened.unseal(FIELD, one.body))
        found.append(Amendment(number=one.number, group=group, change=change, undoes=one.undoes))
    return tuple(found)


def last_number(rows: Connection, session_id: str) -> int:
    """The number of a session's last amendment; 0 where there is none."""
    wanted = select(func.coalesce(func.max(amendment.c.number), 0)).where(amendment.c.session_id == session_id)
    return int(rows.execute(wanted).scalar_one())


def add(rows: Connection, session_id: str, person_id: str, new: Sequence[NewRow], now: int) -> list[int]:
    """Store amendments in their order; their numbers."""
    numbers = []
    for one in new:
        made = rows.scalar(
            insert(amendment)
            .values(
                session_id=session_id,
                kind=one.kind,
                about=one.about,
                body=one.body,
                undoes=one.undoes,
                act_id=one.act_id,
                person_id=person_id,
                made_ms=now,
            )
            .returning(amendment.c.number)
        )
        numbers.append(int(made or 0))
    return numbers


def anybody_gave_roles(rows: Connection, session_id: str) -> bool:
    """Whether a correction says who a voice is, so that it is worth looking into."""
    kinds = (AmendmentKind.ROLE, AmendmentKind.VOICE)
    return bool(
        rows.execute(
            select(exists().where(amendment.c.session_id == session_id, amendment.c.kind.in_(kinds)))
        ).scalar_one()
    )


def made_of(rows: Connection, session_id: str, stage: str) -> tuple[tuple[str, str], ...]:
    """Blob ids and content keys of the outputs of a stage, the first ones first."""
    found = rows.execute(
        select(artefact.c.blob_id, artefact.c.content_key)
        .where(artefact.c.session_id == session_id, artefact.c.stage == stage)
        .order_by(artefact.c.made_ms, artefact.c.blob_id.desc())
    )
    return tuple((row.blob_id, row.content_key) for row in found)


def setting_of(rows: Connection, session_id: str) -> Setting:
    """Whose practice a session is about."""
    return Setting(rows.execute(select(session.c.setting).where(session.c.id == session_id)).scalar_one())


def job_at_work(rows: Connection, session_id: str) -> str | None:
    """The id of a job that waits or runs."""
    alive = job.c.state.in_((JobState.QUEUED, JobState.RUNNING))
    return rows.execute(
        select(job.c.id).where(job.c.session_id == session_id, alive).order_by(job.c.created_ms.desc())
    ).scalar()


def kept_recording(rows: Connection, session_id: str) -> str | None:
    """The id of what was handed in last, where it is still kept."""
    there = (recording.c.session_id == session_id, recording.c.deleted_ms.is_(None))
    return rows.execute(
        select(recording.c.id).where(*there).order_by(recording.c.received_ms.desc(), recording.c.id)
    ).scalar()
