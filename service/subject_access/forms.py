"""Copies as the API takes and shows them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from models.records.speech import Role
from service.api.fields import EXAMPLE_ID, Form, Id, Moment
from service.subject_access.records import Request, written_id

MOST_VOICES = 60
MOST_KEPT = 20_000
Written = Literal["title", "purpose", "change_goal", "notes"]
"""What a worker writes about a session."""
Label = Annotated[str, Field(min_length=1, max_length=200, examples=["SPEAKER_01"])]


class RequestForm(Form):
    """Whose copy it is, which voices of the transcript are theirs, and the council's reference for the request."""

    participant_id: Id
    voices: list[Label] = Field(max_length=MOST_VOICES, examples=[["SPEAKER_01"]])
    reference: str = Field(max_length=80, examples=["SAR-2026/014"], description="Letters, digits, - and /; no names")
    about_worker: bool = Field(False, description="They are the session's worker: with scores and feedback")

    def request(self) -> Request:
        """For the use case. Raises RequestReferenceError."""
        return Request(
            participant_id=self.participant_id, voices=tuple(self.voices), reference=self.reference.strip(),
            about_worker=self.about_worker,
        )  # fmt: skip


class KeptForm(Form):
    """The utterances of other people, and the texts of the worker, that stay in a copy; all others are left out."""

    utterances: list[Annotated[str, Field(min_length=1, max_length=64, examples=["u00012340"])]] = Field(
        max_length=MOST_KEPT, examples=[[]]
    )
    written: list[Written] = Field(default_factory=list, max_length=4, examples=[["change_goal"]])

    def kept(self) -> frozenset[str]:
        """For the use case."""
        return frozenset(self.utterances) | {written_id(name) for name in self.written}


class CopyShown(Form):
    """A copy without its content. ``ready``: somebody read it, and it can be taken. It is deleted at ``until_ms``."""

    id: Id
    session_id: Id
    participant_id: Id
    made_ms: Moment
    until_ms: Moment
    ready: bool


class CopiesShown(Form):
    """The copies that are still there, newest first."""

    items: list[CopyShown]


class VoiceShown(Form):
    """A voice of the transcript and its role; ``share`` of all that is said. Without a word of it."""

    label: str = Field(examples=["SPEAKER_01"])
    role: Role
    confirmed: bool = Field(description="A person confirmed the role")
    share: float = Field(ge=0)


class VoicesShown(Form):
    """The voices of the transcript; none where there is no transcript."""

    items: list[VoiceShown]


class UtteranceShown(Form):
    """What was said; ``own`` by whom the copy is for. Times in ms, none where the transcript has none."""

    id: str = Field(examples=["u00012340"])
    start_ms: int | None
    end_ms: int | None
    voice: str
    role: Role
    own: bool
    text: str


class WrittenShown(Form):
    """What the worker wrote about the session; ``own`` where the copy is for the worker."""

    what: Written
    own: bool
    text: str


class ToReadShown(Form):
    """What somebody reads before a copy is handed out: what the worker wrote, and every utterance."""

    id: Id = Field(examples=[EXAMPLE_ID])
    written: list[WrittenShown]
    utterances: list[UtteranceShown]
