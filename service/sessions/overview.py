"""Where one session stands as a whole, without its content: for its worker, and its permissions for administrators."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, exists, select

from models.records.speech import Role
from service.audit.records import Action, Kind, Purpose
from service.database.tables import amendment, coaching, feedback, recording, reflection, session
from service.database.words import AmendmentKind, FeedbackState, PermissionPurpose
from service.keybroker.errors import RefusedError
from service.keybroker.ports import Actor
from service.parts import Parts
from service.people.team_rows import running
from service.permissions import store as permissions
from service.permissions.access import acting
from service.permissions.records import Answer, Participant, Standing, standing_to
from service.retention import store as retention
from service.retention.schedule import Due, dues
from service.sessions import store
from service.sessions.records import SessionFacts

_ABOUT_VOICES = (AmendmentKind.ROLE, AmendmentKind.VOICE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """Facts, permissions and what was done so far. Times in ms since 1970.

    ``recorded``: kinds of recordings that are kept, sound or transcript. ``own``: the reader is its worker.
    ``coached``: somebody is named as the worker's coach.
    """

    facts: SessionFacts
    own: bool
    now_ms: int
    people: tuple[Participant, ...]
    answers: tuple[Answer, ...]
    recorded: frozenset[str]
    dues: tuple[Due, ...]
    coached: bool
    voices_settled: bool
    reflected: bool
    released: bool

    @property
    def over(self) -> bool:
        """Whether it was withdrawn or erased."""
        return self.facts.state in permissions.OVER

    def standing(self, participant_id: str, purpose: PermissionPurpose) -> Standing:
        """How a participant stands to a purpose now."""
        return standing_to(participant_id, purpose, self.answers, self.now_ms)

    def missing(self, purpose: PermissionPurpose = PermissionPurpose.REFLECTION) -> tuple[Participant, ...]:
        """Who has not agreed to a purpose, or no longer."""
        return tuple(one for one in self.people if self.standing(one.id, purpose) is not Standing.GIVEN)


def overview(parts: Parts, actor: Actor, session_id: str, *, administrator: bool = False) -> Overview:
    """Look at a session of one's own; with ``administrator`` at anybody's as one. The look is in the audit.

    Raises RefusedError for everybody else.
    """
    with acting(parts, actor, session_id, Action.VIEW, administrator=administrator, purpose=Purpose.REFLECTION) as act:
        act.tell(Kind.PERMISSION, session_id)
        rows, now = act.rows, act.event.when_ms
        facts = store.facts_of(rows, session_id)
        if facts is None:
            raise RefusedError("no such session")
        kept = retention.kept_one(rows, session_id)
        return Overview(
            facts=facts,
            own=facts.worker_id == actor.person_id,
            now_ms=now,
            people=tuple(sorted(permissions.participants(rows, session_id), key=_place)),
            answers=tuple(permissions.answers(rows, session_id)),
            recorded=_recorded(rows, session_id),
            dues=tuple(dues(kept, retention.schedules(rows))) if kept else (),
            coached=_coached(rows, facts.worker_id, now),
            **_done(rows, session_id),
        )


def sees_as_coach(parts: Parts, actor: Actor, session_id: str) -> bool:
    """Whether this is a session that was shared with the actor as its worker's coach; opens nothing."""
    with parts.database.reading() as rows:
        seen = parts.broker.visible_sessions(rows, actor, Purpose.COACHING)
        return rows.execute(seen.where(session.c.id == session_id)).first() is not None


def _place(one: Participant) -> tuple[int, int]:
    """Workers first, then the family, in the order in which roles are listed."""
    return tuple(Role).index(one.role), one.place


def _recorded(rows: Connection, session_id: str) -> frozenset[str]:
    kept = select(recording.c.kind).where(recording.c.session_id == session_id, recording.c.deleted_ms.is_(None))
    return frozenset(rows.scalars(kept))


def _coached(rows: Connection, worker_id: str, now_ms: int) -> bool:
    named = exists().where(coaching.c.worker_id == worker_id, coaching.c.from_ms <= now_ms, running(coaching, now_ms))
    return bool(rows.scalar(select(named)))


def _done(rows: Connection, session_id: str) -> dict[str, bool]:
    asked = {
        "voices_settled": exists().where(amendment.c.session_id == session_id, amendment.c.kind.in_(_ABOUT_VOICES)),
        "reflected": exists().where(reflection.c.session_id == session_id),
        "released": exists().where(feedback.c.session_id == session_id, feedback.c.state == FeedbackState.RELEASED),
    }
    return {name: bool(rows.scalar(select(term))) for name, term in asked.items()}
