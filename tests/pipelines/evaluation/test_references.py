"""References in every format, and what is said when one is malformed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from models.errors import BadInputError
from models.records.speech import Role
from pipelines.evaluation.annotation import VoiceSpan, turns_of
from pipelines.evaluation.references import read_annotation
from tests.pipelines.evaluation.timelines import said


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


STM = ";; a comment\nrec 1 A 0.5 2.25 <o,f0> I wasn't drunk.\nrec 1 practitioner 3 4 Right.\n"
RTTM = "SPEAKER rec 1 0.500 1.750 <NA> <NA> A <NA> <NA>\nSPKR-INFO rec 1 <NA> <NA> <NA> unknown A <NA> <NA>\n"
VTT = """WEBVTT

NOTE
not --a-- cue

1
00:00.500 --> 00:02.250 align:start
<v A>I wasn't <i>drunk</i> &amp; so.</v>

01:00:03.000 --> 01:00:04.000
<v.loud Practitioner>Right.</v> <v A>Yeah.
"""


def test_stm_gives_utterances_without_their_labels_and_roles_that_are_spelt_out(tmp_path: Path) -> None:
    told = read_annotation((write(tmp_path, "a.stm", STM),)).said
    assert told is not None
    assert [(one.speaker, one.start_ms, one.end_ms, one.text, one.role) for one in told] == [
        ("A", 500, 2250, "I wasn't drunk.", None),
        ("practitioner", 3000, 4000, "Right.", Role.PRACTITIONER),
    ]


def test_stm_passages_left_out_of_scoring_are_left_out(tmp_path: Path) -> None:
    path = write(tmp_path, "a.stm", "rec 1 A 0 1 IGNORE_TIME_SEGMENT_IN_SCORING\n")
    assert read_annotation((path,)).said == ()


def test_rttm_gives_turns_and_no_text(tmp_path: Path) -> None:
    told = read_annotation((write(tmp_path, "a.rttm", RTTM),))
    assert told.turns == (VoiceSpan(start_ms=500, end_ms=2250, speaker="A"),)
    assert told.said is None


def test_vtt_gives_one_utterance_for_each_voice_tag(tmp_path: Path) -> None:
    told = read_annotation((write(tmp_path, "a.vtt", VTT),)).said
    assert told is not None
    assert [(one.speaker, one.start_ms, one.text, one.role) for one in told] == [
        ("A", 500, "I wasn't drunk & so.", None),
        ("Practitioner", 3_603_000, "Right.", Role.PRACTITIONER),
        ("A", 3_603_000, "Yeah.", None),
    ]


def test_a_caption_without_voice_belongs_to_nobody_known(tmp_path: Path) -> None:
    told = read_annotation((write(tmp_path, "a.vtt", "WEBVTT\n\n00:00.000 --> 00:01.000\nHello\n"),)).said
    assert told is not None
    assert [(one.speaker, one.text) for one in told] == [("UNKNOWN", "Hello")]


def test_a_json_document_is_read_with_fields_that_nobody_knows_yet(tmp_path: Path) -> None:
    utterance = {"id": "u1", "start_ms": 0, "end_ms": 9, "speaker": "S", "role": "child", "text": "Hi", "mood": 1}
    words = [{"start_ms": 0, "end_ms": 9, "text": "Hi", "probability": None}]
    document = {
        "schema_version": "9.9",
        "recording": {"duration_ms": 77},
        "utterances": [utterance | {"words": words}],
        "turns": [{"start_ms": 0, "end_ms": 9, "speaker": "S", "new": 1}],
        "checks": [{"id": "c1", "rank": 1, "start_ms": 0, "end_ms": 5, "kinds": ["negation"], "reason": "r"}],
    }
    told = read_annotation((write(tmp_path, "session.json", json.dumps(document)),))
    assert told.said is not None
    assert told.said[0].role is Role.CHILD
    assert told.said[0].words[0].text == "Hi"
    assert told.turns == (VoiceSpan(start_ms=0, end_ms=9, speaker="S"),)
    assert told.checks is not None
    assert told.checks[0].kinds == ("negation",)
    assert told.duration_ms == 77


def test_an_rttm_file_decides_the_turns_whatever_the_order_of_the_files(tmp_path: Path) -> None:
    stm, rttm = write(tmp_path, "rec.stm", STM), write(tmp_path, "rec.rttm", RTTM)
    first, second = read_annotation((stm, rttm)), read_annotation((rttm, stm))
    assert first == second
    assert first.turns == (VoiceSpan(start_ms=500, end_ms=2250, speaker="A"),)
    assert first.said is not None


def test_turns_of_one_voice_join_over_300_ms_and_not_over_more() -> None:
    short = (said(0, "A", "a"), said(1, "A", "b"))
    assert [(turn.start_ms, turn.end_ms) for turn in turns_of(short)] == [(0, 2000)]
    assert [(turn.start_ms, turn.end_ms) for turn in turns_of((said(0, "A", "a"), said(2, "A", "b")))] == [
        (0, 1000),
        (2000, 3000),
    ]


TWO = "SPEAKER one 1 0 1 <NA> <NA> A <NA> <NA>\nSPEAKER two 1 0 2 <NA> <NA> A <NA> <NA>\n"


def test_a_file_about_several_recordings_is_searched_by_name(tmp_path: Path) -> None:
    told = read_annotation((write(tmp_path, "all.rttm", TWO),), names=("two",)).turns
    assert told == (VoiceSpan(start_ms=0, end_ms=2000, speaker="A"),)


def test_a_file_about_several_other_recordings_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match=r"all\.rttm tells about 2 recordings"):
        read_annotation((write(tmp_path, "all.rttm", TWO),), names=("three",))


@pytest.mark.parametrize(
    ("name", "text", "place"),
    [
        ("a.stm", "rec 1 A 0 1 ok\nrec 1 A 0\n", r"a\.stm, line 2"),
        ("a.stm", "rec 1 A zero 1 text\n", r"a\.stm, line 1: a time is not a number"),
        ("a.stm", "rec 1 A 2 1 text\n", r"a\.stm, line 1: it ends before it starts"),
        ("a.stm", "rec 1 A nan 1 text\n", r"a\.stm, line 1: a time is negative or not finite"),
        ("a.rttm", "\nSPEAKER rec 1 0.5\n", r"a\.rttm, line 2"),
        ("a.rttm", "SPEAKER rec 1 0 -1 <NA> <NA> A <NA> <NA>\n", r"a\.rttm, line 1: a time is negative"),
        ("a.vtt", "hello\n", r"a\.vtt, line 1"),
        ("a.vtt", "WEBVTT\n\n0:1 --> later\nhi\n", r"a\.vtt, line 3"),
        ("a.vtt", "WEBVTT\n\n00:02.000 --> 00:01.000\nhi\n", r"a\.vtt, line 3: a cue ends before it starts"),
        ("a.json", "{\n oops\n}", r"a\.json, line 2"),
        ("a.json", "[]", r"a\.json holds no list of utterances"),
        ("a.json", '{"utterances": [{"id": "u"}]}', r"a\.json: entry 1 of utterances"),
        ("a.json", '{"utterances": [], "checks": [{"start_ms": 5, "end_ms": 1}]}', r"a\.json: entry 1 of checks"),
        ("a.json", '{"utterances": [], "turns": 3}', r"a\.json: turns is not a list"),
        ("a.txt", "hello", r"a\.txt is of no kind"),
    ],
)
def test_a_malformed_file_is_refused_with_its_place(tmp_path: Path, name: str, text: str, place: str) -> None:
    with pytest.raises(BadInputError, match=place):
        read_annotation((write(tmp_path, name, text),))


def test_what_is_said_never_appears_in_an_error(tmp_path: Path) -> None:
    with pytest.raises(BadInputError) as caught:
        read_annotation((write(tmp_path, "a.stm", "rec 1 A secret 1 mystery\n"),))
    assert "secret" not in str(caught.value)
    assert "mystery" not in str(caught.value)


def test_a_missing_file_and_one_that_is_not_text_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="cannot be read"):
        read_annotation((tmp_path / "nothing.stm",))
    binary = tmp_path / "binary.stm"
    binary.write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(BadInputError, match="not text in UTF-8"):
        read_annotation((binary,))
