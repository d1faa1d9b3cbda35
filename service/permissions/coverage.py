"""Whether a session may be used for a purpose now, and the session's state that follows from it."""

from __future__ import annotations

from sqlalchemy import Connection

from service.database.words import PermissionPurpose, SessionState
from service.permissions import store
from service.permissions.records import all_agreed


def covered(rows: Connection, session_id: str, purpose: PermissionPurpose, now: int) -> bool:
    """Whether every participant's permission for the purpose is given and not over at ``now`` (ms since 1970, UTC).

    False without participants, and so for a session that does not exist.
    """
    people = [one.id for one in store.participants(rows, session_id)]
    return all_agreed(people, purpose, store.answers(rows, session_id, (purpose,)), now)


def settle(rows: Connection, session_id: str, now: int) -> SessionState:
    """After a change: raise the permission epoch and put the session into the state that follows; returns that.

    A draft stays one until there is a recording; a session that is withdrawn or erased stays that.
    """
    found = store.session_row(rows, session_id)
    assert found is not None
    state = SessionState(found.state)
    allowed = covered(rows, session_id, PermissionPurpose.REFLECTION, now)
    if state not in (*store.OVER, SessionState.DRAFT) and not allowed:
        state = SessionState.QUARANTINED
    elif state is SessionState.QUARANTINED and allowed:
        state = store.state_by_work(rows, session_id)
    store.raise_epoch(rows, session_id, state)
    if state is SessionState.QUARANTINED:
        store.stop_jobs(rows, session_id, now)
    return state
