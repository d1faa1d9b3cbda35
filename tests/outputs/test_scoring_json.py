"""scoring.json: the same there and back, refused with the place when it is wrong."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.records.provenance import Engine
from models.records.rubric import RubricRef
from models.records.scoring import Evidence, Measure, NoScore, Scoring, Suggestion
from pipelines.outputs.schema import SCORING, schema_of
from pipelines.outputs.scoring_json import ScoringDocumentError, read_scoring, scoring_json
from tests.outputs.scorings import empty_scoring, hostile_scoring, small_scoring

SCHEMA = schema_of(SCORING)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
SHARES = st.floats(min_value=0, max_value=1)
PIECES = st.builds(
    Evidence, utterance=TEXTS, turn=st.integers(0, 10**9), direction=st.sampled_from("+-"), indicator=TEXTS,
    moved=NUMBERS, quote=TEXTS,
)  # fmt: skip
WITH_SCORE = st.builds(
    Suggestion, element=TEXTS, score=st.integers(1, 5), low=st.integers(1, 5), high=st.integers(1, 5), because=TEXTS,
    chances=st.tuples(*[SHARES] * 5), evidence=st.lists(PIECES, max_size=3).map(tuple),
    would_change=st.lists(TEXTS, max_size=2).map(tuple), listen_first=st.booleans(),
)  # fmt: skip
WITHOUT = st.builds(Suggestion, element=TEXTS, score=st.none(), reason=st.sampled_from(NoScore), because=TEXTS)
MEASURES = st.builds(
    Measure, name=TEXTS, unit=TEXTS, value=st.none() | NUMBERS, low=st.none() | NUMBERS, high=st.none() | NUMBERS,
    reason=TEXTS,
)  # fmt: skip
ENGINES = st.builds(Engine, name=TEXTS, version=TEXTS, options=st.dictionaries(TEXTS, TEXTS, max_size=3))
SCORINGS = st.builds(
    Scoring,
    judge=ENGINES,
    coder=ENGINES,
    rubric=st.builds(RubricRef, id=TEXTS, version=TEXTS, status=TEXTS, digest=st.from_regex(r"\A[0-9a-f]{64}\Z")),
    suggestions=st.lists(WITH_SCORE | WITHOUT, max_size=4).map(tuple),
    measures=st.lists(MEASURES, max_size=4, unique_by=lambda one: one.name).map(tuple),
    notes=st.lists(TEXTS, max_size=2).map(tuple),
    addressed=st.lists(TEXTS, max_size=2).map(tuple),
    quotes_dropped=st.integers(0, 10**6),
)


def written(folder: Path, text: str) -> Path:
    path = folder / "scoring.json"
    path.write_bytes(text.encode("utf-8"))
    return path


@settings(max_examples=100, deadline=None)
@given(SCORINGS)
def test_any_scoring_comes_back_as_it_was_written_and_follows_its_schema(scoring: Scoring) -> None:
    text = scoring_json(scoring)
    with tempfile.TemporaryDirectory() as folder:
        assert read_scoring(written(Path(folder), text)) == scoring
    jsonschema.Draft202012Validator(SCHEMA).validate(json.loads(text))


@pytest.mark.parametrize("make", [small_scoring, hostile_scoring, empty_scoring])
def test_a_scoring_comes_back_as_it_was_written(make: Any, tmp_path: Path) -> None:
    assert read_scoring(written(tmp_path, scoring_json(make()))) == make()


def test_the_document_has_exactly_these_fields() -> None:
    document = json.loads(scoring_json(small_scoring()))
    assert list(document) == [
        "suggestions", "measures", "notes", "addressed", "quotes_dropped", "judge", "coder", "rubric", "schema_version",
    ]  # fmt: skip
    first = document["suggestions"][0]
    assert list(first) == [
        "element", "score", "low", "high", "reason", "because", "chances", "evidence", "would_change", "listen_first",
    ]  # fmt: skip
    assert first["evidence"][1] == {
        "utterance": "u0003", "turn": 3, "direction": "-", "indicator": "EM-1", "moved": -0.2, "quote": "Right",
    }  # fmt: skip
    assert document["measures"]["percent_change_talk"] == {
        "value": None, "low": None, "high": None, "unit": "share", "reason": "No change goal was stated.",
    }  # fmt: skip
    assert list(document["rubric"]) == ["id", "version", "status", "digest"]


def test_options_are_written_by_name_whatever_order_they_came_in() -> None:
    assert list(json.loads(scoring_json(small_scoring()))["judge"]["options"]) == ["a", "b"]


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("schema_version",), "9.0", "schema_version 9.0"),
        (("suggestions", 0, "score"), 6, r"suggestions\[0\].score"),
        (("suggestions", 0, "low"), 0, r"suggestions\[0\].low"),
        (("suggestions", 0, "score"), 3.5, r"suggestions\[0\].score"),
        (("suggestions", 0, "score"), None, r"suggestions\[0\]: needs a score or a reason"),
        (("suggestions", 0, "reason"), "not_applicable", r"suggestions\[0\]: needs a score or a reason"),
        (("suggestions", 1, "reason"), "Paula", r"suggestions\[1\].reason"),
        (("suggestions", 0, "evidence", 0, "moved"), "0.4", r"evidence\[0\].moved"),
        (("measures", "count_question", "value"), "three", r"measures.count_question.value"),
        (("overall",), 3, "overall: version 1.0 has no such field"),
    ],
)
def test_what_is_wrong_is_named_by_its_place(path: tuple[Any, ...], value: object, said: str, tmp_path: Path) -> None:
    document = json.loads(scoring_json(small_scoring()))
    place = document
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = value
    with pytest.raises(ScoringDocumentError, match=said) as caught:
        read_scoring(written(tmp_path, json.dumps(document)))
    assert "Paula" not in str(caught.value)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("suggestions", 0, "score"), 0),
        (("suggestions", 0, "evidence", 0, "direction"), "up"),
        (("suggestions", 1, "reason"), "low"),
        (("quotes_dropped",), -1),
        (("rubric", "digest"), "xyz"),
        (("overall",), 3),
    ],
)
def test_the_schema_refuses(path: tuple[Any, ...], value: object) -> None:
    document = json.loads(scoring_json(small_scoring()))
    place = document
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = value
    assert list(jsonschema.Draft202012Validator(SCHEMA).iter_errors(document))


@pytest.mark.parametrize("text", ["", "[]", "{", "null", "\x00", '{"schema_version": 1}', "[" * 100_000])
def test_what_is_no_scoring_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(ScoringDocumentError):
        read_scoring(written(tmp_path, text))


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ScoringDocumentError, match="cannot be opened"):
        read_scoring(tmp_path / "scoring.json")
