"""WebVTT and SRT as conversations: cues, voices, names before a colon."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.errors import BadInputError
from models.records.speech import UNKNOWN_SPEAKER
from pipelines.conversations import reading
from tests.pipelines.conversations.files import read, said

TEAMS = """\ufeffWEBVTT

NOTE Confidence: 0.91 --
this is not said

STYLE
::cue { color: red }

REGION
id:one

7f0c1b2e-0d43-4c1d-a5a5-4f6c6a0e8c3d/12-0
00:00:03.500 --> 00:00:06.000 align:start
<v Kim Hart>Hello, come in &amp; sit.
Mind the <i>dog</i>.</v>

7f0c1b2e-0d43-4c1d-a5a5-4f6c6a0e8c3d/13-0
00:06.000 --> 00:07.000
<v Kim Hart>He's <00:06.500>old.</v>

00:07.000 --> 00:09.000
<v.loud Lee Moss (Social Worker)>Thank you.</v> <v Kim Hart>Tea?</v>
"""
ZOOM = """WEBVTT

1
00:00:02.000 --> 00:00:04.000
Kim Hart: Hello there.

2
00:00:04.000 --> 00:00:06.000
Here's the thing: I was at work at 10:30.

3
00:00:06.000 --> 00:00:08.000
Kim Hart: I told them so.

4
00:00:08.000 --> 00:00:09.000
Lee O'Moss-Bray: Okay: go on.
"""
SRT = """1
00:00:01,000 --> 00:00:02,000
<i>Kim:</i> Hello.

I said hello.

2
00:00:02,000 --> 00:00:04,000
- Lee: Hi. <3
- Kim: Right.

