"""The JSON Schema and the explanation of session.json and coding.json."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from pipelines.outputs.coding_json import coding_json
from pipelines.outputs.schema import (
    CODING,
    DOCUMENTS,
    SESSION,
    Document,
    explanation_text,
    main,
    schema_of,
    schema_text,
)
from pipelines.outputs.session_json import to_json
from tests.outputs.codings import empty_coding, hostile_coding, small_coding
from tests.outputs.sessions import empty_session, hostile_session, small_session

ROOT = Path(__file__).parents[2]

every_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)


def validator(document: Document) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(schema_of(document))


@every_document
def test_the_schema_in_the_docs_is_current(document: Document) -> None:
    stored = (ROOT / document.schema_file).read_text("utf-8")
    assert stored == schema_text(document), "run python -m pipelines.outputs.schema"


@every_document
def test_the_explanation_in_the_docs_is_current(document: Document) -> None:
    stored = (ROOT / document.explanation_file).read_text("utf-8")
    assert stored == explanation_text(document), "run python -m pipelines.outputs.schema"


@every_document
def test_the_command_writes_both_files(document: Document, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    main()
    assert (tmp_path / document.schema_file).read_text("utf-8") == schema_text(document)
    assert (tmp_path / document.explanation_file).read_text("utf-8") == explanation_text(document)


@every_document
def test_the_schema_is_a_schema(document: Document) -> None:
    jsonschema.Draft202012Validator.check_schema(schema_of(document))


@pytest.mark.parametrize("make", [small_session, hostile_session, empty_session])
def test_a_session_that_is_written_is_valid(make: Any) -> None:
    validator(SESSION).validate(json.loads(to_json(make())))


@pytest.mark.parametrize("make", [small_coding, hostile_coding, empty_coding])
def test_a_coding_that_is_written_is_valid(make: Any) -> None:
    validator(CODING).validate(json.loads(coding_json(make())))


@every_document
def test_every_field_of_every_record_is_described(document: Document) -> None:
    schema = schema_of(document)
    for record in (schema, *schema["$defs"].values()):
        for name, field in record.get("properties", {}).items():
            assert field.get("description"), name


@every_document
def test_every_example_is_valid_for_its_field(document: Document) -> None:
    schema = schema_of(document)
    for record in (schema, *schema["$defs"].values()):
        for name, field in record.get("properties", {}).items():
            for example in field.get("examples", []):
                whole = validator(document).evolve(schema={**field, "$defs": schema["$defs"]})
                assert not list(whole.iter_errors(example)), name


@every_document
def test_no_note_is_left_over_from_a_field_that_is_gone(document: Document) -> None:
    schema = schema_of(document)
    records = {document.root: schema, **schema["$defs"]}
    for name, notes in document.notes.items():
        assert set(notes) - {"says"} == set(records[name]["properties"]), name


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("schema_version",), "2.0"),
        (("recording", "sha256"), "xyz"),
        (("check_share",), 1.2),
        (("utterances", 0, "start_ms"), -1),
        (("speakers", 0, "role"), "boss"),
        (("extra",), 1),
    ],
)
def test_the_schema_of_a_session_refuses(path: tuple[Any, ...], value: Any) -> None:
    document = json.loads(to_json(small_session()))
    place = document
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = value
    assert list(validator(SESSION).iter_errors(document))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("schema_version",), "2.0"),
        (("setting",), "therapy"),
        (("utterances", 0, "role"), "boss"),
        (("utterances", 0, "flags", 0, "direction"), "up"),
        (("utterances", 0, "flags", 0, "probability"), 1.2),
        (("utterances", 0, "codes", 0, "sure"), "yes"),
        (("utterances", 0, "heads"), {}),
    ],
)
def test_the_schema_of_a_coding_refuses(path: tuple[Any, ...], value: Any) -> None:
    document = json.loads(coding_json(small_coding()))
    place = document
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = value
    assert list(validator(CODING).iter_errors(document))
