"""Talk share, the longest monologue and interruptions, by time and by words."""

from __future__ import annotations

import pytest

from models.records.coding import CodedUtterance
from models.records.scoring import Circumstances, Measure
from models.records.span import Span
from models.records.speech import Role
from pipelines.stages.measures import measures
from tests.stages.codings import line, parent, session, worker

Timed = tuple[CodedUtterance, int, int]


def timed(*lines: Timed, missing: tuple[int, ...] = ()) -> dict[str, Measure]:
    """Measures of lines that begin and end at these seconds; the lines at ``missing`` have no time."""
    coding = session(*(one for one, _, _ in lines))
    times = {f"u{n}": Span(start_ms=start * 100, end_ms=end * 100) for n, (_, start, end) in enumerate(lines, 1)}
    known = {name: span for name, span in times.items() if int(name[1:]) not in missing}
    return {one.name: one for one in measures(coding, Circumstances(spans=known))}


def test_talk_share_is_by_time_where_there_are_times() -> None:
    found = timed((worker(text="Long silence."), 0, 30), (parent(text="It was a very long answer."), 30, 40))
    assert found["talk_share_practitioner"].value == 0.75


def test_talk_share_is_by_words_where_there_are_no_times() -> None:
    found = measures(session(worker(text="One two three."), parent(text="- Four [laughs] .")), Circumstances())
    assert {one.name: one for one in found}["talk_share_practitioner"].value == 0.75


def test_speaking_at_once_is_time_of_both() -> None:
    found = timed((worker(), 0, 20), (parent(), 0, 20))
    assert found["talk_share_practitioner"].value == 0.5


def test_overlapping_lines_of_one_voice_are_one_time() -> None:
    found = timed((worker(), 0, 20), (worker(), 10, 20), (worker(), 10, 30), (parent(), 30, 40))
    assert found["talk_share_practitioner"].value == 0.75
    assert found["longest_monologue"].value == 3.0


def test_the_longest_monologue_is_the_longest_volley_without_its_pauses() -> None:
    found = timed((worker(), 0, 30), (worker(), 100, 140), (parent(), 140, 150), (worker(), 150, 200))[
        "longest_monologue"
    ]
    assert (found.value, found.unit) == (7.0, "seconds")


def test_a_listeners_noise_does_not_end_a_monologue_and_an_answer_does() -> None:
    lines = (parent(text="Yeah."), 30, 35), (worker("information"), 35, 65)
    assert timed((worker("information"), 0, 30), *lines)["longest_monologue"].value == 6.0
    assert timed((worker("closed"), 0, 30), *lines)["longest_monologue"].value == 3.0


def test_the_longest_monologue_is_in_words_where_there_are_no_times() -> None:
    coding = session(worker(text="One two."), worker(text="Three."), parent(), worker(text="Four five."))
    found = {one.name: one for one in measures(coding, Circumstances())}["longest_monologue"]
    assert (found.value, found.unit) == (3, "words")


def test_times_of_some_utterances_are_not_used_and_it_says_so() -> None:
    found = timed((worker(text="One two three."), 0, 10), (parent(text="Four."), 10, 40), missing=(2,))
    assert found["talk_share_practitioner"].value == 0.75
    assert found["longest_monologue"].unit == "words"
    assert found["interruptions"].value is None
    assert found["interruptions"].reason.startswith("1 of 2 utterances have no time")


def test_times_without_length_are_not_used() -> None:
    found = timed((worker(text="One."), 5, 5), (parent(text="Two."), 5, 5))
    assert found["talk_share_practitioner"].value == 0.5
    assert "no length" in found["interruptions"].reason


def test_beginning_while_somebody_speaks_and_going_on_after_them_is_an_interruption() -> None:
    assert timed((parent(), 0, 100), (worker(), 80, 130), (parent(), 130, 140))["interruptions"].value == 1


@pytest.mark.parametrize(
    "second",
    [
        (worker(), 96, 130),
        (worker(), 20, 60),
        (worker(), 0, 130),
        (worker(text="Mm, yeah."), 80, 130),
    ],
    ids=["under half a second", "ends before them", "begins with them", "a listener's noise"],
)
def test_what_does_not_take_the_floor_is_no_interruption(second: Timed) -> None:
    overlap = (parent(), 200, 220), (parent(), 210, 230), (line(Role.CHILD, text="Mum said so."), 205, 300)
    assert timed((parent(), 0, 100), second, *overlap)["interruptions"].value == 0


@pytest.mark.parametrize("role", [Role.INTERPRETER, Role.UNKNOWN, Role.PRACTITIONER])
def test_an_interpreter_an_unknown_voice_or_a_second_worker_is_not_interrupted(role: Role) -> None:
    other = CodedUtterance(id="", turn=0, speaker="somebody", role=role, text="It was a long week.")
    assert timed((other, 0, 100), (worker(), 80, 130))["interruptions"].value == 0


def test_a_transcript_in_which_nobody_overlaps_does_not_show_interruptions() -> None:
    found = timed((parent(), 0, 100), (worker(), 100, 130))["interruptions"]
    assert found.value is None
    assert "overlap" in found.reason


def test_one_stretch_of_speech_is_interrupted_once_for_each_time_it_happens() -> None:
    found = timed((parent(), 0, 100), (worker(), 80, 130), (parent(), 120, 200), (worker(), 150, 210))
    assert found["interruptions"].value == 2


def test_where_nobody_says_a_word_there_is_no_talk_share() -> None:
    found = {one.name: one for one in measures(session(worker(text=""), parent(text="")), Circumstances())}
    assert found["talk_share_practitioner"].value is None
    assert found["talk_share_practitioner"].reason
