"""Pairs of lines that differ in one thing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from models.errors import BadInputError
from models.records.speech import Role
from pipelines.evaluation.coder.contrasts import ContrastsMeasured, measure_contrasts, read_contrasts
from tests.coder.table_coder import Answer, TableCoder

PAIR = {"id": "p1", "kind": "kind", "evidence": "empathy+", "yes": "yes", "no": "no"}


def written(folder: Path, *pairs: object) -> Path:
    path = folder / "pairs.jsonl"
    path.write_text("\n".join(one if isinstance(one, str) else json.dumps(one) for one in pairs), "utf-8")
    return path


def measured(folder: Path, yes: float | None, no: float | None, **fields: object) -> ContrastsMeasured:
    table = {
        text: Answer(evidence={"empathy+": chance}) for text, chance in (("yes", yes), ("no", no)) if chance is not None
    }
    return measure_contrasts(read_contrasts(written(folder, PAIR | fields)), TableCoder(table))


@pytest.mark.parametrize(
    ("yes", "no", "ranked", "separated", "no_false_flag"),
    [
        (0.9, 0.1, 1, 1, 1),
        (0.4, 0.1, 1, 0, 1),
        (0.9, 0.8, 1, 0, 0),
        (0.1, 0.2, 0, 0, 1),
        (0.5, 0.5, 0, 0, 1),
    ],
)
def test_a_pair_is_ranked_told_apart_and_free_of_false_flags(
    tmp_path: Path, yes: float, no: float, ranked: int, separated: int, no_false_flag: int
) -> None:
    total = measured(tmp_path, yes, no).total
    assert (total.ranked.part, total.separated.part, total.no_false_flag.part) == (ranked, separated, no_false_flag)


def test_without_a_probability_a_pair_is_not_ranked_at_all(tmp_path: Path) -> None:
    found = measured(tmp_path, 0.9, None)
    assert found.total.ranked.whole == 0
    assert found.total.separated.rate == 1


def test_an_act_is_judged_by_the_main_code(tmp_path: Path) -> None:
    blame = Answer(heads={"mi_code": {"confront": 0.8, "other": 0.2}})
    plain = Answer(heads={"mi_code": {"confront": 0.3, "other": 0.7}})
    pairs = read_contrasts(written(tmp_path, PAIR | {"evidence": "confront"}))
    found = measure_contrasts(pairs, TableCoder({"yes": blame, "no": plain}))
    assert (found.outcomes[0].yes, found.outcomes[0].no) == (0.8, 0.3)
    assert (found.total.separated.part, found.total.no_false_flag.part) == (1, 1)


def test_counts_of_kinds_add_up_to_all(tmp_path: Path) -> None:
    path = written(tmp_path, PAIR, PAIR | {"id": "p2", "kind": "other"}, PAIR | {"id": "p3"})
    found = measure_contrasts(read_contrasts(path), TableCoder({"yes": Answer(evidence={"empathy+": 0.9})}))
    assert [(kind, one.separated.whole) for kind, one in found.kinds.items()] == [("kind", 2), ("other", 1)]
    assert found.total.separated.whole == 3


def test_each_line_is_said_last_in_its_own_conversation_after_the_context(tmp_path: Path) -> None:
    context = [{"role": "parent_or_carer", "text": "before"}]
    (pair,) = read_contrasts(written(tmp_path, PAIR | {"context": context, "change_goal": "walk more"}))
    said = pair.conversation(pair.no)
    assert [(line.role, line.text, line.turn) for line in said.lines] == [
        (Role.PARENT_OR_CARER, "before", 1),
        (Role.PRACTITIONER, "no", 2),
    ]
    assert said.change_goal == "walk more"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ("[]", "a pair needs id"),
        (PAIR | {"yes": ""}, "a pair needs id"),
        (PAIR | {"no": 3}, "a pair needs id"),
        (PAIR | {"evidence": "empathy"}, "neither a flag"),
        (PAIR | {"context": {}}, "context must be a list"),
        (PAIR | {"context": [{"role": "parent"}]}, "a line of context needs a role"),
        (PAIR | {"context": [{"role": "parent", "text": "x"}]}, "a line of context needs a role"),
        (PAIR | {"context": [{"role": ["child"], "text": "x"}]}, "a line of context needs a role"),
        (PAIR | {"change_goal": 1}, "change_goal must be text"),
    ],
)
def test_a_line_that_is_no_pair_is_refused_by_file_and_line(tmp_path: Path, line: object, reason: str) -> None:
    with pytest.raises(BadInputError, match=f"pairs.jsonl, line 3.*{reason}"):
        read_contrasts(written(tmp_path, PAIR, "", line))


def test_two_pairs_with_one_id_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="more than one pair has the id p1"):
        read_contrasts(written(tmp_path, PAIR, PAIR))


def test_files_without_pairs_or_without_text_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="holds no pair"):
        read_contrasts(written(tmp_path, ""))
    with pytest.raises(BadInputError, match="cannot be read"):
        read_contrasts(tmp_path / "absent.jsonl")
    (tmp_path / "bytes.jsonl").write_bytes(b"\xff\xfe")
    with pytest.raises(BadInputError, match="cannot be read"):
        read_contrasts(tmp_path / "bytes.jsonl")
