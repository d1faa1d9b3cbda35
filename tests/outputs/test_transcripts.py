"""WebVTT, RTTM and plain text."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, replace

from hypothesis import given, settings
from hypothesis import strategies as st

from models.records.session import Session
from pipelines.outputs.transcript_txt import WIDTH, to_text
from pipelines.outputs.transcript_vtt import timestamp, to_vtt
from pipelines.outputs.turns_rttm import to_rttm
from pipelines.outputs.wording import one_line
from tests.outputs.sessions import empty_session, hostile_session, small_session


@dataclass(frozen=True)
class Cue:
    """A cue as a player reads it."""

    identifier: str
    start: str
    end: str
    voice: str
    text: str


def read_vtt(text: str) -> list[Cue]:
    """A small WebVTT reader: blocks between empty lines, one voice span in each cue."""
    head, *blocks = re.split(r"(?:\r\n|\n|\r){2,}", text.strip("\n"))
    assert head.startswith("WEBVTT")
    cues = []
    for block in blocks:
        identifier, times, *payload = re.split(r"\r\n|\n|\r", block)
        assert "-->" not in identifier
        start, end = times.split(" --> ")
        voice, said = re.fullmatch(r"<v ([^<>]*)>([^<>]*)</v>", "\n".join(payload)).groups()  # type: ignore[union-attr]
        cues.append(Cue(identifier, start, end, html.unescape(voice), html.unescape(said)))
    return cues


def saying(text: str) -> Session:
    """The small session whose first utterance is ``text``."""
    session = small_session()
    first, *others = session.utterances
    return replace(session, utterances=(replace(first, text=text), *others))


def test_every_utterance_is_a_cue_with_its_id_times_voice_and_text() -> None:
    first = read_vtt(to_vtt(small_session()))[0]
    assert first == Cue(
        "u0000",
        "00:00:00.600",
        "00:00:04.630",
        "SPEAKER_00 (practitioner)",
        "Thanks for seeing me today. What would you like to talk about first?",
    )


def test_overlapping_utterances_are_cues_of_their_own_in_order_of_start() -> None:
    cues = read_vtt(to_vtt(small_session()))
    assert len(cues) == 6
    assert [cue.start for cue in cues] == sorted(cue.start for cue in cues)


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_whatever_is_said_comes_back_and_ends_no_cue(text: str) -> None:
    cues = read_vtt(to_vtt(saying(text)))
    assert len(cues) == 6
    assert cues[0].text == one_line(text)


def test_hostile_speech_labels_and_ids_stay_inside_their_cue() -> None:
    session = hostile_session()
    cues = read_vtt(to_vtt(session))
    assert [cue.text for cue in cues] == [one_line(u.text) for u in session.utterances]


def test_an_utterance_without_length_still_makes_a_cue_that_players_show() -> None:
    session = small_session()
    first, *others = session.utterances
    flat = replace(session, utterances=(replace(first, end_ms=first.start_ms), *others))
    assert read_vtt(to_vtt(flat))[0].end == "00:00:00.601"


def test_a_time_past_ten_hours_is_written_in_full() -> None:
    assert timestamp(36_000_000 + 61_007) == "10:01:01.007"


def test_an_empty_session_is_an_empty_but_whole_vtt() -> None:
    assert read_vtt(to_vtt(empty_session())) == []


def test_every_turn_is_a_line_of_ten_fields_in_seconds() -> None:
    lines = to_rttm(small_session()).splitlines()
    assert lines[0] == "SPEAKER 5f1c0a9e2b7d4c31 1 0.600 4.030 <NA> <NA> SPEAKER_00 <NA> <NA>"
    assert len(lines) == 6


def test_blanks_in_a_label_do_not_add_fields_to_rttm() -> None:
    assert all(len(line.split()) == 10 for line in to_rttm(hostile_session()).splitlines())


def test_the_text_says_first_that_a_machine_wrote_it() -> None:
    assert "machine transcript" in to_text(small_session()).split("DIALOGUE", maxsplit=1)[0]


def test_the_text_names_engines_voices_and_checks_before_the_dialogue() -> None:
    header, _, dialogue = to_text(small_session()).partition("DIALOGUE")
    assert "Words written by moonshine-voice 0.0.73." in header
    assert "Speaker 2, parent or carer (unsure)" in header
    assert "“wasn't”" in header
    assert "[please check] I wasn't drunk." in dialogue
    assert "[over another voice] Mm." in dialogue


def test_the_text_stays_within_its_width_whatever_is_said() -> None:
    assert max(len(line) for line in to_text(hostile_session()).splitlines()) <= WIDTH


def test_a_session_without_words_says_so() -> None:
    assert "No words were found" in to_text(empty_session())


def test_characters_that_turn_the_direction_of_text_do_not_reach_the_transcripts() -> None:
    session = hostile_session()
    assert "\u202e" in session.utterances[0].text
    assert "\u202e" not in to_text(session) + to_vtt(session)
