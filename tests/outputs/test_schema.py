"""The JSON Schema and the explanation of session.json."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from pipelines.outputs.schema import (
    EXPLANATION_FILE,
    SCHEMA_FILE,
    _notes,
    explanation_text,
    main,
    schema_text,
    session_schema,
)
from pipelines.outputs.session_json import to_json
from tests.outputs.sessions import empty_session, hostile_session, small_session

ROOT = Path(__file__).parents[2]


def validator() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(session_schema())


def test_the_schema_in_the_docs_is_current() -> None:
    assert (ROOT / SCHEMA_FILE).read_text("utf-8") == schema_text(), "run python -m pipelines.outputs.schema"


def test_the_explanation_in_the_docs_is_current() -> None:
    assert (ROOT / EXPLANATION_FILE).read_text("utf-8") == explanation_text(), "run python -m pipelines.outputs.schema"


def test_the_command_writes_both_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    main()
    assert (tmp_path / SCHEMA_FILE).read_text("utf-8") == schema_text()
    assert (tmp_path / EXPLANATION_FILE).read_text("utf-8") == explanation_text()


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(session_schema())


@pytest.mark.parametrize("make", [small_session, hostile_session, empty_session])
def test_what_is_written_is_valid(make: Any) -> None:
    validator().validate(json.loads(to_json(make())))


def test_every_field_of_every_record_is_described() -> None:
    schema = session_schema()
    for record in (schema, *schema["$defs"].values()):
        for name, field in record.get("properties", {}).items():
            assert field.get("description"), name


def test_every_example_is_valid_for_its_field() -> None:
    schema = session_schema()
    for record in (schema, *schema["$defs"].values()):
        for name, field in record.get("properties", {}).items():
            for example in field.get("examples", []):
                errors = list(validator().evolve(schema={**field, "$defs": schema["$defs"]}).iter_errors(example))
                assert not errors, name


def test_no_note_is_left_over_from_a_field_that_is_gone() -> None:
    schema = session_schema()
    records = {"Session": schema, **schema["$defs"]}
    for name, notes in _notes().items():
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
def test_the_schema_refuses(path: tuple[Any, ...], value: Any) -> None:
    document = json.loads(to_json(small_session()))
    place = document
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = value
    assert list(validator().iter_errors(document))
