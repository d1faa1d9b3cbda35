"""JSON as a conversation: session.json, the development set's shape, lists of utterances."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from models.errors import BadInputError
from models.records.coding import Setting
from models.records.speech import Role
from pipelines.conversations.choices import ReadingChoices
from pipelines.conversations.reading import read_conversation
from pipelines.outputs.coding_json import coding_json
from pipelines.outputs.session_json import to_json
from pipelines.outputs.transcript_vtt import to_vtt
from tests.outputs.codings import small_coding
from tests.outputs.sessions import hostile_session, small_session
from tests.pipelines.conversations.files import read, said

SHARED = Path(__file__).parents[4] / "shared" / "data" / "devset"
TURNS: dict[str, Any] = {
    "setting": "supervision",
    "context": {"change_goal": "walking more"},
    "turns": [
        {"turn": 3, "speaker": "SPK1", "role": "supervisor", "text": "How was it?", "labels": "no list", "mi_code": 5},
        {"turn": 4, "speaker": "SPK2", "role": "practitioner", "text": "Hard."},
    ],
}


def test_an_analysed_session_gives_a_line_for_each_utterance(tmp_path: Path) -> None:
    session = small_session()
    found = read(tmp_path, to_json(session))
    assert [(line.id, line.text, line.role) for line in found.lines] == [
        (one.id, one.text, one.role) for one in session.utterances
    ]
    assert (found.setting, found.change_goal) == (Setting.DIRECT_PRACTICE, None)
    assert all(line.role_sure for line in found.lines)


@pytest.mark.parametrize(("confidence", "sure"), [(0.749, False), (0.75, True)])
def test_a_role_under_the_threshold_of_the_roles_stage_is_not_sure(
    confidence: float, sure: bool, tmp_path: Path
) -> None:
    session = small_session()
    one = replace(session.utterances[0], role_confidence=confidence)
    first = read(tmp_path, to_json(replace(session, utterances=(one, *session.utterances[1:])))).lines[0]
    assert (first.role, first.role_sure) == (Role.PRACTITIONER, sure)


def test_our_own_captions_carry_the_roles_that_the_session_has(tmp_path: Path) -> None:
    assert {(line.speaker, line.role, line.role_sure) for line in read(tmp_path, to_vtt(small_session())).lines} == {
        ("SPEAKER_00 (practitioner)", Role.PRACTITIONER, True),
        ("SPEAKER_01 (parent or carer)", Role.PARENT_OR_CARER, True),
    }


def test_hostile_speech_is_read_as_it_is(tmp_path: Path) -> None:
    session = hostile_session()
    assert [line.text for line in read(tmp_path, to_json(session)).lines] == [one.text for one in session.utterances]


def test_turns_are_lines_with_the_numbers_roles_setting_and_goal_of_the_file(tmp_path: Path) -> None:
    found = read(tmp_path, json.dumps(TURNS))
    assert (found.setting, found.change_goal) == (Setting.SUPERVISION, "walking more")
    assert [(line.turn, line.role, line.text) for line in found.lines] == [
        (3, Role.SUPERVISOR, "How was it?"),
        (4, Role.PRACTITIONER, "Hard."),
    ]


def test_a_persons_choices_go_before_what_the_file_says(tmp_path: Path) -> None:
    roles = {"spk1": Role.PRACTITIONER}
    choices = ReadingChoices(setting=Setting.DIRECT_PRACTICE, change_goal="", roles=roles)
    found = read(tmp_path, json.dumps(TURNS), choices)
    assert (found.setting, found.change_goal) == (Setting.DIRECT_PRACTICE, None)
    assert found.lines[0].role is Role.PRACTITIONER


def test_a_coding_can_be_read_as_a_transcript_again(tmp_path: Path) -> None:
    coding = small_coding()
    found = read(tmp_path, coding_json(coding))
    assert found.change_goal == coding.change_goal
    assert said(found) == [(one.speaker, one.text) for one in coding.utterances]


def test_half_a_character_becomes_a_sign_that_can_be_written(tmp_path: Path) -> None:
    found = read(tmp_path, '{"utterances": [{"speaker": "Kim", "text": "a \\ud83d b"}]}')
    assert found.lines[0].text.encode("utf-8").decode("utf-8") == "a \ufffd b"


@pytest.mark.parametrize(
    ("text", "said_of_it"),
    [
        ("{", "is not JSON"),
        ("[]", "not one object"),
        ("[" * 100_000, "out of range"),
        ("{}", "neither utterances nor turns"),
        ('{"turns": [{"text": "secret"}, 5]}', "turn 2"),
        ('{"turns": [{"text": "secret", "role": "boss"}]}', "turn 1: role must be one of"),
        ('{"turns": [], "setting": "secret"}', "setting must be one of"),
        ('{"turns": [], "context": []}', "context must be"),
        ('{"turns": [], "context": {"change_goal": 5}}', "context must be"),
        ('{"utterances": [{"text": "secret", "speaker": 5}]}', "utterance 1: speaker and id"),
        ('{"utterances": [{"speaker": "secret"}]}', "utterance 1: an utterance needs"),
        ('{"utterances": [{"text": "secret", "role": []}]}', "utterance 1: role must be"),
        ('{"utterances": [{"text": "secret", "turn": 1.5}]}', "utterance 1: turn"),
        ('{"utterances": [{"text": "a", "id": "secret"}, {"text": "b", "id": "secret"}]}', "the same id"),
        ('{"utterances": [], "setting": {}}', "setting must be"),
        ('{"utterances": [], "change_goal": 1}', "change_goal must be"),
        ('{"recording": {}, "utterances": [], "schema_version": "7.0"}', "schema_version 7.0"),
    ],
)
def test_what_is_no_transcript_is_refused_with_the_place_and_without_itself(
    text: str, said_of_it: str, tmp_path: Path
) -> None:
    with pytest.raises(BadInputError, match=said_of_it) as caught:
        read(tmp_path, text)
    assert "secret" not in str(caught.value)


@pytest.mark.shared
def test_the_development_set_is_read_turn_by_turn() -> None:
    if not SHARED.is_dir():
        pytest.skip("the development set is not beside the checkout")
    for path in sorted(SHARED.glob("*session*.json")):
        turns = json.loads(path.read_text("utf-8"))["turns"]
        assert [line.text for line in read_conversation(path).lines] == [turn["text"] for turn in turns]


def test_an_analysed_session_keeps_its_times_and_a_list_of_utterances_has_none(tmp_path: Path) -> None:
    session = small_session()
    spans = [line.span for line in read(tmp_path, to_json(session)).lines]
    assert [(one.start_ms, one.end_ms) for one in spans if one] == [
        (one.start_ms, one.end_ms) for one in session.utterances
    ]
    assert read(tmp_path, '{"utterances": [{"speaker": "Mum", "text": "Hi."}]}').lines[0].span is None
