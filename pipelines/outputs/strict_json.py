"""Read a JSON document of ours back, strictly: the version, every field and every kind of value has to be right.

What is wrong is named by its place in the document; what stands there is never repeated.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from pydantic import TypeAdapter, ValidationError

from models.errors import BadInputError

Record = TypeVar("Record")


class Versioned(Protocol):
    """A part of a document that says which version it is of."""

    @property
    def schema_version(self) -> str:
        """As it stands in the document."""


Part = TypeVar("Part", bound=Versioned)


@dataclass(frozen=True, slots=True, kw_only=True)
class StrictJson(Generic[Record]):
    """One kind of document: ``file`` is what it is called in errors, ``again`` what to do about another version."""

    file: str
    kind: TypeAdapter[Record]
    version: str
    again: str
    error: type[BadInputError]

    def read(self, text: str | bytes) -> Record:
        """The record. Nothing is converted: a number in quotes is an error. Raises ``error``."""
        document = self._parsed(text)
        self._check_version(document)
        try:
            record = self.kind.validate_json(text, strict=True)
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False, include_context=False)[0]
            raise self.error(f"{self.file}: {place(first['loc'])}: {first['msg']}.") from None
        stranger = _unknown(document, self.kind.dump_python(record, mode="json"))
        if stranger is not None:
            raise self.error(f"{self.file}: {place(stranger)}: version {self.version} has no such field. Remove it.")
        return record

    def read_part(self, text: str | bytes, kind: TypeAdapter[Part]) -> Part:
        """Some fields of a document that is known to be as it was written; all others are passed over unread.

        Where anything is wrong with what is read, the whole document is read for the error. Raises ``error``.
        """
        try:
            part = kind.validate_json(text, strict=True)
        except ValidationError:
            self.read(text)
            raise
        if part.schema_version != self.version:
            self.read(text)
        return part

    def _parsed(self, text: str | bytes) -> dict[str, Any]:
        try:
            document = json.loads(text, parse_constant=_refuse_constant)
        except json.JSONDecodeError as error:
            where = f"line {error.lineno}, column {error.colno}"
            raise self.error(f"{self.file} is not JSON: it breaks off or goes wrong at {where}.") from None
        except UnicodeDecodeError:
            raise self.error(f"{self.file} is not UTF-8 text. Save it as UTF-8.") from None
        except (RecursionError, ValueError):
            raise self.error(f"{self.file} holds what it cannot hold: a value is out of range.") from None
        if not isinstance(document, dict):
            raise self.error(f"{self.file} must hold one object, with the field schema_version.")
        return document

    def _check_version(self, document: dict[str, Any]) -> None:
        version = document.get("schema_version")
        if version == self.version:
            return
        if not isinstance(version, str) or not re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,4}){0,2}", version):
            raise self.error(f"{self.file}: schema_version is missing or is not a version such as {self.version}.")
        raise self.error(f"{self.file} has schema_version {version}; this program reads {self.version}. {self.again}")


def place(parts: tuple[int | str, ...]) -> str:
    """A path such as ``utterances[3].words[0].start_ms``; a name that is no plain field name is left out."""
    path = ""
    for part in parts:
        if isinstance(part, int):
            path += f"[{part}]"
        else:
            name = part if re.fullmatch(r"[a-z][a-z0-9_]{0,39}", part) else "…"
            path += f".{name}" if path else name
    return path or "the document"


def _refuse_constant(name: str) -> float:
    raise ValueError(name)


def _unknown(given: object, known: object, at: tuple[int | str, ...] = ()) -> tuple[int | str, ...] | None:
    """The place of the first field in ``given`` that ``known``, the same document written back, does not have."""
    if isinstance(given, dict) and isinstance(known, dict):
        for key, value in given.items():
            here = (*at, key)
            found = here if key not in known else _unknown(value, known[key], here)
            if found is not None:
                return found
    elif isinstance(given, list) and isinstance(known, Sequence):
        for number, (value, kept) in enumerate(zip(given, known, strict=True)):
            found = _unknown(value, kept, (*at, number))
            if found is not None:
                return found
    return None
