"""JSON Schema and explanation of the documents we write, made from the records and a file that describes each field.

``python -m pipelines.outputs.schema`` writes them into docs/ in the folder it is run in.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from pipelines.outputs.coding_json import coding_type
from pipelines.outputs.scoring_json import scoring_type
from pipelines.outputs.session_json import session_type

_HERE = Path(__file__).parent
_NOTED = ("minimum", "maximum", "pattern", "const")


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A kind of document: ``name`` is the file's, ``root`` its outermost record's.

    ``fields`` (TOML) and ``introduction`` (Markdown) lie in this package; the other two paths are below the checkout.
    """

    name: str
    root: str
    kind: Callable[[], TypeAdapter[Any]]
    fields: str
    introduction: str
    schema_file: Path
    explanation_file: Path

    @property
    def notes(self) -> dict[str, Any]:
        """What is said of each record and field."""
        return _notes(self.fields)


SESSION = Document(
    name="session.json",
    root="Session",
    kind=session_type,
    fields="session_fields.toml",
    introduction="session-json.md",
    schema_file=Path("docs/schema/session.v1.json"),
    explanation_file=Path("docs/session-json.md"),
)
CODING = Document(
    name="coding.json",
    root="CodingDocument",
    kind=coding_type,
    fields="coding_fields.toml",
    introduction="coding-json.md",
    schema_file=Path("docs/schema/coding.v1.json"),
    explanation_file=Path("docs/coding-json.md"),
)
SCORING = Document(
    name="scoring.json",
    root="ScoringDocument",
    kind=scoring_type,
    fields="scoring_fields.toml",
    introduction="scoring-json.md",
    schema_file=Path("docs/schema/scoring.v1.json"),
    explanation_file=Path("docs/scoring-json.md"),
)
DOCUMENTS = (SESSION, CODING, SCORING)


def schema_of(document: Document) -> dict[str, Any]:
    """JSON Schema (2020-12) of a document: every field described, none optional, no others allowed.

    Raises KeyError if a field has no entry among the notes.
    """
    schema = document.kind().json_schema(mode="serialization")
    for name, record in {document.root: schema, **schema["$defs"]}.items():
        if "properties" in record:
            _describe(document.notes[name], record)
    named = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": document.name}
    return {**named, **{key: value for key, value in schema.items() if key != "title"}}


def schema_text(document: Document) -> str:
    """The schema as it stands in docs/schema."""
    return json.dumps(schema_of(document), indent=2, ensure_ascii=False) + "\n"


def explanation_text(document: Document) -> str:
    """The explanation as it stands in docs: an introduction, then one table for each record."""
    schema = schema_of(document)
    records = {document.root: schema, **schema["$defs"]}
    tables = "\n\n".join(_table(name, records[name]) for name in document.notes if name in records)
    introduction = (_HERE / "templates" / document.introduction).read_text("utf-8").rstrip()
    return f"{introduction}\n\n{tables}\n"


@cache
def _notes(fields: str) -> dict[str, Any]:
    return tomllib.loads((_HERE / fields).read_text("utf-8"))


def _describe(notes: dict[str, Any], record: dict[str, Any]) -> None:
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
    """Write every document's two files below the current folder."""
    for document in DOCUMENTS:
        texts = {document.schema_file: schema_text(document), document.explanation_file: explanation_text(document)}
        for path, text in texts.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
