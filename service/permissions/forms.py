"""Permissions, withdrawals and holds as the API takes and shows them."""

from __future__ import annotations

import base64
from typing import Annotated, Literal

from pydantic import Field

from models.records.speech import Role
from service.api.fields import Form, Id, Moment
from service.database.words import (
    ErasureState,
    How,
    PermissionAnswer,
    PermissionPurpose,
    SessionState,
)
from service.permissions.records import Answer, Participant, Standing, standing_to
from service.permissions.withdrawal import Receipt
from service.permissions.wording import Audience

StatementName = Annotated[str, Field(pattern="^[a-z0-9-]{1,40}$", examples=["adult-1"])]


class StatementShown(Form):
    """Words to be read out before somebody answers; ``sha256`` of exactly these words in UTF-8."""

    name: StatementName
    audience: Audience
    words: str = Field(examples=["I would like to record our conversation."])
    sha256: str = Field(pattern="^[0-9a-f]{64}$", examples=["0" * 64])


class StatementsShown(Form):
    """Every statement that this version knows, and for what somebody can be asked."""

    items: list[StatementShown]
    purposes: list[PermissionPurpose]


class AnswerShown(Form):
    """One answer, as it was recorded; answers are never changed."""

    purpose: PermissionPurpose
    answer: PermissionAnswer
    how: How
    statement: str = Field(examples=[f"adult-1 {'0' * 64}"])
    recorded_by: Id | None
    said_ms: Moment
    until_ms: Moment | None
    recorded_ms: Moment

    @classmethod
    def of(cls, answer: Answer) -> AnswerShown:
        """From the row."""
        return cls.model_validate(answer, extra="ignore")


class ParticipantShown(Form):
    """Somebody who was there: how they stand to each purpose now, and all their answers, oldest first."""

    id: Id
    role: Role
    place: int = Field(examples=[1])
    standing: dict[PermissionPurpose, Standing]
    answers: list[AnswerShown]

    @classmethod
    def of(cls, one: Participant, answers: list[Answer], now_ms: int) -> ParticipantShown:
        """From everything that was said in the session."""
        theirs = [answer for answer in answers if answer.participant_id == one.id]
        standing = {purpose: standing_to(one.id, purpose, theirs, now_ms) for purpose in PermissionPurpose}
        shown = [AnswerShown.of(answer) for answer in theirs]
        return cls(id=one.id, role=one.role, place=one.place, standing=standing, answers=shown)


class ParticipantsShown(Form):
    """Everybody who was there."""

    items: list[ParticipantShown]


class NewParticipantForm(Form):
    """Somebody else was there, by role."""

    role: Role = Field(examples=["child"])


class NewParticipantShown(Form):
    """The new participant, who has not answered yet: until then nothing is done with the session."""

    id: Id
    role: Role
    place: int = Field(examples=[2])


class AnswerForm(Form):
    """What a participant said about one purpose, after the statement of that name was read out."""

    purpose: PermissionPurpose = Field(examples=["reflection"])
    answer: Literal[PermissionAnswer.GIVEN, PermissionAnswer.REFUSED] = Field(examples=["given"])
    how: How = Field(examples=["spoken"])
    statement: StatementName
    said_ms: Moment
    until_ms: Moment | None = None


class StateShown(Form):
    """Where the session stands after the answer."""

    session_state: SessionState = Field(examples=["draft"])


class WithdrawalForm(Form):
    """What is taken back: named purposes, or everything where none are named; that erases the session."""

    purposes: list[PermissionPurpose] | None = Field(default=None, max_length=len(PermissionPurpose))
    how: How = How.SPOKEN


class ReceiptShown(Form):
    """What the one who withdrew is given. ``certificate``: the signed proof in base64, once the key is destroyed."""

    purposes: list[PermissionPurpose]
    withdrawn_ms: Moment
    whole: bool
    erasure_id: Id | None
    state: ErasureState | None = Field(examples=["requested"])
    held_until_ms: Moment | None
    certificate: str | None
    words: str

    @classmethod
    def of(cls, receipt: Receipt) -> ReceiptShown:
        """From the receipt."""
        proof = None if receipt.certificate is None else base64.b64encode(receipt.certificate).decode()
        return cls(
            purposes=list(receipt.purposes), withdrawn_ms=receipt.withdrawn_ms, whole=receipt.whole,
            erasure_id=receipt.erasure_id, state=receipt.state, held_until_ms=receipt.held_until_ms,
            certificate=proof, words=receipt.words,
        )  # fmt: skip


class HoldForm(Form):
    """Why a session is kept from being erased, and until when; nobody can read it through a hold."""

    reason: Literal["court", "complaint", "safeguarding", "regulator"] = Field(examples=["court"])
    until_ms: Moment


class HoldShown(Form):
    """The new hold."""

    id: Id
