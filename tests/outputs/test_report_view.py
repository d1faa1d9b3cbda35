"""What the report shows, before it is drawn."""

from __future__ import annotations

from dataclasses import replace

from models.records.session import SessionTurn
from pipelines.outputs.report_view import strokes, view
from tests.outputs.sessions import PARENT, PRACTITIONER, small_session

VOICES = view(small_session()).voices


def turn(speaker: str, start_ms: int, end_ms: int) -> SessionTurn:
    return SessionTurn(start_ms=start_ms, end_ms=end_ms, speaker=speaker)


def paths(*turns: SessionTurn) -> dict[int | None, str]:
    """The waveform of four seconds in four equally loud pieces."""
    return {s.voice: s.path for s in strokes(turns, VOICES, (0.5,) * 4, 4000)}


def test_each_piece_of_the_waveform_has_the_colour_of_who_speaks_and_silence_has_its_own() -> None:
    shown = paths(turn(PRACTITIONER, 0, 1000), turn(PARENT, 2000, 4000))
    assert shown == {0: "M0 2v96", 1: "M2 2v96M3 2v96", None: "M1 2v96"}


def test_where_two_speak_at_once_each_has_a_half() -> None:
    shown = paths(turn(PRACTITIONER, 0, 4000), turn(PARENT, 1000, 2000))
    assert shown == {0: "M0 2v96M1 2v48M2 2v96M3 2v96", 1: "M1 50v48"}


def test_a_silent_recording_still_has_a_line() -> None:
    assert [s.path for s in strokes((), VOICES, (0.0, 0.0), 4000)] == ["M0 48v4M1 48v4"]


def test_no_peaks_give_no_waveform() -> None:
    assert strokes((turn(PRACTITIONER, 0, 10),), VOICES, (), 4000) == ()


def test_consecutive_utterances_of_one_voice_share_a_card() -> None:
    session = small_session()
    voices = (PARENT, PARENT, PARENT, PRACTITIONER)
    changed = tuple(replace(u, speaker=voice) for u, voice in zip(session.utterances, voices, strict=False))
    cards = view(replace(session, utterances=changed)).cards
    assert [(card.voice.label, len(card.lines)) for card in cards] == [(PARENT, 3), (PRACTITIONER, 1)]


def test_utterances_are_shown_in_order_of_time_whatever_order_they_came_in() -> None:
    session = small_session()
    turned = replace(session, utterances=tuple(reversed(session.utterances)))
    assert list(view(turned).lines) == list(view(session).lines)


def test_an_id_that_is_not_plain_gets_an_anchor_of_its_own() -> None:
    session = small_session()
    first, *others = session.utterances
    odd = replace(session, utterances=(replace(first, id="a b"), *others))
    assert [line.anchor for line in view(odd).lines][:2] == ["u.0", "u-u0001"]


def test_heard_words_are_found_whatever_their_case_and_punctuation() -> None:
    session = small_session()
    check = replace(session.checks[0], heard="Couple the NIGHT before")
    shown = view(replace(session, checks=(check,)))
    (line,) = [line for line in shown.lines if line.anchor == "u-u0003"]
    assert [p.text for p in line.pieces if p.unsure] == ["couple the night before,"]


def test_heard_words_that_are_not_in_the_utterance_mark_nothing() -> None:
    session = small_session()
    check = replace(session.checks[0], heard="never said")
    (line,) = [line for line in view(replace(session, checks=(check,))).lines if line.anchor == "u-u0003"]
    assert not [p.text for p in line.pieces if p.unsure]


def test_a_check_that_the_session_does_not_have_is_not_marked() -> None:
    session = replace(small_session(), checks=())
    assert all(line.marks == () for line in view(session).lines)


def test_a_badge_shows_the_number_in_the_name_and_a_question_mark_for_an_unknown_voice() -> None:
    session = small_session()
    first, *others = session.utterances
    shown = view(replace(session, utterances=(replace(first, speaker="UNKNOWN"), *others)))
    assert [(voice.mark, voice.name) for voice in shown.voices] == [
        ("1", "Speaker 1"),
        ("2", "Speaker 2"),
        ("?", "Unknown voice"),
    ]
