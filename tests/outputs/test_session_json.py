"""session.json: the same there and back, refused with the place when it is wrong."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from models.records.provenance import Engine
from pipelines.outputs.session_json import SessionDocumentError, from_json, to_json
from tests.outputs.sessions import empty_session, hostile_session, small_session


@pytest.mark.parametrize("make", [small_session, hostile_session, empty_session])
def test_a_session_comes_back_as_it_was_written(make: Any) -> None:
    assert from_json(to_json(make())) == make()


def test_writing_is_the_same_whatever_order_engines_and_options_came_in() -> None:
    engine = Engine(name="e", version="1", options={"a": "1", "b": "2"})
    turned = Engine(name="e", version="1", options={"b": "2", "a": "1"})
    one = replace(small_session(), engines={"decode": engine, "transcribe": engine})
    other = replace(small_session(), engines={"transcribe": turned, "decode": turned})
    assert to_json(one) == to_json(other)


def test_the_text_is_indented_by_two_ends_with_a_line_end_and_keeps_characters() -> None:
    text = to_json(replace(small_session(), language="Zoë 😀"))
    assert text.startswith('{\n  "schema_version": "1.0",\n  "id": ')
    assert text.endswith("\n}\n")
    assert '"Zoë 😀"' in text


def document() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(to_json(small_session()))
    return loaded


def refusal(changed: Any) -> str:
    with pytest.raises(SessionDocumentError) as caught:
        from_json(json.dumps(changed))
    return str(caught.value)


def test_a_wrong_kind_of_value_is_refused_with_its_place_and_without_itself() -> None:
    changed = document()
    changed["utterances"][3]["words"][1]["start_ms"] = "secret words"
    assert "utterances[3].words[1].start_ms" in refusal(changed)
    assert "secret" not in refusal(changed)


def test_a_number_in_quotes_is_not_a_number() -> None:
    changed = document()
    changed["recording"]["channels"] = "1"
    assert "recording.channels" in refusal(changed)


def test_a_missing_field_is_named() -> None:
    changed = document()
    del changed["coverage"]["speech_ms"]
    assert "coverage.speech_ms" in refusal(changed)


def test_a_field_that_the_version_does_not_have_is_named() -> None:
    changed = document()
    changed["utterances"][2]["score"] = 5
    assert "utterances[2].score" in refusal(changed)


def test_a_field_with_a_name_that_could_be_speech_is_not_repeated() -> None:
    changed = document()
    changed["Paula drinks"] = 5
    assert "Paula" not in refusal(changed)


def test_an_utterance_that_ends_before_it_starts_is_refused() -> None:
    changed = document()
    changed["utterances"][0]["end_ms"] = 0
    assert "utterances[0]" in refusal(changed)


@pytest.mark.parametrize("version", ["2.0", "1.1"])
def test_another_version_is_refused_with_both_versions(version: str) -> None:
    message = refusal(document() | {"schema_version": version})
    assert version in message
    assert "reads 1.0" in message


@pytest.mark.parametrize("version", [None, 1, "<script>", ["1.0"]])
def test_a_version_that_is_none_is_refused_without_repeating_it(version: Any) -> None:
    message = refusal(document() | {"schema_version": version})
    assert "such as 1.0" in message
    assert "script" not in message


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", "NaN", '{"schema_version": "1.0", "x": NaN}', "[" * 100_000, b"\xff\xfe{", '"\\ud800"'],
)
def test_what_is_no_session_document_gets_one_sentence(text: str | bytes) -> None:
    with pytest.raises(SessionDocumentError, match=r"^session\.json"):
        from_json(text)
