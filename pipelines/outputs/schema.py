"""The JSON Schema and the explanation of session.json, made from the records and session_fields.toml.

``python -m pipelines.outputs.schema`` writes docs/schema/session.v1.json and docs/session-json.md in the folder
it is run in.
"""

from __future__ import annotations

import json
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from pipelines.outputs.session_json import session_type

SCHEMA_FILE = Path("docs/schema/session.v1.json")
EXPLANATION_FILE = Path("docs/session-json.md")
_HERE = Path(__file__).parent
_NOTED = ("minimum", "maximum", "pattern", "const")


def session_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of session.json: every field described, none optional, no others allowed.

    Raises KeyError if a field has no entry in session_fields.toml.
    """
    schema = session_type().json_schema(mode="serialization")
    records = {"Session": schema, **schema["$defs"]}
    for name, record in records.items():
        if "properties" in record:
            _describe(name, record)
    named = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "session.json"}
    return {**named, **{key: value for key, value in schema.items() if key != "title"}}


def schema_text() -> str:
    """The schema as it stands in docs/schema."""
    return json.dumps(session_schema(), indent=2, ensure_ascii=False) + "\n"


def explanation_text() -> str:
    """docs/session-json.md: an introduction, then one table for each record."""
    schema = session_schema()
    records = {"Session": schema, **schema["$defs"]}
    order = [name for name in _notes() if name in records]
    tables = "\n\n".join(_table(name, records[name]) for name in order)
    return (_HERE / "templates" / "session-json.md").read_text("utf-8").rstrip() + "\n\n" + tables + "\n"


@cache
def _notes() -> dict[str, Any]:
    return tomllib.loads((_HERE / "session_fields.toml").read_text("utf-8"))


def _describe(name: str, record: dict[str, Any]) -> None:
    notes = _notes()[name]
    record["description"] = notes["says"]
    record["additionalProperties"] = False
    for field, schema in record["properties"].items():
        note = notes[field]
        for unwanted in ("title", "default"):
            schema.pop(unwanted, None)
        schema["description"] = note["says"]
        if "example" in note:
            schema["examples"] = [note["example"]]
        schema.update({key: note[key] for key in _NOTED if key in note})


def _table(name: str, record: dict[str, Any]) -> str:
    rows = [f"## {name}", "", record["description"], "", "| Field | Kind | Meaning | Example |", "|---|---|---|---|"]
    for field, schema in record["properties"].items():
        example = f"`{json.dumps(schema['examples'][0], ensure_ascii=False)}`" if "examples" in schema else ""
        rows.append(f"| `{field}` | {_kind(schema)} | {schema['description']} | {example} |")
    return "\n".join(rows)


def _kind(schema: dict[str, Any]) -> str:
    if "anyOf" in schema:
        return " or ".join(_kind(choice) for choice in schema["anyOf"])
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    if schema["type"] == "array":
        return f"list of {_kind(schema['items'])}"
    if isinstance(schema.get("additionalProperties"), dict):
        return f"{_kind(schema['additionalProperties'])} by name"
    plain = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false"}
    return plain.get(schema["type"], str(schema["type"]))


def main() -> None:
    """Write both files below the current folder."""
    for path, text in ((SCHEMA_FILE, schema_text()), (EXPLANATION_FILE, explanation_text())):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
