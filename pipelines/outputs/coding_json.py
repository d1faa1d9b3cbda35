"""A coding as ``coding.json`` and back. docs/coding-json.md explains every field."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from pydantic import TypeAdapter

from models.errors import BadInputError
from models.records.coding import Code, CodedUtterance, Coding, Flag, Off, Setting
from models.records.provenance import Engine
from models.records.speech import Role
from pipelines.outputs.strict_json import Part, StrictJson

CODING_VERSION = "1.0"


class CodingDocumentError(BadInputError):
    """This is not a coding.json that this program can read. Write it again with `practice code`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UtteranceCodes:
    """One utterance as the document holds it: what may be shown of it, not everything that was computed."""

    id: str
    turn: int
    speaker: str
    role: Role
    text: str
    codes: tuple[Code, ...]
    flags: tuple[Flag, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CodingDocument:
    """The document, its fields in the order in which they are written."""

    utterances: tuple[UtteranceCodes, ...]
    off: tuple[Off, ...]
    setting: Setting
    change_goal: str | None
    engine: Engine
    schema_version: str


@cache
def coding_type() -> TypeAdapter[CodingDocument]:
    """What checks and writes codings; built once."""
    return TypeAdapter(CodingDocument)


def coding_json(coding: Coding) -> str:
    """The document: fields in the order of the records, options by name, two blanks a level, a line end at the end.

    The same coding always gives the same text. Characters stand for themselves (UTF-8).
    """
    engine = replace(coding.engine, options=dict(sorted(coding.engine.options.items())))
    document = CodingDocument(
        utterances=tuple(_utterance(one) for one in coding.utterances),
        off=coding.off,
        setting=coding.setting,
        change_goal=coding.change_goal,
        engine=engine,
        schema_version=CODING_VERSION,
    )
    return coding_type().dump_json(document, indent=2).decode("utf-8") + "\n"


def read_coding(path: Path) -> Coding:
    """Read what `coding_json` wrote; heads and evidence, which it does not hold, are empty.

    Raises CodingDocumentError that names the place in the document, and never repeats what stands there.
    """
    try:
        content = path.read_bytes()
    except OSError as refused:
        raise CodingDocumentError(f"{path.name} cannot be opened. Check the name and the folder.") from refused
    return coding_of(content, path.name)


def coding_of(content: str | bytes, file: str) -> Coding:
    """Read what `coding_json` wrote; ``file`` is what errors call it. Raises CodingDocumentError."""
    document = _strict(file).read(content)
    return Coding(
        engine=document.engine,
        setting=document.setting,
        change_goal=document.change_goal,
        utterances=tuple(_coded(one) for one in document.utterances),
        off=document.off,
    )


def part_of_coding(content: bytes, kind: TypeAdapter[Part], file: str = "The coding") -> Part:
    """Some fields of a document that `coding_json` wrote and nobody touched since. Raises CodingDocumentError."""
    return _strict(file).read_part(content, kind)


def _strict(file: str) -> StrictJson[CodingDocument]:
    return StrictJson(
        file=file,
        kind=coding_type(),
        version=CODING_VERSION,
        again="Code the transcript again with this version.",
        error=CodingDocumentError,
    )


def _utterance(one: CodedUtterance) -> UtteranceCodes:
    return UtteranceCodes(
        id=one.id,
        turn=one.turn,
        speaker=one.speaker,
        role=one.role,
        text=one.text,
        codes=one.codes,
        flags=one.flags,
    )


def _coded(one: UtteranceCodes) -> CodedUtterance:
    return CodedUtterance(
        id=one.id,
        turn=one.turn,
        speaker=one.speaker,
        role=one.role,
        text=one.text,
        codes=one.codes,
        flags=one.flags,
    )
