"""A session as ``session.json`` and back. docs/session-json.md explains every field."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from pydantic import TypeAdapter

from models.errors import BadInputError
from models.records.session import SCHEMA_VERSION, Session
from pipelines.outputs.strict_json import Part, StrictJson


class SessionDocumentError(BadInputError):
    """This is not a session.json that this program can read. Write it again with `practice analyse`."""


@cache
def session_type() -> TypeAdapter[Session]:
    """What checks and writes sessions; built once."""
    return TypeAdapter(Session)


def to_json(session: Session) -> str:
    """The document: fields in the order of the records, engines and options by name, two blanks a level.

    The same session always gives the same text, which ends with a line end. Characters stand for themselves (UTF-8).
    """
    return session_type().dump_json(_ordered(session), indent=2).decode("utf-8") + "\n"


def from_json(text: str | bytes) -> Session:
    """Read what `to_json` wrote. Nothing is converted: a number in quotes is an error.

    Raises SessionDocumentError that names the place in the document, and never repeats what stands there.
    """
    return _strict().read(text)


def part_from_json(text: bytes, kind: TypeAdapter[Part]) -> Part:
    """Some fields of a document that `to_json` wrote and nobody touched since, many times faster than all of them.

    Raises SessionDocumentError as `from_json` does, where anything is wrong with what is read.
    """
    return _strict().read_part(text, kind)


def _strict() -> StrictJson[Session]:
    return StrictJson(
        file="session.json",
        kind=session_type(),
        version=SCHEMA_VERSION,
        again="Analyse the recording again with this version.",
        error=SessionDocumentError,
    )


def _ordered(session: Session) -> Session:
    engines = {
        part: replace(engine, options=dict(sorted(engine.options.items())))
        for part, engine in sorted(session.engines.items())
    }
    return replace(session, engines=engines)
