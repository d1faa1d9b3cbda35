"""Asking for an erasure, in the transaction of whatever led to it."""

from __future__ import annotations

from sqlalchemy import Connection

from service.database.words import ErasureState, ErasureTrigger
from service.erasure import store
from service.erasure.records import Erasure, Note
from service.ids import new_id


def request_erasure(
    rows: Connection, session_id: str, cause: ErasureTrigger, *, requested_by: str, request_id: str, now: int
) -> Erasure:
    """Store that a session is to be erased, or find that it is already; what was asked for first stays the cause.

    A withdrawal does not wait: where retention had asked before and a hold postpones it, the fence comes now.
    """
    found = store.of_session(rows, session_id)
    if found is not None:
        return _hastened(rows, found, cause, now)
    asked = Erasure(
        id=new_id(), session_id=session_id, state=ErasureState.REQUESTED, cause=cause, requested_by=requested_by,
        request_id=request_id, requested_ms=now, changed_ms=now, scans=0,
        note=Note().at(ErasureState.REQUESTED, now), certificate=None,
    )  # fmt: skip
    store.add(rows, asked)
    return asked


def _hastened(rows: Connection, found: Erasure, cause: ErasureTrigger, now: int) -> Erasure:
    if cause is ErasureTrigger.WITHDRAWAL and found.state is ErasureState.REQUESTED:
        store.move(rows, found, found.state, found.note, now, cause=cause)
        return store.get(rows, found.id) or found
    return found
