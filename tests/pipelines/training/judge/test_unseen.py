"""Evidence kept in a file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from models.coder.labels import evidence_of
from models.errors import BadInputError
from models.records.coding import Coding, Setting
from pipelines.evaluation.scores.flagged import flagged_coding
from pipelines.training.judge.unseen import read_unseen, write_unseen
from tests.pipelines.evaluation.scores.sessions import session


def coding(name: str, setting: Setting = Setting.DIRECT_PRACTICE) -> Coding:
    flag = "empathy+" if setting is Setting.DIRECT_PRACTICE else "sup_purpose-"
    held = flagged_coding(session(name, setting=setting, flags={3: (flag,)}, turns=6))
    third = replace(held.utterances[2], evidence=held.utterances[2].evidence | {flag: 0.3})
    return replace(held, utterances=(*held.utterances[:2], third, *held.utterances[3:]))


def test_evidence_comes_back_to_three_digits_and_nothing_else_does(tmp_path: Path) -> None:
    path = tmp_path / "new" / "unseen.safetensors"
    write_unseen({"one": coding("one"), "two": coding("two", Setting.SUPERVISION)}, path)
    sessions = [session("one", turns=6), session("two", setting=Setting.SUPERVISION, turns=6)]
    one, two = read_unseen(path, sessions).values()
    assert one.utterances[2].evidence["empathy+"] == pytest.approx(0.3, abs=1e-3)
    assert two.utterances[2].evidence["sup_purpose-"] == pytest.approx(0.3, abs=1e-3)
    assert [bool(line.evidence) for line in one.utterances] == [True, False, True, False, True, False]
    assert all(not line.codes and not line.flags and not line.heads for line in one.utterances)
    assert [line.id for line in one.utterances] == [line.id for line in sessions[0].conversation.lines]
    assert one.change_goal == "home by nine"


def test_the_file_holds_places_and_half_precision_in_the_settings_order(tmp_path: Path) -> None:
    path = tmp_path / "unseen.safetensors"
    write_unseen({"one": coding("one")}, path)
    tensors = load_file(path)
    assert set(tensors) == {"one/lines", "one/evidence"}
    assert tensors["one/lines"].dtype == np.int32
    assert tensors["one/lines"].tolist() == [0, 2, 4]
    assert tensors["one/evidence"].dtype == np.float16
    at = evidence_of(Setting.DIRECT_PRACTICE).index("empathy+")
    assert tensors["one/evidence"][:, at].tolist() == pytest.approx([0, 0.3, 0], abs=1e-3)


def test_sessions_that_the_file_lacks_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "unseen.safetensors"
    write_unseen({"one": coding("one")}, path)
    assert list(read_unseen(path, [session("one", turns=6), session("other", turns=6)])) == ["one"]


@pytest.mark.parametrize(
    ("lines", "evidence"),
    [
        (np.array([0, 2], np.int32), np.zeros((3, 14), np.float16)),
        (np.array([0], np.int32), np.zeros((1, 16), np.float16)),
        (np.array([1], np.int32), np.zeros((1, 14), np.float16)),
        (np.array([6], np.int32), np.zeros((1, 14), np.float16)),
    ],
    ids=["rows", "columns", "somebody else's line", "past the end"],
)
def test_evidence_of_another_session_is_refused(tmp_path: Path, lines: np.ndarray, evidence: np.ndarray) -> None:
    path = tmp_path / "unseen.safetensors"
    save_file({"one/lines": lines, "one/evidence": evidence}, path)
    with pytest.raises(BadInputError, match="evidence of another one"):
        read_unseen(path, [session("one", turns=6)])


@pytest.mark.parametrize("content", [None, b"not tensors"])
def test_a_file_that_is_none_is_refused_by_name(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "unseen.safetensors"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BadInputError, match=r"unseen\.safetensors cannot be read"):
        read_unseen(path, [])
