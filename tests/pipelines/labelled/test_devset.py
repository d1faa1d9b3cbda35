"""Devset-shaped sessions and single utterances."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from models.errors import BadInputError
from models.records.coding import Setting
from models.records.speech import Role
from pipelines.labelled.devset import read_devset, read_session, read_utterances
from pipelines.labelled.records import Label

LABEL = {"element": "empathy", "direction": "+", "indicator": "EM+1"}
WORKER = {"turn": 1, "speaker": "SPK1", "role": "practitioner", "text": "How was it?"}
PARENT = {"turn": 2, "speaker": "SPK2", "role": "parent_or_carer", "text": "Hard."}


def session(*turns: object, **fields: object) -> dict[str, Any]:
    return {"session_id": "s1", "setting": "direct_practice", "context": {"change_goal": "g"}, "turns": list(turns)} | (
        fields
    )


def written(folder: Path, document: object, name: str = "one.json") -> Path:
    path = folder / name
    path.write_text(document if isinstance(document, str) else json.dumps(document), "utf-8")
    return path


def test_a_session_becomes_a_conversation(tmp_path: Path) -> None:
    coded = WORKER | {"labels": [LABEL], "mi_code": "open_question"}
    one = read_session(written(tmp_path, session(coded, PARENT | {"client_code": "sustain"})))
    assert (one.name, one.group, one.conversation.change_goal) == ("s1", "s1", "g")
    assert [(line.id, line.turn, line.role) for line in one.conversation.lines] == [
        ("u0001", 1, Role.PRACTITIONER),
        ("u0002", 2, Role.PARENT_OR_CARER),
    ]
    assert one.gold[0].labels == (Label(element="empathy", direction="+", indicator="EM+1"),)
    assert one.gold[0].mi_codes == ("open_question",)
    assert one.gold[1].heads == {"talk": {"sustain": 1.0}}


def test_a_session_needs_nothing_but_turns_with_text(tmp_path: Path) -> None:
    one = read_session(written(tmp_path, {"turns": [{"text": "Hello."}]}))
    line = one.conversation.lines[0]
    assert (one.name, one.conversation.setting, one.conversation.change_goal) == ("one", Setting.DIRECT_PRACTICE, None)
    assert (line.role, line.role_sure, line.turn) == (Role.UNKNOWN, False, 1)
    assert one.gold[0].labels is None


def test_an_empty_list_of_labels_was_looked_at_and_a_missing_one_was_not(tmp_path: Path) -> None:
    one = read_session(written(tmp_path, session(WORKER | {"labels": []}, WORKER)))
    assert [gold.labels for gold in one.gold] == [(), None]


@pytest.mark.parametrize(
    ("code", "text", "heads"),
    [
        ("open_question", "How?", {"behaviour": "question", "question": "open", "reflection": "none"}),
        ("complex_reflection", "It hurt.", {"behaviour": "reflection", "question": "none", "reflection": "complex"}),
        ("giving_information", "At ten.", {"behaviour": "input", "question": "none", "reflection": "none"}),
        ("confront", "Really?", {}),
        ("affirm", "You tried.", {"question": "none"}),
    ],
)
def test_a_main_code_says_what_it_surely_implies(tmp_path: Path, code: str, text: str, heads: dict[str, str]) -> None:
    one = read_session(written(tmp_path, session(WORKER | {"mi_code": code, "text": text})))
    found = {head: one.gold[0].choice(head) for head in one.gold[0].heads}
    assert found == {"mi_code": code} | heads


def test_of_two_codes_the_first_is_the_main_one(tmp_path: Path) -> None:
    turn = WORKER | {"mi_code": ["simple_reflection", "closed_question"]}
    gold = read_session(written(tmp_path, session(turn))).gold[0]
    assert gold.choice("mi_code") == "simple_reflection"
    assert gold.choice("behaviour") == "reflection"
    assert gold.choice("question") == "closed"
    assert gold.mi_codes == ("simple_reflection", "closed_question")


def test_in_supervision_the_supervisor_has_the_labels(tmp_path: Path) -> None:
    label = {"element": "sup_purpose", "direction": "+", "indicator": "sup_purpose+1"}
    turn = WORKER | {"role": "supervisor", "labels": [label]}
    one = read_session(written(tmp_path, session(turn, WORKER | {"labels": "ignored"}, setting="supervision")))
    assert one.gold[0].labels is not None
    assert one.gold[0].labels[0].evidence == "sup_purpose+"
    assert one.gold[1].labels is None


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ("{", "is not JSON"),
        ("", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ([], "it has no list of turns"),
        ({"turns": {}}, "it has no list of turns"),
        (session(), "it has no turns"),
        (session(WORKER, setting="court"), "setting must be one of direct_practice, supervision"),
        (session(WORKER, context=["g"]), "context must hold fields"),
        (session(WORKER, context={"change_goal": 4}), "its change_goal must be text or null"),
        (session(WORKER, "said"), "turn 2: a turn needs speaker, role and text"),
        (session(WORKER, {"text": None}), "turn 2: a turn needs speaker, role and text"),
        (session(WORKER, WORKER | {"role": "worker"}), "turn 2: role must be one of practitioner"),
        (session(WORKER, WORKER | {"role": ["child"]}), "turn 2: role must be one of practitioner"),
        (session(WORKER, WORKER | {"turn": "two"}), "turn 2: the turn's number is not a whole number"),
        (session(WORKER, WORKER | {"turn": True}), "turn 2: the turn's number is not a whole number"),
        (session(WORKER, PARENT | {"client_code": "maybe"}), "turn 2: client_code must be one of change"),
        (session(WORKER, WORKER | {"mi_code": "chat"}), "turn 2: mi_code must be one or two of open_question"),
        (session(WORKER, WORKER | {"mi_code": 7}), "turn 2: mi_code must be one or two of open_question"),
        (session(WORKER, WORKER | {"mi_code": [["affirm"]]}), "turn 2: mi_code must be one or two of open_question"),
        (session(WORKER, WORKER | {"labels": "empathy"}), "turn 2: labels must be a list"),
        (session(WORKER, WORKER | {"labels": ["empathy+"]}), "turn 2: a label needs element, direction and indicator"),
        (session(WORKER, WORKER | {"labels": [LABEL | {"element": "warmth"}]}), "turn 2: a label's element or"),
        (session(WORKER, WORKER | {"labels": [LABEL | {"direction": "~"}]}), "turn 2: a label's element or"),
    ],
)
def test_a_session_that_cannot_be_used_is_refused_by_file_turn_and_reason(
    tmp_path: Path, document: object, reason: str
) -> None:
    with pytest.raises(BadInputError, match=f"one.json.*{reason}"):
        read_session(written(tmp_path, document))


def test_a_missing_file_and_another_encoding_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match=r"absent.json cannot be opened"):
        read_session(tmp_path / "absent.json")
    (tmp_path / "bytes.json").write_bytes(b"\xff\xfe")
    with pytest.raises(BadInputError, match=r"bytes.json is not text in UTF-8"):
        read_session(tmp_path / "bytes.json")
    with pytest.raises(BadInputError, match=r"absent.jsonl cannot be opened"):
        read_utterances(tmp_path / "absent.jsonl")


def test_errors_do_not_repeat_what_was_said(tmp_path: Path) -> None:
    with pytest.raises(BadInputError) as refused:
        read_session(written(tmp_path, session(WORKER | {"text": "secret", "mi_code": "secret"})))
    assert "secret" not in str(refused.value)


def lines(folder: Path, *items: object) -> Path:
    text = "\n".join(item if isinstance(item, str) else json.dumps(item) for item in items)
    return written(folder, text, "single.jsonl")


def test_a_single_utterance_is_a_conversation_of_one_line_by_the_scored_role(tmp_path: Path) -> None:
    first, second = read_utterances(lines(tmp_path, {"text": "a", "labels": [LABEL]}, "", {"text": "b", "labels": []}))
    assert [one.name for one in (first, second)] == ["single-1", "single-3"]
    assert {one.group for one in (first, second)} == {"single"}
    assert first.conversation.lines[0].role is Role.PRACTITIONER
    assert second.gold[0].labels == ()


@pytest.mark.parametrize(
    "item",
    [
        {"text": "a", "labels": [{"element": "sup_analysis", "direction": "-", "indicator": "x"}]},
        {"text": "a", "setting": "supervision"},
    ],
)
def test_a_supervision_utterance_is_said_by_the_supervisor(tmp_path: Path, item: dict[str, object]) -> None:
    (one,) = read_utterances(lines(tmp_path, item))
    assert one.conversation.setting is Setting.SUPERVISION
    assert one.conversation.lines[0].role is Role.SUPERVISOR


def test_unusual_separators_inside_a_text_do_not_cut_a_line(tmp_path: Path) -> None:
    (one,) = read_utterances(lines(tmp_path, '{"text": "a\u2028b\u0085c"}'))
    assert one.conversation.lines[0].text == "a\u2028b\u0085c"


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        ("{", "is not JSON"),
        ("7", "a turn needs speaker, role and text"),
        ({"labels": []}, "a turn needs speaker, role and text"),
        ({"text": "a", "labels": {"element": "empathy"}}, "labels must be a list"),
        ({"text": "a", "labels": 7}, "labels must be a list"),
        ({"text": "a", "mi_code": "chat"}, "mi_code must be one or two of"),
    ],
)
def test_an_utterance_that_cannot_be_used_is_refused_by_file_line_and_reason(
    tmp_path: Path, item: object, reason: str
) -> None:
    with pytest.raises(BadInputError, match=f"single.jsonl, line 2.*{reason}"):
        read_utterances(lines(tmp_path, {"text": "a"}, item))


def test_a_folder_is_read_in_the_order_of_names(tmp_path: Path) -> None:
    written(tmp_path, session(WORKER, session_id="b"), "b.json")
    written(tmp_path, session(WORKER, session_id="a"), "a.json")
    written(tmp_path, '{"text": "x"}', "c.jsonl")
    (tmp_path / "README.md").write_text("not data", "utf-8")
    found = read_devset(tmp_path, "mine")
    assert [one.name for one in found] == ["a", "b", "c-1"]
    assert {one.source for one in found} == {"mine"}


def test_a_folder_that_is_not_there_or_holds_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="There is no folder absent"):
        read_devset(tmp_path / "absent")
    with pytest.raises(BadInputError, match=r"holds no .json session and no .jsonl file"):
        read_devset(tmp_path)


def test_the_shared_devset_is_read_whole() -> None:
    folder = Path(__file__).resolve().parents[4] / "shared/data/devset"
    if not folder.is_dir():
        pytest.skip("the shared development set is not beside this checkout")
    found = read_devset(folder)
    assert sum(len(one.gold) for one in found if one.group == "utterances") == 828
    assert sum(len(one.gold) for one in found if one.group != "utterances") == 836 + 34


def test_a_turn_of_a_supervision_can_say_what_it_is_spent_on(tmp_path: Path) -> None:
    """Anybody's turn, and "-" for one that is spent on nothing; without the field nobody judged it."""
    supervisor = {"role": "supervisor", "text": "Morning. How was it?", "labels": [], "time_use": "-"}
    turns = (supervisor, WORKER | {"time_use": "FEEL"}, WORKER)
    one = read_session(written(tmp_path, session(*turns, setting="supervision")))
    assert [gold.time_use for gold in one.gold] == ["-", "FEEL", None]
    assert one.gold[0].labels == ()


@pytest.mark.parametrize("held", ["feel", "", 3, ["FEEL"], {}])
def test_a_time_use_that_is_no_code_is_refused_with_its_turn(tmp_path: Path, held: object) -> None:
    document = session(WORKER, WORKER | {"time_use": held}, setting="supervision")
    with pytest.raises(BadInputError, match=r"one\.json, turn 2: time_use must be one of NARR, "):
        read_session(written(tmp_path, document))


def test_time_use_outside_supervision_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="for supervision only"):
        read_session(written(tmp_path, session(WORKER | {"time_use": "HOW"})))
