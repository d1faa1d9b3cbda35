"""All SQL about sessions, participants and their documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Select, exists, insert, or_, select, update

from models.records.coding import Setting
from models.records.speech import Role
from service.api.paging import Wanted, read_page
from service.database.tables import artefact, membership, participant, recording, review, session
from service.database.words import LawfulBasis, SessionState
from service.sessions.records import NewSession, Present, SessionFacts, SessionPage

_FACTS = (
    session.c.id, session.c.worker_id, session.c.team_id, session.c.setting, session.c.state, session.c.lawful_basis,
    session.c.legal_status, session.c.held_on, session.c.version, session.c.permission_epoch, session.c.created_ms,
    session.c.shared_ms, session.c.review_begun_ms,
)  # fmt: skip


def add(
    rows: Connection, session_id: str, worker_id: str, new: NewSession, present: Sequence[Present], now: int
) -> None:
    """Insert a session without its details, and its participants."""
    rows.execute(
        insert(session).values(
            id=session_id,
            worker_id=worker_id,
            team_id=_team_of(rows, worker_id, now),
            setting=new.setting.value,
            state=SessionState.DRAFT.value,
            lawful_basis=new.lawful_basis.value,
            legal_status=new.legal_status,
            held_on=new.held_on,
            permission_epoch=1,
            version=1,
            created_ms=now,
        )
    )
    rows.execute(
        insert(participant),
        [{"id": one.id, "session_id": session_id, "role": one.role.value, "place": one.place} for one in present],
    )


def facts_of(rows: Connection, session_id: str) -> SessionFacts | None:
    """A session's facts; None where there is none."""
    found = rows.execute(select(*_FACTS).where(session.c.id == session_id)).mappings().first()
    return None if found is None else _facts(found, _present(rows, [session_id]).get(session_id, ()))


def page(rows: Connection, visible: Select[tuple[str]], wanted: Wanted) -> SessionPage:
    """A page of the sessions among ``visible`` ids, newest first. Raises CursorError."""
    chosen = select(*_FACTS).where(session.c.id.in_(visible))
    found = read_page(rows, chosen, (session.c.created_ms, session.c.id), wanted)
    present = _present(rows, [row["id"] for row in found.rows])
    items = tuple(_facts(row, present.get(row["id"], ())) for row in found.rows)
    return SessionPage(items=items, next=found.next)


def keep_details(rows: Connection, session_id: str, sealed: bytes, version: int) -> bool:
    """Replace the details where the version is still this one; False where it is not."""
    changed = rows.execute(
        update(session)
        .where(session.c.id == session_id, session.c.version == version)
        .values(details=sealed, version=version + 1)
    )
    return changed.rowcount == 1


def sealed_details(rows: Connection, session_id: str) -> bytes | None:
    """The details as they are stored."""
    return rows.execute(select(session.c.details).where(session.c.id == session_id)).scalar_one_or_none()


def keep_shared(rows: Connection, session_id: str, shared_ms: int | None) -> None:
    """Say since when the session is shared with the coach; None takes it back."""
    rows.execute(
        update(session).where(session.c.id == session_id).values(shared_ms=shared_ms, version=session.c.version + 1)
    )


def newest_artefact(rows: Connection, session_id: str, stage: str) -> tuple[str, str] | None:
    """Blob id and content key of the newest output of a stage."""
    found = rows.execute(
        select(artefact.c.blob_id, artefact.c.content_key)
        .where(artefact.c.session_id == session_id, artefact.c.stage == stage)
        .order_by(artefact.c.made_ms.desc(), artefact.c.blob_id)
    ).first()
    return None if found is None else (found.blob_id, found.content_key)


def suggestions_hidden(rows: Connection, session_id: str, person_id: str) -> bool:
    """Whether somebody scores this session blind and has not asked for the suggestions yet."""
    own = exists().where(
        review.c.session_id == session_id, review.c.coach_id == person_id, review.c.revealed_ms.is_(None)
    )
    return bool(rows.scalar(select(own)))


def newest_sound(rows: Connection, session_id: str) -> str | None:
    """Blob id of the newest recording of sound that is still kept."""
    kept = (recording.c.session_id == session_id, recording.c.kind == "sound", recording.c.deleted_ms.is_(None))
    return rows.execute(
        select(recording.c.blob_id).where(*kept).order_by(recording.c.received_ms.desc(), recording.c.id)
    ).scalar()


def _team_of(rows: Connection, person_id: str, now: int) -> str | None:
    return rows.execute(
        select(membership.c.team_id)
        .where(
            membership.c.person_id == person_id,
            membership.c.from_ms <= now,
            or_(membership.c.until_ms.is_(None), membership.c.until_ms > now),
        )
        .order_by(membership.c.from_ms.desc(), membership.c.id)
    ).scalar()


def _present(rows: Connection, session_ids: Sequence[str]) -> dict[str, tuple[Present, ...]]:
    found: dict[str, tuple[Present, ...]] = {}
    wanted = select(participant).where(participant.c.session_id.in_(session_ids))
    for row in rows.execute(wanted.order_by(participant.c.role, participant.c.place)):
        one = Present(id=row.id, role=Role(row.role), place=row.place)
        found[row.session_id] = (*found.get(row.session_id, ()), one)
    return found


def _facts(row: Mapping[Any, Any], present: tuple[Present, ...]) -> SessionFacts:
    words = {
        "setting": Setting(row["setting"]),
        "state": SessionState(row["state"]),
        "lawful_basis": LawfulBasis(row["lawful_basis"]),
    }
    return SessionFacts(**dict(row) | words, participants=present)
