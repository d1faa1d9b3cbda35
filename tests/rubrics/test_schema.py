"""The JSON Schema of a rubric is strict: what it does not name cannot be there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from pipelines.rubric_reading.faults import rubric_schema


def parts(schema: Any, at: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every part of a schema with where it stands."""
    if isinstance(schema, dict):
        if "type" in schema or "enum" in schema or "const" in schema:
            yield at, schema
        for key, inner in schema.items():
            yield from parts(inner, f"{at}/{key}")
    elif isinstance(schema, list):
        for number, inner in enumerate(schema):
            yield from parts(inner, f"{at}/{number}")


PARTS = [(at, part) for at, part in parts(rubric_schema()) if isinstance(part.get("type", ""), str)]


def test_it_is_json_schema() -> None:
    """Of the draft that it names."""
    assert rubric_schema()["$schema"].endswith("2020-12/schema")
    Draft202012Validator.check_schema(rubric_schema())


def test_no_object_takes_a_key_that_is_not_named() -> None:
    """Either its keys are listed and all others refused, or its keys and values have a form."""
    objects = [(at, part) for at, part in PARTS if part.get("type") == "object"]
    assert len(objects) > 15
    for at, part in objects:
        assert part["additionalProperties"] is False or part["propertyNames"], at


def test_no_list_or_text_is_without_end() -> None:
    """A file under 1 MB could still hold a text that no page can show."""
    for at, part in PARTS:
        if part.get("type") == "array":
            assert "maxItems" in part, at
        if part.get("type") == "string":
            assert "maxLength" in part or re.fullmatch(r"\^[^*]*\{[0-9],[0-9]+\}[^*]*\$", part["pattern"]), at


@pytest.mark.parametrize("kind", ["string", "integer", "number", "boolean"])
def test_every_plain_value_says_what_it_must_be(kind: str) -> None:
    """Its description is what a person reads when it is wrong."""
    plain = [(at, part) for at, part in PARTS if part.get("type") == kind]
    assert plain
    assert [at for at, part in plain if "description" not in part] == []
