"""Who said what, read from a session.json or a coding.json; everything else in the document is passed over.

Documents are checked when they are made, and their seals whenever they are opened: a strict reading of every field
would take most of the time of a page.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from pydantic import TypeAdapter

from models.records.session import Speaker
from models.records.span import Span
from models.records.speech import Check, Role
from pipelines.outputs.coding_json import part_of_coding
from pipelines.outputs.session_json import part_from_json
from service.transcripts.machine import SURE, of_lines
from service.transcripts.records import Said, Standing, Voice


@dataclass(frozen=True, slots=True, kw_only=True)
class Uttered(Span):
    """Of a `SessionUtterance` all but its words, which are most of the document, and what no page shows."""

    id: str
    speaker: str
    role: Role
    role_confidence: float
    text: str
    overlap: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WordStart:
    """Of a `Word` its start."""

    start_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UtteredInWords(Uttered):
    """With the starts of its words, for who splits it."""

    words: tuple[WordStart, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """Of a `Session` who spoke, what they said and what to check."""

    schema_version: str
    speakers: tuple[Speaker, ...]
    utterances: tuple[Uttered, ...]
    checks: tuple[Check, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardInWords(Heard):
    """The same with the starts of words."""

    utterances: tuple[UtteredInWords, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BroughtLine:
    """Of `UtteranceCodes` what was brought."""

    id: str
    speaker: str
    role: Role
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """Of a `CodingDocument` the transcript."""

    schema_version: str
    utterances: tuple[BroughtLine, ...]


def session_read(document: bytes, *, word_times: bool) -> Standing:
    """What the machine made of a recording. Without ``word_times`` no utterance says when its words begin.

    Raises SessionDocumentError as `from_json` does, where anything is wrong with what is read.
    """
    return _standing(part_from_json(document, _session_type(in_words=word_times)))


def coding_read(document: bytes) -> Standing:
    """A transcript that was brought. Raises CodingDocumentError as `coding_of` does, for what is read."""
    return of_lines(part_of_coding(document, _coding_type()).utterances)


@cache
def _session_type(*, in_words: bool) -> TypeAdapter[Heard]:
    return TypeAdapter(HeardInWords if in_words else Heard)


@cache
def _coding_type() -> TypeAdapter[Brought]:
    return TypeAdapter(Brought)


def _standing(heard: Heard) -> Standing:
    voices = tuple(
        Voice(
            speaker=one.speaker,
            role=one.role,
            suggested=one.role,
            confidence=one.role_confidence,
            reason=one.role_reason,
        )
        for one in heard.speakers
    )
    given = [one for one in heard.speakers if one.source == "given"]
    sure = [one for one in heard.speakers if one not in given and one.role_confidence >= SURE]
    return Standing(
        said=tuple(map(_said, heard.utterances)),
        voices=voices,
        checks=heard.checks,
        coded={one.speaker: one.role for one in given},
        sure={one.speaker: one.role for one in sure if one.role is not Role.UNKNOWN},
    )


def _said(one: Uttered) -> Said:
    return Said(
        id=one.id,
        speaker=one.speaker,
        role=one.role,
        role_sure=one.role_confidence >= SURE,
        text=one.text,
        machine_text=one.text,
        start_ms=one.start_ms,
        end_ms=one.end_ms,
        overlap=one.overlap,
        times=tuple(word.start_ms for word in one.words) if isinstance(one, UtteredInWords) else (),
    )
