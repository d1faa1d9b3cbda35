"""Whether an answer of a language model is the JSON that was asked for; one of the few things an answerer promises."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NoReturn

import jsonschema

from models.errors import NoAnswerError

_LONGEST = 100_000
"""Characters; an answer about one element has a few thousand."""


def checked(text: str | None, schema: Mapping[str, object]) -> str:
    """The text, if it is one JSON value that keeps to the schema. Raises NoAnswerError, which never quotes it."""
    if text is None or not text.strip():
        raise NoAnswerError("The model's answer was empty.")
    if len(text) > _LONGEST:
        raise NoAnswerError("The model's answer was far too long.")
    try:
        value = json.loads(text, parse_constant=_refused, object_pairs_hook=_once)
        jsonschema.Draft202012Validator(dict(schema)).validate(value)
    except (ValueError, RecursionError):
        raise NoAnswerError("The model's answer was not JSON.") from None
    except jsonschema.ValidationError as wrong:
        where = "/".join(str(step) for step in wrong.schema_path)
        raise NoAnswerError(f"The model's answer did not keep to the form asked for ({where}).") from None
    return text


def _refused(constant: str) -> NoReturn:
    raise ValueError(constant)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose names are all different; two readers of the same name could see different answers."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found
