"""Reading scored sessions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from models.errors import BadInputError
from pipelines.evaluation.scores.reading import read_scored

TURNS = [{"turn": 1, "role": "practitioner", "text": "So.", "labels": []}]


def written(folder: Path, name: str, **fields: Any) -> Path:
    path = folder / name
    path.write_text(json.dumps({"session_id": path.stem, "turns": TURNS, **fields}), "utf-8")
    return path


def test_scored_sessions_are_read_and_others_counted(tmp_path: Path) -> None:
    written(tmp_path, "a.json", scores={"empathy": {"score": 3, "evidence_turns": [1]}})
    written(tmp_path, "b.json")
    (tmp_path / "single.jsonl").write_text("not read", "utf-8")
    read = read_scored(tmp_path)
    assert [one.name for one in read.sessions] == ["a"]
    assert read.without == 1


def test_one_file_is_read(tmp_path: Path) -> None:
    path = written(tmp_path, "a.json", scores={"empathy": {"score": 3}})
    assert len(read_scored(path).sessions) == 1


@pytest.mark.parametrize(
    ("score", "named"),
    [
        ({"score": 6}, r"a\.json, scores of empathy: score must be"),
        ({"score": 3, "evidence_turns": [7]}, r"a\.json, scores of empathy: the session has no turn 7"),
        ({"score": 3, "evidence_turns": "1"}, r"a\.json, scores of empathy"),
        ({}, r"a\.json, scores of empathy"),
    ],
)
def test_a_malformed_score_is_named_by_file_and_element(tmp_path: Path, score: Any, named: str) -> None:
    written(tmp_path, "a.json", scores={"empathy": score})
    with pytest.raises(BadInputError, match=named):
        read_scored(tmp_path)


def test_a_folder_where_nothing_is_scored_is_refused(tmp_path: Path) -> None:
    written(tmp_path, "a.json")
    with pytest.raises(BadInputError, match="has scores"):
        read_scored(tmp_path)


@pytest.mark.parametrize("name", ["", "absent"])
def test_a_place_without_sessions_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadInputError, match=r"no \.json session"):
        read_scored(tmp_path / name)
