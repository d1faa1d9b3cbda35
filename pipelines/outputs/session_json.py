"""A session as ``session.json`` and back. docs/session-json.md explains every field."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from models.errors import BadInputError
from models.records.session import SCHEMA_VERSION, Session


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
    document = _parsed(text)
    _check_version(document)
    try:
        session = session_type().validate_json(text, strict=True)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        raise SessionDocumentError(f"session.json: {_place(first['loc'])}: {first['msg']}.") from None
    stranger = _unknown(document, session_type().dump_python(session, mode="json"))
    if stranger is not None:
        raise SessionDocumentError(
            f"session.json: {_place(stranger)}: version {SCHEMA_VERSION} has no such field. Remove it."
        )
    return session


def _ordered(session: Session) -> Session:
    engines = {
        part: replace(engine, options=dict(sorted(engine.options.items())))
        for part, engine in sorted(session.engines.items())
    }
    return replace(session, engines=engines)


def _parsed(text: str | bytes) -> dict[str, Any]:
    try:
        document = json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise SessionDocumentError(f"session.json is not JSON: it breaks off or goes wrong at {place}.") from None
    except UnicodeDecodeError:
        raise SessionDocumentError("session.json is not UTF-8 text. Save it as UTF-8.") from None
    except (RecursionError, ValueError):
        raise SessionDocumentError("session.json holds what no session has: a value is out of range.") from None
    if not isinstance(document, dict):
        raise SessionDocumentError("session.json must hold one object, with the field schema_version.")
    return document


def _refuse_constant(name: str) -> float:
    raise ValueError(name)


def _check_version(document: dict[str, Any]) -> None:
    version = document.get("schema_version")
    if version == SCHEMA_VERSION:
        return
    if not isinstance(version, str) or not re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,4}){0,2}", version):
        raise SessionDocumentError("session.json: schema_version is missing or is not a version such as 1.0.")
    raise SessionDocumentError(
        f"session.json has schema_version {version}; this program reads {SCHEMA_VERSION}. "
        "Analyse the recording again with this version."
    )


def _unknown(given: object, known: object, at: tuple[int | str, ...] = ()) -> tuple[int | str, ...] | None:
    """The place of the first field in ``given`` that ``known``, the same document written back, does not have."""
    if isinstance(given, dict) and isinstance(known, dict):
        for key, value in given.items():
            place = (*at, key)
            found = place if key not in known else _unknown(value, known[key], place)
            if found is not None:
                return found
    elif isinstance(given, list) and isinstance(known, Sequence):
        for number, (value, kept) in enumerate(zip(given, known, strict=True)):
            found = _unknown(value, kept, (*at, number))
            if found is not None:
                return found
    return None


def _place(parts: tuple[int | str, ...]) -> str:
    """A path such as ``utterances[3].words[0].start_ms``; a name that is no plain field name is left out."""
    path = ""
    for part in parts:
        if isinstance(part, int):
            path += f"[{part}]"
        else:
            name = part if re.fullmatch(r"[a-z][a-z0-9_]{0,39}", part) else "…"
            path += f".{name}" if path else name
    return path or "the document"
