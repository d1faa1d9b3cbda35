"""Voices that no participant accounts for: whoever they are agreed to nothing, so the session waits until they do."""

from __future__ import annotations

from collections.abc import Iterable

from models.records.speech import Role
from service.audit.records import Action, Kind
from service.keybroker.ports import Actor
from service.parts import Parts
from service.permissions import store
from service.permissions.access import Act, acting
from service.permissions.coverage import settle
from service.permissions.errors import VoiceKnownError
from service.permissions.records import Participant
from service.permissions.usecases import find_participant, join_participant


def account_for(parts: Parts, actor: Actor, session_id: str, roles: Iterable[Role]) -> tuple[Participant, ...]:
    """Add a participant for each role that voices were just given and nobody on record has; the session is quarantined.

    An unknown voice is always somebody who is not on record. Two voices of one role that is on record are taken for
    one person whom the program heard as two: whoever gave the roles was there. Returns those who were added.
    Raises RefusedError, SessionOverError.
    """
    roles = tuple(roles)
    with parts.database.reading() as rows:
        missing = _missing(roles, (one.role for one in store.participants(rows, session_id)))
    if not missing:
        return ()
    with acting(parts, actor, session_id, Action.PERMISSION) as act:
        act.refuse_over()
        there = (one.role for one in store.participants(act.rows, session_id))
        added = tuple(join_participant(act.rows, session_id, role) for role in _missing(roles, there))
        _settled(act, session_id, added)
    return added


def match_voice(
    parts: Parts, actor: Actor, session_id: str, participant_id: str, role: Role | None
) -> Participant | None:
    """Say who an unknown voice was: a person with a role, who still has to agree, or nobody new (None), and it is gone.

    Raises RefusedError, SessionOverError, NoSuchParticipantError, VoiceKnownError.
    """
    with acting(parts, actor, session_id, Action.PERMISSION) as act:
        act.refuse_over()
        found = find_participant(act.rows, session_id, participant_id)
        said = any(one.participant_id == participant_id for one in store.answers(act.rows, session_id))
        if found.role is not Role.UNKNOWN or role is Role.UNKNOWN or (role is None and said):
            raise VoiceKnownError
        matched = None
        if role is None:
            store.remove_participant(act.rows, participant_id)
        else:
            place = store.next_place(act.rows, session_id, role)
            store.rename_participant(act.rows, participant_id, role, place)
            matched = Participant(id=participant_id, session_id=session_id, role=role, place=place)
        _settled(act, session_id, (found,))
    return matched


def _missing(given: Iterable[Role], there: Iterable[Role]) -> list[Role]:
    known = set(there)
    unknown = [role for role in given if role is Role.UNKNOWN]
    return [*sorted(set(given) - known - {Role.UNKNOWN}), *unknown]


def _settled(act: Act, session_id: str, about: Iterable[Participant]) -> None:
    settle(act.rows, session_id, act.event.when_ms)
    for one in about:
        act.tell(Kind.PARTICIPANT, one.id)