3
00:00:04,000 --> 00:00:05,000
{\\an8}Fine.
"""


def test_cues_of_one_voice_in_a_row_are_one_line_without_tags_notes_and_ids(tmp_path: Path) -> None:
    assert said(read(tmp_path, TEAMS)) == [
        ("Kim Hart", "Hello, come in & sit. Mind the dog. He's old."),
        ("Lee Moss (Social Worker)", "Thank you."),
        ("Kim Hart", "Tea?"),
    ]


def test_lines_are_numbered_as_turns_from_one(tmp_path: Path) -> None:
    assert [(line.id, line.turn) for line in read(tmp_path, TEAMS).lines] == [("u0001", 1), ("u0002", 2), ("u0003", 3)]


@pytest.mark.parametrize("ending", ["\r\n", "\r"])
def test_line_ends_of_other_systems_change_nothing(ending: str, tmp_path: Path) -> None:
    for text in (TEAMS, ZOOM, SRT):
        assert read(tmp_path, text.replace("\n", ending)) == read(tmp_path, text)


def test_a_name_before_a_colon_is_the_speaker_and_a_sentence_before_one_is_not(tmp_path: Path) -> None:
    assert said(read(tmp_path, ZOOM)) == [
        ("Kim Hart", "Hello there. Here's the thing: I was at work at 10:30. I told them so."),
        ("Lee O'Moss-Bray", "Okay: go on."),
    ]


def test_srt_with_empty_lines_inside_a_cue_and_two_speakers_in_one_loses_nothing(tmp_path: Path) -> None:
    assert said(read(tmp_path, SRT)) == [("Kim", "Hello. I said hello."), ("Lee", "Hi. <3"), ("Kim", "Right. Fine.")]


@pytest.mark.parametrize(
    ("label", "speaker"),
    [
        ("Mum", "Mum"),
        ("social worker", "social worker"),
        ("SPEAKER_00", "SPEAKER_00"),
        ("Speaker 1", "Speaker 1"),
        ("Smith, Kim (Children's Services)", "Smith, Kim (Children's Services)"),
        (">> KIM", "KIM"),
        ("[SPEAKER_00]", "SPEAKER_00"),
        ("(Kim)", "Kim"),
        ("Kim (she/her)", "Kim (she/her)"),
        ("María de la Cruz", "María de la Cruz"),
        ("山田", "山田"),
    ],
)
def test_speakers_are_found_however_they_are_called(label: str, speaker: str, tmp_path: Path) -> None:
    text = f"1\n00:00:01,000 --> 00:00:02,000\n{label}: Hello.\n"
    assert said(read(tmp_path, text)) == [(speaker, "Hello.")]


@pytest.mark.parametrize(
    "start", ["So", "What I meant was this", "I said to him", "Okay", "(laughs) and then", "https"]
)
def test_the_beginning_of_a_sentence_is_no_speaker(start: str, tmp_path: Path) -> None:
    text = f"1\n00:00:01,000 --> 00:00:02,000\nKim: Hello.\n\n2\n00:00:03,000 --> 00:00:04,000\n{start}: no.\n"
    assert said(read(tmp_path, text)) == [("Kim", f"Hello. {start}: no.")]


def test_a_name_in_lower_case_counts_where_it_comes_back(tmp_path: Path) -> None:
    cue = "{0}\n00:00:0{0},000 --> 00:00:0{0},900\n{1}\n\n"
    text = "".join(
        cue.format(n, line) for n, line in enumerate(["kim: hello.", "lee: hi.", "kim: so.", "lee: yes."], 1)
    )
    assert said(read(tmp_path, text)) == [("kim", "hello."), ("lee", "hi."), ("kim", "so."), ("lee", "yes.")]


def test_words_without_a_voice_tag_among_tagged_ones_belong_to_nobody_known(tmp_path: Path) -> None:
    text = "WEBVTT\n\n00:01.000 --> 00:02.000\n[door]\n\n00:02.000 --> 00:03.000\n<v Kim>Kit: hello\n"
    first, second = read(tmp_path, text).lines
    assert (first.speaker, first.role_sure, second.text) == (UNKNOWN_SPEAKER, False, "Kit: hello")


def test_cues_that_follow_without_an_empty_line_are_told_apart(tmp_path: Path) -> None:
    text = "1\n00:00:01,000 --> 00:00:02,000\nKim: One.\n2\n00:00:02,000 --> 00:00:03,000\nLee: Two.\n"
    assert said(read(tmp_path, text)) == [("Kim", "One."), ("Lee", "Two.")]


@pytest.mark.parametrize("times", ["1:02:03.4 --> 1:02:04", "00:01,5 --> 00:02.25", "100:00:00.000 --> 100:00:01.000"])
def test_times_are_read_with_and_without_hours_and_with_a_point_or_a_comma(times: str, tmp_path: Path) -> None:
    assert said(read(tmp_path, f"WEBVTT\n\n{times}\n<v Kim>Hi.\n")) == [("Kim", "Hi.")]


@pytest.mark.parametrize(
    ("times", "reason"),
    [
        ("00:01.000 --> later", "times look like"),
        ("--> ", "times look like"),
        ("00:02.000 --> 00:01.000", "ends before"),
    ],
)
def test_broken_times_are_refused_with_their_line(times: str, reason: str, tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match=f"talk.txt, line 3: .*{reason}"):
        read(tmp_path, f"WEBVTT\n\n{times}\n<v Kim>Hi.\n")


def test_captions_without_a_single_speaker_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="does not say who speaks"):
        read(tmp_path, "WEBVTT\n\n00:01.000 --> 00:02.000\nhello there\n")


def test_captions_without_cues_are_an_empty_conversation(tmp_path: Path) -> None:
    assert read(tmp_path, "WEBVTT\n").lines == ()


def test_more_captions_than_any_session_has_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_CUES", 3)
    cue = "00:01.000 --> 00:02.000\n<v Kim>Hi.\n\n"
    assert len(read(tmp_path, "WEBVTT\n\n" + cue * 3).lines) == 1
    with pytest.raises(BadInputError, match="more than 3 captions"):
        read(tmp_path, "WEBVTT\n\n" + cue * 4)


def spans(tmp_path: Path, content: str) -> list[tuple[int, int] | None]:
    """Start and end of every line in milliseconds."""
    return [one.span and (one.span.start_ms, one.span.end_ms) for one in read(tmp_path, content).lines]


def test_a_line_of_several_cues_spans_them_and_voices_in_one_cue_share_its_time_by_length(tmp_path: Path) -> None:
    assert spans(tmp_path, TEAMS) == [(3500, 7000), (7000, 8428), (8428, 9000)]


def test_names_before_a_colon_get_the_times_of_their_cues(tmp_path: Path) -> None:
    assert spans(tmp_path, ZOOM) == [(2000, 8000), (8000, 9000)]
    first, second, third = spans(tmp_path, SRT)
    assert (first, third[1]) == ((1000, 2000), 5000)
    assert second[0] == 2000 < second[1] == third[0] < 4000


def test_cues_out_of_order_give_a_line_that_holds_them_all(tmp_path: Path) -> None:
    text = "WEBVTT\n\n00:05.000 --> 00:06.000\n<v Kim>So.\n\n00:01.000 --> 00:02.500\n<v Kim>Right.\n"
    assert spans(tmp_path, text) == [(1000, 6000)]


def test_a_cue_without_length_is_a_time_without_length(tmp_path: Path) -> None:
    assert spans(tmp_path, "WEBVTT\n\n00:05.000 --> 00:05.000\n<v Kim>So.\n") == [(5000, 5000)]


def test_a_table_has_no_times(tmp_path: Path) -> None:
    assert spans(tmp_path, "speaker,text\nKim,Hello.\n") == [None]
