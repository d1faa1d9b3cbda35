"""coding.json: the same there and back, refused with the place when it is wrong."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from models.records.coding import CodedUtterance
from pipelines.outputs.coding_json import CodingDocumentError, coding_json, read_coding
from tests.outputs.codings import empty_coding, hostile_coding, small_coding


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "coding.json"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("make", [small_coding, hostile_coding, empty_coding])
def test_a_coding_comes_back_as_it_was_written(make: Any, tmp_path: Path) -> None:
    assert read_coding(written(tmp_path, coding_json(make()))) == make()


def test_the_document_has_exactly_these_fields() -> None:
    document = json.loads(coding_json(small_coding()))
    assert list(document) == ["utterances", "off", "setting", "change_goal", "engine", "schema_version"]
    first = document["utterances"][0]
    assert list(first) == ["id", "turn", "speaker", "role", "text", "codes", "flags"]
    assert first["codes"][0] == {"code": "open_question", "probability": 0.91, "sure": True}
    assert first["flags"][0] == {"element": "evocation", "direction": "+", "indicator": "EV+1", "probability": 0.83}
    assert document["off"] == [{"name": "autonomy-", "reason": "Too unreliable when it was measured."}]


def test_what_was_computed_and_may_not_be_shown_is_not_written() -> None:
    coding = small_coding()
    first: CodedUtterance = replace(coding.utterances[0], heads={"talk": {"change": 1.0}}, evidence={"autonomy-": 0.9})
    changed = replace(coding, utterances=(first, *coding.utterances[1:]))
    assert coding_json(changed) == coding_json(coding)


def test_options_are_written_by_name_whatever_order_they_came_in() -> None:
    assert list(json.loads(coding_json(small_coding()))["engine"]["options"]) == ["a", "b"]


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("schema_version",), "9.0", "schema_version 9.0"),
        (("utterances", 0, "flags", 1, "probability"), "0.62", r"utterances\[0\].flags\[1\].probability"),
        (("utterances", 1, "role"), "Paula", r"utterances\[1\].role"),
        (("utterances", 2, "score"), 5, r"utterances\[2\].score"),
    ],
)
def test_what_is_wrong_is_named_by_its_place(path: tuple[Any, ...], value: object, said: str, tmp_path: Path) -> None:
    document = json.loads(coding_json(small_coding()))
    place = document
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = value
    with pytest.raises(CodingDocumentError, match=said) as caught:
        read_coding(written(tmp_path, json.dumps(document)))
    assert "Paula" not in str(caught.value)


@pytest.mark.parametrize("text", ["", "[]", "{", "null", "\x00", '{"schema_version": 1}', "[" * 100_000])
def test_what_is_no_coding_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(CodingDocumentError):
        read_coding(written(tmp_path, text))


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CodingDocumentError, match="cannot be opened"):
        read_coding(tmp_path / "coding.json")
