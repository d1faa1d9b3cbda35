"""Somebody changes their mind: from one transaction on nothing of the session is read, and its erasure begins."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection

from service.audit.records import Action, Kind
from service.barriers import barrier
from service.database.words import (
    ErasureState,
    ErasureTrigger,
    How,
    PermissionAnswer,
    PermissionPurpose,
    SessionState,
)
from service.erasure import store as erasures
from service.erasure.errors import NoSuchErasureError
from service.erasure.requests import request_erasure
from service.keybroker.ports import Actor
from service.parts import Parts
from service.permissions import store
from service.permissions.access import Act, acting
from service.permissions.coverage import settle
from service.permissions.errors import WithdrawalError
from service.permissions.records import Answer
from service.permissions.usecases import find_participant

NOTHING_READ_OUT = "withdrawal"
"""In place of a statement's name: nobody has to be read anything to say no."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What the one who withdrew is told; times are ms since 1970 in UTC.

    ``whole``: the session is being erased, under ``erasure_id``; else only ``purposes`` were taken back.
    ``held_until_ms``: the key is kept so long, because the law asks for it; nobody can read the session meanwhile.
    ``certificate``: the signed proof, once there is one.
    """

    purposes: tuple[PermissionPurpose, ...]
    withdrawn_ms: int
    whole: bool
    erasure_id: str | None = None
    state: ErasureState | None = None
    held_until_ms: int | None = None
    certificate: bytes | None = None

    @property
    def words(self) -> str:
        """The receipt in a few sentences; no names, nothing of what was said."""
        if not self.whole:
            return "Your permission is taken back for what you named. The rest stays as you agreed to it."
        if self.state is ErasureState.CERTIFIED:
            return "The key of this recording is destroyed. Nothing made from it can be read again. Here is the proof."
        if self.held_until_ms is not None:
            return (
                "Nobody can listen to or read this recording any more. The law asks the council to keep it for now, "
                "so its key is locked away and is destroyed when that ends. Ask the council until when that is."
            )
        return "Nobody can listen to or read this recording any more. Its key is being destroyed; proof will follow."


def withdraw(
    parts: Parts,
    actor: Actor,
    session_id: str,
    participant_id: str,
    purposes: Collection[PermissionPurpose] | None = None,
    *,
    how: How = How.SPOKEN,
) -> Receipt:
    """Take back what a participant agreed to: the whole session, or only some purposes.

    Without ``purposes``, or with reflection among them, the session is withdrawn and erased; otherwise the rest stays.
    Doing it again gives the same receipt. Raises RefusedError, NoSuchParticipantError, WithdrawalError.
    """
    chosen = tuple(one for one in PermissionPurpose if purposes is None or one in purposes)
    if not chosen:
        raise WithdrawalError
    whole = PermissionPurpose.REFLECTION in chosen
    named = tuple(PermissionPurpose) if whole else chosen
    with acting(parts, actor, session_id, Action.WITHDRAWAL) as act:
        find_participant(act.rows, session_id, participant_id)
        if act.state not in store.OVER:
            _take_back(act, actor, session_id, participant_id, named, how)
            if not whole:
                settle(act.rows, session_id, act.event.when_ms)
            act.tell(Kind.PARTICIPANT, participant_id)
        elif not whole:
            return _receipt(act.rows, session_id, act.event.when_ms)
        receipt = (
            _erased(act, actor, session_id)
            if whole
            else Receipt(purposes=named, withdrawn_ms=act.event.when_ms, whole=False)
        )
    barrier("erasure.requested")
    return receipt


def erase_own(parts: Parts, actor: Actor, session_id: str) -> Receipt:
    """The worker alone has a session of their own erased; from this transaction on nobody reads it.

    Doing it again gives the same receipt. Raises RefusedError.
    """
    with acting(parts, actor, session_id, Action.ERASURE, administrator=False) as act:
        act.tell(Kind.SESSION, session_id)
        receipt = _erased(act, actor, session_id, ErasureTrigger.REQUEST)
    barrier("erasure.requested")
    return receipt


def receipt_of(parts: Parts, actor: Actor, session_id: str) -> Receipt:
    """The receipt of a withdrawn session as it stands now. Raises RefusedError, NoSuchErasureError."""
    with acting(parts, actor, session_id, Action.VIEW) as act:
        act.tell(Kind.SESSION, session_id)
        return _receipt(act.rows, session_id, act.event.when_ms)


def _take_back(
    act: Act, actor: Actor, session_id: str, participant_id: str, purposes: tuple[PermissionPurpose, ...], how: How
) -> None:
    now = act.event.when_ms
    for purpose in purposes:
        said = Answer(
            number=0, participant_id=participant_id, purpose=purpose, answer=PermissionAnswer.WITHDRAWN, how=how,
            statement=NOTHING_READ_OUT, recorded_by=actor.person_id, said_ms=now, until_ms=None, recorded_ms=now,
        )  # fmt: skip
        store.add_answer(act.rows, session_id, said)


def _erased(act: Act, actor: Actor, session_id: str, cause: ErasureTrigger = ErasureTrigger.WITHDRAWAL) -> Receipt:
    """The session's state, its epoch and the erasure, in the caller's transaction."""
    now = act.event.when_ms
    if act.state not in store.OVER:
        store.raise_epoch(act.rows, session_id, SessionState.WITHDRAWN)
        store.stop_jobs(act.rows, session_id, now)
    request_erasure(
        act.rows, session_id, cause, requested_by=actor.person_id,
        request_id=actor.request_id, now=now,
    )  # fmt: skip
    return _receipt(act.rows, session_id, now)


def _receipt(rows: Connection, session_id: str, now: int) -> Receipt:
    found = erasures.of_session(rows, session_id)
    if found is None:
        raise NoSuchErasureError
    waits = found.state in (ErasureState.REQUESTED, ErasureState.FENCED)
    held = erasures.active_hold(rows, session_id, now) if waits else None
    return Receipt(
        purposes=tuple(PermissionPurpose), withdrawn_ms=found.requested_ms, whole=True, erasure_id=found.id,
        state=found.state, held_until_ms=None if held is None else held.until_ms, certificate=found.certificate,
    )  # fmt: skip
