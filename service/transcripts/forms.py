"""Transcripts and corrections as the API takes and shows them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from models.records.speech import Check, Role
from service.api.fields import Form
from service.database.words import AmendmentKind
from service.transcripts.amendments import LONGEST_TEXT, Act, Change
from service.transcripts.errors import TranscriptChangeError
from service.transcripts.records import Standing, Voice
from service.transcripts.usecases import MOST_ACTS

ActId = Annotated[str, Field(pattern="^[0-9a-f]{32}$", examples=["5f2b8c1e9a7d4036b1c2d3e4f5a60718"])]
About = Annotated[str, Field(min_length=1, max_length=200, examples=["u00012340"])]
Number = Annotated[int, Field(ge=1, le=2**53)]


class ActForm(Form):
    """One correction, or taking the correction of number ``undoes`` back. ``act_id`` is new for each act."""

    act_id: ActId
    kind: AmendmentKind | None = Field(None, examples=["words"])
    about: About | None = None
    of_voice: bool = Field(False, description="`about` is a voice, and all it says is meant")
    last: About | None = Field(None, description="Up to this utterance, for role and voice")
    role: Role | None = None
    speaker: About | None = Field(None, description="The voice that says it; `new` for one that is not there yet")
    text: Annotated[str, Field(max_length=4 * LONGEST_TEXT)] | None = None
    at: Annotated[int, Field(ge=0, le=4 * LONGEST_TEXT)] | None = Field(None, description="Split before this character")
    undoes: Number | None = None

    def act(self) -> Act:
        """For the use case. Raises TranscriptChangeError."""
        if self.undoes is not None and self.kind is None:
            return Act(act_id=self.act_id, undoes=self.undoes)
        if self.kind is None or self.about is None or self.undoes is not None:
            raise TranscriptChangeError
        change = Change(
            kind=self.kind,
            about=self.about,
            of_voice=self.of_voice,
            last=self.last,
            role=self.role,
            speaker=self.speaker,
            text=self.text,
            at=self.at,
        )
        return Act(act_id=self.act_id, change=change)


class ActsForm(Form):
    """Corrections that are made in one go: all of them or none."""

    acts: list[ActForm] = Field(min_length=1, max_length=MOST_ACTS)


class AmendedShown(Form):
    """How far the transcript is: the number of its last correction."""

    number: int


class VoiceShown(Form):
    """One voice. ``suggested`` is the machine's role and ``confidence`` its own; a person ``confirmed`` the role."""

    speaker: str
    role: Role
    suggested: Role
    confidence: float = Field(ge=0, le=1)
    reason: str
    confirmed: bool
    added: bool
    share: float = Field(ge=0)

    @classmethod
    def of(cls, voice: Voice) -> VoiceShown:
        """From the record."""
        return cls.model_validate(voice)


class SaidShown(Form):
    """An utterance as it stands, beside what the machine wrote. Times are ms."""

    id: str
    speaker: str
    role: Role
    role_sure: bool
    text: str
    machine_text: str
    start_ms: int | None
    end_ms: int | None
    overlap: bool
    moved: bool


class CheckShown(Form):
    """A passage that is worth listening to, with its reason."""

    id: str
    rank: int
    kinds: list[str]
    reason: str
    heard: str
    utterances: list[str]
    start_ms: int
    end_ms: int

    @classmethod
    def of(cls, check: Check) -> CheckShown:
        """From the record."""
        return cls.model_validate(check)


class TranscriptShown(Form):
    """A transcript as it stands. ``checks`` are those that nobody has listened to yet."""

    number: int
    voices: list[VoiceShown]
    utterances: list[SaidShown]
    checks: list[CheckShown]
    checked: list[CheckShown]
    merged: dict[str, str] = Field(description="Ids of utterances that became part of another one")
    marks_are_behind: bool = Field(description="The codes and scores were made with other roles than people gave")

    @classmethod
    def of(cls, standing: Standing) -> TranscriptShown:
        """From the record."""
        return cls(
            number=standing.number,
            voices=[VoiceShown.of(one) for one in standing.voices],
            utterances=[SaidShown.model_validate(one, extra="ignore") for one in standing.said],
            checks=[CheckShown.of(one) for one in standing.checks],
            checked=[CheckShown.of(one) for one in standing.heard],
            merged=dict(standing.merged),
            marks_are_behind=standing.marks_are_behind,
        )
