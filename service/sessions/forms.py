"""Sessions as the API takes and shows them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from models.records.coding import Setting
from models.records.speech import Role
from service.api.fields import Form, Id, Moment
from service.database.words import LawfulBasis, SessionState
from service.sessions.records import (
    MOST_PARTICIPANTS,
    MOST_TEXT,
    MOST_TITLE,
    Details,
    NewSession,
    Session,
    SessionFacts,
)

Title = Annotated[str, Field(max_length=MOST_TITLE, examples=["Second visit"])]
Text = Annotated[str, Field(max_length=MOST_TEXT, examples=["Mornings without shouting"])]
Day = Annotated[str, Field(pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$", examples=["2026-11-22"])]
LegalStatus = Annotated[str, Field(pattern="^[a-z0-9-]{1,40}$", examples=["child-in-need"])]


class DetailsForm(Form):
    """What the worker writes about a session. Kept encrypted under the session's own key."""

    title: Title = ""
    purpose: Text = ""
    change_goal: Text = ""
    notes: Text = ""

    def record(self) -> Details:
        """For the use case. Raises SessionDetailsError."""
        return Details(title=self.title, purpose=self.purpose, change_goal=self.change_goal, notes=self.notes)


class NewSessionForm(DetailsForm):
    """A session to be added; ``participants`` are roles, one for each person present."""

    setting: Setting = Field(examples=["direct_practice"])
    held_on: Day
    lawful_basis: LawfulBasis = Field(examples=["public-task"])
    legal_status: LegalStatus | None = None
    participants: list[Role] = Field(
        min_length=1, max_length=MOST_PARTICIPANTS, examples=[["practitioner", "parent_or_carer", "child"]]
    )

    def session(self) -> NewSession:
        """For the use case. Raises SessionDetailsError."""
        return NewSession(
            setting=self.setting, held_on=self.held_on, lawful_basis=self.lawful_basis, details=self.record(),
            participants=tuple(self.participants), legal_status=self.legal_status,
        )  # fmt: skip


class PresentShown(Form):
    """A participant: a role, and which one of that role; never a name."""

    id: Id
    role: Role = Field(examples=["parent_or_carer"])
    place: int = Field(examples=[1])


class FactsShown(Form):
    """A session without its content."""

    id: Id
    worker_id: Id
    team_id: Id | None
    setting: Setting
    state: SessionState = Field(examples=["ready"])
    lawful_basis: LawfulBasis
    legal_status: str | None
    held_on: Day
    version: int = Field(examples=[2], description="What the ETag is made of")
    created_ms: Moment
    shared_ms: Moment | None
    review_begun_ms: Moment | None
    participants: list[PresentShown]

    @classmethod
    def of(cls, facts: SessionFacts) -> FactsShown:
        """From what is known."""
        return cls.model_validate(facts, extra="ignore")


class SessionShown(FactsShown):
    """A session with what its worker wrote about it."""

    details: DetailsForm

    @classmethod
    def whole(cls, found: Session) -> SessionShown:
        """From what was read."""
        facts = FactsShown.of(found.facts)
        return cls(**dict(facts), details=DetailsForm.model_validate(found.details))


class SessionsShown(Form):
    """Some sessions, newest first; ``next`` is the cursor of those after them."""

    items: list[FactsShown]
    next: str | None


class BasisForm(Form):
    """What the council relies on, beside the permissions and never instead of them."""

    lawful_basis: LawfulBasis = Field(examples=["public-task"])
