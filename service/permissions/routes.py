"""Permissions over HTTP: what was said by whom, taking it back, and holds."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from service.api.fields import PathId
from service.api.principals import SignedIn, needs_role, needs_scope
from service.api.repeat import Repeat, once_by, repeat_of, told_before
from service.database.words import PermissionPurpose, StaffRole
from service.parts import Parts
from service.people.records import Scope
from service.permissions.forms import (
    AnswerForm,
    HoldForm,
    HoldShown,
    NewParticipantForm,
    NewParticipantShown,
    ParticipantShown,
    ParticipantsShown,
    ReceiptShown,
    StatementShown,
    StatementsShown,
    StateShown,
    WithdrawalForm,
)
from service.permissions.holds import end_hold, place_hold
from service.permissions.usecases import add_participant, history, record
from service.permissions.withdrawal import receipt_of, withdraw
from service.permissions.wording import statements

Reader = Annotated[SignedIn, Depends(needs_scope(Scope.SESSIONS_READ))]
Worker = Annotated[SignedIn, Depends(needs_scope(Scope.SESSIONS_WRITE))]
Administrator = Annotated[SignedIn, Depends(needs_role(StaffRole.ADMINISTRATOR, fresh=True))]
Repeated = Annotated[Repeat | None, Depends(repeat_of)]
TAGS: list[str | Enum] = ["permissions"]


def permissions_routers(parts: Parts) -> tuple[APIRouter, ...]:
    """The routes of statements, of participants and their permissions, and of holds."""
    return _statements(), _participants(parts), _withdrawals(parts), _holds(parts)


def _statements() -> APIRouter:
    router = APIRouter(tags=TAGS)

    @router.get("/statements")
    def listed(who: Reader) -> StatementsShown:
        """The words that are read out before somebody answers, with the digest that their answer keeps."""
        known = [StatementShown.model_validate(one) for one in statements().values()]
        return StatementsShown(items=known, purposes=list(PermissionPurpose))

    return router


def _participants(parts: Parts) -> APIRouter:
    router = APIRouter(prefix="/sessions/{session_id}/participants", tags=TAGS)

    @router.get("")
    def listed(session_id: PathId, who: Reader) -> ParticipantsShown:
        """Who was there, how they stand to each purpose, and everything that they answered."""
        people, said = history(parts, who.actor, session_id)
        now, answers = parts.clock(), list(said)
        return ParticipantsShown(items=[ParticipantShown.of(one, answers, now) for one in people])

    @router.post("", status_code=201)
    def added(
        session_id: PathId, body: NewParticipantForm, who: Worker, repeat: Repeated, response: Response
    ) -> NewParticipantShown:
        """Somebody else was there. Nothing is done with the session until they have agreed."""
        once = once_by(repeat, who.actor)
        response.headers.update(told_before(parts.database, once))
        made = add_participant(parts, who.actor, session_id, body.role, once=once)
        return NewParticipantShown(id=made.id, role=made.role, place=made.place)

    @router.post("/{participant_id}/permissions", status_code=201)
    def answered(
        session_id: PathId, participant_id: PathId, body: AnswerForm, who: Worker, repeat: Repeated, response: Response
    ) -> StateShown:
        """Record what a participant said about one purpose. Taking it back is a withdrawal."""
        once = once_by(repeat, who.actor)
        response.headers.update(told_before(parts.database, once))
        state = record(
            parts, who.actor, session_id, participant_id, body.purpose, body.answer, how=body.how,
            statement=body.statement, said_ms=body.said_ms, until_ms=body.until_ms, once=once,
        )  # fmt: skip
        return StateShown(session_state=state)

    return router


def _withdrawals(parts: Parts) -> APIRouter:
    router = APIRouter(prefix="/sessions/{session_id}", tags=TAGS)

    @router.post("/participants/{participant_id}/withdrawal", status_code=202)
    def withdrawn(session_id: PathId, participant_id: PathId, body: WithdrawalForm, who: Worker) -> ReceiptShown:
        """Take back what a participant agreed to. Without reflection the session is erased; again: the same receipt."""
        taken = withdraw(parts, who.actor, session_id, participant_id, body.purposes, how=body.how)
        return ReceiptShown.of(taken)

    @router.get("/receipt")
    def receipt(session_id: PathId, who: Reader) -> ReceiptShown:
        """The receipt of a session that is being erased, and the certificate once there is one."""
        return ReceiptShown.of(receipt_of(parts, who.actor, session_id))

    return router


def _holds(parts: Parts) -> APIRouter:
    router = APIRouter(prefix="/sessions/{session_id}/holds", tags=TAGS)

    @router.post("", status_code=201)
    def placed(
        session_id: PathId, body: HoldForm, who: Administrator, repeat: Repeated, response: Response
    ) -> HoldShown:
        """Keep a session from being erased, for a reason and a time."""
        once = once_by(repeat, who.actor)
        response.headers.update(told_before(parts.database, once))
        return HoldShown(id=place_hold(parts, who.actor, session_id, body.reason, body.until_ms, once=once))

    @router.delete("/{hold_id}", status_code=204)
    def ended(session_id: PathId, hold_id: PathId, who: Administrator) -> None:
        """End a hold before its time."""
        end_hold(parts, who.actor, session_id, hold_id)

    return router
