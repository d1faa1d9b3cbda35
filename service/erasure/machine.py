"""The erasure of a session, state by state; each is stored before its action, and each action is harmless again."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from sqlalchemy import Connection

from models.errors import PracticeError
from service.audit.keys import Keyring
from service.audit.records import NOBODY, Action, ActorRole, AuditEvent, Kind, Outcome, Purpose
from service.barriers import barrier
from service.database.words import ErasureState, ErasureTrigger, SessionState
from service.erasure import certificate as certificates
from service.erasure import scrubbing, store
from service.erasure.compaction import WAITS_S, compact, method
from service.erasure.errors import NoSuchErasureError, RemainsFoundError
from service.erasure.ledger import ErasureLedger
from service.erasure.ports import KeyDestroyer, Revoker
from service.erasure.records import Erasure, after
from service.erasure.verification import Findings, verify
from service.parts import Parts
from service.permissions.store import raise_epoch, stop_jobs

_LOG = logging.getLogger(__name__)
_POSTPONED = frozenset({ErasureTrigger.RETENTION, ErasureTrigger.UNUSED})
"""Causes that wait for a hold before anything happens; others fence first, and only the key waits."""
_SCANS = 3
"""So often in one go an erasure begins anew where something is found; then it waits for the next go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What erasures are done with. ``folders``: where verification looks, all that this machine keeps but the ledger.

    ``backup_days``: so long backups of the keystore are kept; certificates say so.
    """

    keys: KeyDestroyer
    ledger: ErasureLedger
    signing: Keyring
    folders: Sequence[Path]
    revokers: Sequence[Revoker] = ()
    backup_days: int = 7
    waits_s: Sequence[float] = field(default=WAITS_S)


class Eraser:
    """Takes erasures to their end, wherever they stand. For one thread; several processes may work at once."""

    def __init__(self, parts: Parts, means: Means) -> None:
        self._parts = parts
        self._means = means
        self._key_bytes: dict[str, bytes] = {}
        self._actions: dict[ErasureState, Callable[[Erasure], None]] = {
            ErasureState.FENCED: self._fence,
            ErasureState.KEY_DESTROYED: self._destroy_key,
            ErasureState.BLOBS_UNLINKED: self._unlink_blobs,
            ErasureState.ROWS_SCRUBBED: self._scrub_rows,
            ErasureState.STORE_COMPACTED: self._compact,
            ErasureState.CACHES_REVOKED: self._revoke,
        }

    def run(self) -> int:
        """Take every unfinished erasure as far as it goes; returns how many are certified now. Run it at every start.

        One that fails is logged by its id and stays for the next time.
        """
        with self._parts.database.reading() as rows:
            waiting = store.unfinished(rows)
        done = 0
        for erasure_id in waiting:
            try:
                done += self.advance(erasure_id) is ErasureState.CERTIFIED
            except PracticeError as failed:
                _LOG.error("Erasure %s goes on later: %s", erasure_id, type(failed).__name__)
        return done

    def advance(self, erasure_id: str) -> ErasureState:
        """Take one erasure as far as it goes: to its certificate, or to where a hold stops it; returns its state.

        Raises NoSuchErasureError, RemainsFoundError, and whatever kept an action from being done.
        """
        scans = 0
        while True:
            with self._parts.database.reading() as rows:
                erasure = store.get(rows, erasure_id)
            if erasure is None:
                raise NoSuchErasureError
            if erasure.state is ErasureState.CERTIFIED:
                return erasure.state
            if erasure.state is ErasureState.VERIFIED:
                scans += 1
                if not self._verified(erasure) and scans >= _SCANS:
                    raise RemainsFoundError
                continue
            if erasure.state in self._actions:
                self._actions[erasure.state](erasure)
            if not self._went_on(erasure):
                return erasure.state

    def _went_on(self, acted: Erasure) -> bool:
        """Store the next state, unless another process did; False where a hold keeps it from going on."""
        with self._parts.database.writing() as rows:
            erasure = store.get(rows, acted.id)
            if erasure is None or erasure.state is not acted.state:
                return True
            now = self._parts.clock()
            if self._is_held(rows, erasure, now):
                return False
            state = after(erasure.state)
            if state is ErasureState.FENCED:
                raise_epoch(rows, erasure.session_id, SessionState.WITHDRAWN)
                stop_jobs(rows, erasure.session_id, now)
            store.move(rows, erasure, state, erasure.note.at(state, now), now)
        _STORED[state]()
        return True

    def _is_held(self, rows: Connection, erasure: Erasure, now: int) -> bool:
        waits = erasure.state is ErasureState.FENCED or (
            erasure.state is ErasureState.REQUESTED and erasure.cause in _POSTPONED
        )
        return waits and store.active_hold(rows, erasure.session_id, now) is not None

    def _fence(self, erasure: Erasure) -> None:
        """Streams stop by the epoch; what is kept outside of the database is told here."""
        for revoker in self._means.revokers:
            revoker.revoke(erasure.session_id)
        entries = self._means.ledger.note(erasure.session_id, erasure.cause, self._parts.clock())
        with self._parts.database.writing() as rows:
            store.remember_ledger(rows, entries)
        barrier("erasure.ledger-written")

    def _destroy_key(self, erasure: Erasure) -> None:
        wrapped = self._means.keys.wrapped(erasure.session_id)
        if wrapped is not None:
            self._key_bytes[erasure.id] = wrapped
        self._means.keys.destroy(erasure.session_id)
        barrier("erasure.key-destroyed")

    def _unlink_blobs(self, erasure: Erasure) -> None:
        with self._parts.database.writing() as rows:
            note = erasure.note.with_blobs(store.blob_ids(rows, erasure.session_id))
            store.keep_note(rows, erasure.id, note)
        for blob_id in note.blobs:
            self._parts.blobs.delete(blob_id)
            barrier("erasure.blob-unlinked")

    def _scrub_rows(self, erasure: Erasure) -> None:
        with self._parts.database.writing() as rows:
            note = erasure.note.with_blobs(store.blob_ids(rows, erasure.session_id))
            store.keep_note(rows, erasure.id, note)
            scrubbing.scrub(rows, erasure.session_id)
        barrier("erasure.rows-scrubbed")

    def _compact(self, _: Erasure) -> None:
        compact(self._parts.database, self._means.waits_s)
        barrier("erasure.store-compacted")

    def _revoke(self, erasure: Erasure) -> None:
        for revoker in self._means.revokers:
            revoker.revoke(erasure.session_id)
        barrier("erasure.caches-revoked")

    def _verified(self, erasure: Erasure) -> bool:
        """Look; then certify, or go back to the state that left something."""
        key_bytes = self._key_bytes.get(erasure.id)
        found = verify(self._parts, erasure, self._means.keys, self._means.folders, key_bytes)
        barrier("erasure.verified")
        looked = replace(erasure, scans=erasure.scans + 1)
        now = self._parts.clock()
        if found.back_to is not None:
            with self._parts.database.writing() as rows:
                note = erasure.note.at(found.back_to, now)
                store.move(rows, erasure, found.back_to, note, now, scans=looked.scans)
            return False
        self._certify(erasure, looked, found, now)
        self._key_bytes.pop(erasure.id, None)
        barrier("erasure.certified")
        return True

    def _certify(self, before: Erasure, looked: Erasure, found: Findings, now: int) -> None:
        """The certificate, the session's last state and the audit row, in one transaction."""
        means, done = self._means, method(self._parts.database)
        proof = certificates.certificate(
            looked, found, means.signing, compaction=done, backup_days=means.backup_days, now=now
        )
        with self._parts.database.writing() as rows:
            note = replace(looked.note.at(ErasureState.CERTIFIED, now), blobs=())
            if not store.move(
                rows, before, ErasureState.CERTIFIED, note, now, scans=looked.scans, certificate=proof
            ):  # fmt: skip
                return
            store.set_session(rows, before.session_id, state=SessionState.ERASED, erased_ms=now)
            self._parts.trail.append(rows, _event(looked, certificates.commitment(proof), now))


_STORED: dict[ErasureState, Callable[[], None]] = {
    ErasureState.FENCED: lambda: barrier("erasure.fence-stored"),
    ErasureState.KEY_DESTROYED: lambda: barrier("erasure.key-stored"),
    ErasureState.BLOBS_UNLINKED: lambda: barrier("erasure.blobs-stored"),
    ErasureState.ROWS_SCRUBBED: lambda: barrier("erasure.rows-stored"),
    ErasureState.STORE_COMPACTED: lambda: barrier("erasure.compaction-stored"),
    ErasureState.CACHES_REVOKED: lambda: barrier("erasure.caches-stored"),
    ErasureState.VERIFIED: lambda: barrier("erasure.verification-stored"),
}


def _event(erasure: Erasure, commitment: str, now: int) -> AuditEvent:
    return AuditEvent(
        when_ms=now, actor_id=NOBODY, role=ActorRole.SYSTEM, action=Action.ERASURE, kind=Kind.SESSION,
        object_id=erasure.session_id, purpose=Purpose.OPERATION, outcome=Outcome.DONE,
        request_id=erasure.request_id, session_id=erasure.session_id, commitment=commitment,
    )  # fmt: skip
