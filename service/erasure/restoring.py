"""After a backup was put back: the ledger's sessions are destroyed once more, before anybody is let in."""

from __future__ import annotations

from sqlalchemy import Connection, select

from service.audit.records import NOBODY
from service.database.tables import erasure, session
from service.database.words import ErasureState, SessionState
from service.erasure import store
from service.erasure.errors import LedgerRefusedError, MissingLedgerError
from service.erasure.ledger import Entry, ErasureLedger
from service.erasure.ports import KeyDestroyer
from service.erasure.records import Erasure, Note
from service.ids import new_id
from service.parts import Parts
from service.permissions.store import raise_epoch

_NOT_DESTROYED = (ErasureState.REQUESTED, ErasureState.FENCED)


def check_ledger(parts: Parts, ledger: ErasureLedger) -> None:
    """Call it at every start, before anything is served. Raises MissingLedgerError, LedgerRefusedError.

    A database that ever erased anything does not start without its ledger, nor with one that has been cut short.
    """
    with parts.database.reading() as rows:
        known = store.ledger_entries(rows)
        destroyed = rows.execute(select(erasure.c.id).where(erasure.c.state.not_in(_NOT_DESTROYED)).limit(1)).first()
    if not ledger.exists():
        if known or destroyed is not None:
            raise MissingLedgerError
        return
    found = len(ledger.entries())
    if found < known:
        raise LedgerRefusedError
    with parts.database.writing() as rows:
        store.remember_ledger(rows, found)


def replay(parts: Parts, keys: KeyDestroyer, ledger: ErasureLedger, request_id: str) -> int:
    """Destroy the key of every session that the ledger names, and have their erasures run again; returns how many.

    Run it after every restore, of data or of keys; doing it again is harmless. A session that is under a hold in what
    was restored is fenced, and its key waits. Raises LedgerRefusedError, MissingLedgerError.
    """
    entries = ledger.entries()
    again = 0
    for entry in entries:
        with parts.database.writing() as rows:
            again += _asked_again(rows, entry, request_id, parts.clock())
            held = _waits_for_hold(rows, entry, parts.clock())
        if not held:
            keys.destroy(entry.session_id)
    with parts.database.writing() as rows:
        store.remember_ledger(rows, len(entries))
    return again


def _waits_for_hold(rows: Connection, entry: Entry, now: int) -> bool:
    found = store.of_session(rows, entry.session_id)
    early = found is not None and found.state in _NOT_DESTROYED
    return early and store.active_hold(rows, entry.session_id, now) is not None


def _asked_again(rows: Connection, entry: Entry, request_id: str, now: int) -> bool:
    """Whether the session was there as if it had not been erased; then its erasure begins at its fence."""
    there = rows.execute(select(session.c.id).where(session.c.id == entry.session_id)).first()
    found = store.of_session(rows, entry.session_id)
    if there is None or (found is not None and found.state not in _NOT_DESTROYED):
        return False
    raise_epoch(rows, entry.session_id, SessionState.WITHDRAWN)
    if found is None:
        store.add(rows, Erasure(
            id=new_id(), session_id=entry.session_id, state=ErasureState.FENCED, cause=entry.cause,
            requested_by=NOBODY, request_id=request_id, requested_ms=entry.when_ms, changed_ms=now, scans=0,
            note=Note().at(ErasureState.FENCED, now), certificate=None,
        ))  # fmt: skip
    elif found.state is ErasureState.REQUESTED:
        store.move(rows, found, ErasureState.FENCED, found.note.at(ErasureState.FENCED, now), now)
    return True
