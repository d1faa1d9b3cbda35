"""What can be read at all, by content; and that nothing but a conversation or a plain refusal ever comes of it."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.errors import BadInputError
from models.records.coding import Conversation
from pipelines.conversations import source
from pipelines.conversations.reading import read_conversation
from pipelines.outputs.session_json import to_json
from tests.outputs.sessions import small_session
from tests.pipelines.conversations.files import read, said, saved
from tests.pipelines.conversations.test_captions import SRT, TEAMS, ZOOM
from tests.pipelines.conversations.test_document import TURNS
from tests.pipelines.conversations.test_table import ANNOMI

ONE_LINE = {
    "WebVTT": "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Kim>Hi.\n",
    "captions without their first line": "00:01.000 --> 00:02.000\n<v Kim>Hi.\n",
    "SRT": "\n\n1\n00:00:01,000 --> 00:00:02,000\nKim: Hi.\n",
    "CSV": "speaker,text\nKim,Hi.\n",
    "CSV with an arrow in it": "speaker,text\nKim,Hi.\n,\n",
    "turns": '{"turns": [{"speaker": "Kim", "text": "Hi."}]}',
    "utterances": ' \n{"utterances": [{"speaker": "Kim", "text": "Hi."}]}',
}


@pytest.mark.parametrize("kind", ONE_LINE)
def test_the_kind_shows_in_the_content_whatever_the_ending(kind: str, tmp_path: Path) -> None:
    assert said(read(tmp_path, ONE_LINE[kind])) == [("Kim", "Hi.")]


@pytest.mark.parametrize(
    ("content", "said_of_it"),
    [
        (b"", "is empty"),
        (b" \r\n\t", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"RIFF\x24\x00\x00\x00WAVE", "is not a text file"),
        (b"WEBVTT\n\n\x81\x8d secret", "is not text that can be read"),
        (b"\xff\xfes\x00e\x00c", "text breaks off"),
        (b"PK\x03\x04secret", "Word document or a zip file"),
        (b"secret words\nmore of them\n", "is not a transcript that can be read"),
        (b"<html>secret</html>", "is not a transcript that can be read"),
    ],
)
def test_what_is_no_transcript_is_refused_in_one_sentence(content: bytes, said_of_it: str, tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match=said_of_it) as caught:
        read(tmp_path, content)
    assert "secret" not in str(caught.value)


def test_a_file_larger_than_any_transcript_is_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "MOST_BYTES", 20)
    with pytest.raises(BadInputError, match="larger than"):
        read(tmp_path, "speaker,text\nKim,Hello.\n")


def test_a_folder_a_missing_file_and_a_pipe_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="is a folder"):
        read_conversation(tmp_path)
    with pytest.raises(BadInputError, match=r"There is no file gone\.vtt"):
        read_conversation(tmp_path / "gone.vtt")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(BadInputError, match="not an ordinary file"):
        read_conversation(tmp_path / "pipe")


def outcome(content: bytes) -> Conversation | None:
    """The conversation, or None where it is refused; anything else is an error."""
    with tempfile.TemporaryDirectory() as folder, contextlib.suppress(BadInputError):
        found = read_conversation(saved(Path(folder), content))
        assert len({line.id for line in found.lines}) == len(found.lines)
        for line in found.lines:
            f"{line.id}{line.speaker}{line.text}".encode()
            assert line.turn >= 0
        return found
    return None


SAID = st.text(st.sampled_from("ab A:<v>/-.,;\"'\n\t&{}[]0159 \u2028é\\"), max_size=40)
TIMES = st.sampled_from(
    [
        "00:01.000 --> 00:02.000",
        "00:00:01,5 --> 1:00:02,000",
        "1 --> 2",
        "00:09.000 --> 00:01.000",
        "-->",
        "NOTE x",
        "7",
    ]
)
VALUE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3),
)
ENTRY = st.dictionaries(
    st.sampled_from(["speaker", "role", "text", "turn", "id", "labels", "mi_code"]),
    VALUE | st.sampled_from(["practitioner", "Mum", "hello there", 3]),
    max_size=6,
)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_a_conversation_or_refused(content: bytes) -> None:
    outcome(content)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(["WEBVTT\n\n", "1\n", "", "\ufeffWEBVTT\r\n\r\n"]), st.lists(TIMES | SAID, max_size=12))
def test_any_captions_are_a_conversation_or_refused(start: str, parts: list[str]) -> None:
    outcome((start + "\n".join(parts)).encode())


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(["speaker,text\n", "text;role;speaker\r\n", "id\tturn\tspeaker\ttext\n"]),
    st.lists(st.lists(SAID, min_size=1, max_size=4), max_size=6),
)
def test_any_table_is_a_conversation_or_refused(header: str, rows: list[list[str]]) -> None:
    delimiter = next(sign for sign in ",;\t" if sign in header)
    outcome((header + "\n".join(delimiter.join(row) for row in rows)).encode())


@settings(max_examples=100, deadline=None)
@given(
    st.fixed_dictionaries(
        {},
        optional={
            "turns": st.lists(ENTRY | VALUE, max_size=4),
            "utterances": st.lists(ENTRY | VALUE, max_size=4),
            "setting": VALUE | st.just("supervision"),
            "context": VALUE | st.dictionaries(st.just("change_goal"), VALUE),
            "change_goal": VALUE,
            "recording": VALUE,
            "schema_version": VALUE | st.just("1.0"),
        },
    )
)
def test_any_document_is_a_conversation_or_refused(document: dict[str, object]) -> None:
    outcome(json.dumps(document).encode())


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from([*ONE_LINE.values(), TEAMS, ZOOM, SRT, ANNOMI, json.dumps(TURNS), to_json(small_session())]),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 6), SAID), max_size=3),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
)
def test_any_damage_leaves_a_conversation_or_is_refused(
    whole: str, damage: list[tuple[float, int, str]], encoding: str
) -> None:
    for place, length, put in damage:
        at = int(place * len(whole))
        whole = whole[:at] + put + whole[at + length :]
    outcome(whole.encode(encoding, "replace"))


def test_the_outcome_of_the_checks_above_can_be_a_conversation() -> None:
    """Without this they could pass because everything is refused."""
    assert all(outcome(text.encode()) for text in ONE_LINE.values())
