"""CSV as a conversation."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest

from models.errors import BadInputError
from models.records.speech import UNKNOWN_SPEAKER, Role
from pipelines.conversations.choices import ReadingChoices
from pipelines.conversations.reading import read_conversation
from tests.pipelines.conversations.files import read, said, saved

ANNOMI = (
    "transcript_id,topic,utterance_id,interlocutor,utterance_text,main_therapist_behaviour,client_talk_type\n"
    '4,walking more,0,therapist,"Hello, you.",question,n/a\n'
    "4,walking more,1,client,Hi.,n/a,neutral\n"
)


def test_every_row_is_a_turn_and_quotes_may_hold_separators_and_line_ends(tmp_path: Path) -> None:
    found = read(tmp_path, 'speaker,text\nKim,"Hello, ""you""\nthere."\n\nKim,Bye.\n')
    assert said(found) == [("Kim", 'Hello, "you"\nthere.'), ("Kim", "Bye.")]
    assert [line.turn for line in found.lines] == [1, 2]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_header_shows_what_separates(delimiter: str, tmp_path: Path) -> None:
    rows = [("Text", " Speaker "), ("Hello: a/b|c", "Kim")]
    assert said(read(tmp_path, "\r\n".join(delimiter.join(row) for row in rows))) == [("Kim", "Hello: a/b|c")]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_the_mark_at_the_beginning_says_how_it_is_encoded(encoding: str, tmp_path: Path) -> None:
    assert said(read(tmp_path, "speaker;text\nZoë;Sí 😀\n".encode(encoding))) == [("Zoë", "Sí 😀")]
    assert said(read(tmp_path, codecs.BOM_UTF16_BE + "speaker;text\nZoë;Sí\n".encode("utf-16-be"))) == [("Zoë", "Sí")]


def test_windows_text_is_read_and_said_so_without_its_words(tmp_path: Path) -> None:
    heard: list[str] = []
    found = read_conversation(saved(tmp_path, "speaker,text\nZoë,It’s fine\n".encode("cp1252")), tell=heard.append)
    assert said(found) == [("Zoë", "It’s fine")]
    assert len(heard) == 1
    assert "Windows-1252" in heard[0]
    assert "Zo" not in heard[0]


def test_a_line_that_names_the_separator_comes_before_the_header(tmp_path: Path) -> None:
    assert said(read(tmp_path, "sep=;\nspeaker;text\nKim;Hi.\n")) == [("Kim", "Hi.")]


def test_role_turn_and_id_are_taken_from_their_columns(tmp_path: Path) -> None:
    found = read(
        tmp_path, "id,turn,speaker,role,text,mood\na,7,Kim,Social Worker,Hi.,x\n,8,Lee,parent_or_carer,Yes.,y\n"
    )
    assert [(line.id, line.turn, line.role, line.role_sure) for line in found.lines] == [
        ("a", 7, Role.PRACTITIONER, True),
        ("u0002", 8, Role.PARENT_OR_CARER, True),
    ]


def test_an_id_that_a_row_brings_is_never_given_to_another_row(tmp_path: Path) -> None:
    found = read(tmp_path, "id,speaker,text\nu0002,Kim,Hi.\n,Lee,Yes.\n")
    assert len({line.id for line in found.lines}) == 2


def test_a_row_without_a_speaker_belongs_to_nobody_known(tmp_path: Path) -> None:
    found = read(tmp_path, "speaker,text\nKim,Hi.\n,Mm.\n,\n")
    assert [(line.speaker, line.role_sure) for line in found.lines][1:] == [(UNKNOWN_SPEAKER, False)]


@pytest.mark.parametrize(
    ("text", "said_of_it"),
    [
        ("speaker,text\nKim,Hi.\nKim,Hello, secret.\n", "line 3: 3 cells where line 1 has 2"),
        ('speaker,text\nKim,"a\nb"\n\nKim\n', "line 5: 1 cells"),
        ('speaker,text\nKim,"secret\nLee,Hi.\n', "quotation mark"),
        ("speaker,role,text\nKim,secret,Hi.\n", "line 2: role must be one of practitioner"),
        ("speaker,turn,text\nKim,secret,Hi.\n", "line 2: turn is not a whole number"),
        ("speaker,id,text\nKim,secret,Hi.\nKim,secret,Hi.\n", "line 3: this id"),
        ("who,text\nKim,Hi.\n", "line 1: there is no column speaker"),
        ("speaker,text,text\nKim,Hi.,secret\n", "line 1: there are two columns called text"),
        ("speaker,text\n,Hi.\n", "does not say who speaks"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_line_and_without_itself(
    text: str, said_of_it: str, tmp_path: Path
) -> None:
    with pytest.raises(BadInputError, match=said_of_it) as caught:
        read(tmp_path, text)
    assert "secret" not in str(caught.value)
    assert "Kim" not in str(caught.value)


def test_a_table_without_a_text_column_is_told_what_to_add(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="there is no column text"):
        read_conversation(saved(tmp_path, "speaker,said\nKim,Hi.\n", "talk.csv"))


def test_a_header_alone_is_an_empty_conversation(tmp_path: Path) -> None:
    assert read(tmp_path, "speaker,text\n").lines == ()


def test_annomi_gives_roles_and_the_topic_as_the_goal(tmp_path: Path) -> None:
    found = read(tmp_path, ANNOMI)
    assert found.change_goal == "walking more"
    assert [(line.role, line.text) for line in found.lines] == [
        (Role.PRACTITIONER, "Hello, you."),
        (Role.PARENT_OR_CARER, "Hi."),
    ]


def test_of_several_annomi_transcripts_one_has_to_be_named(tmp_path: Path) -> None:
    text = ANNOMI + "9,sleep,0,client,Tired.,n/a,neutral\n"
    with pytest.raises(BadInputError, match="holds 2 transcripts"):
        read(tmp_path, text)
    assert said(read(tmp_path, text, ReadingChoices(transcript="9"))) == [("client", "Tired.")]
    with pytest.raises(BadInputError, match="no transcript with that id"):
        read(tmp_path, text, ReadingChoices(transcript="5"))
