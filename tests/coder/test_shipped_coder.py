"""The coder that comes with the program: whole, small, and right about what is plain."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from models.coder.package import FILES, MANIFEST, SHIPPED, read_package
from models.coder.text import bare
from models.ports import Coder
from models.records.coding import Conversation, Line, Setting
from models.records.speech import Role
from pipelines.labelled.devset import read_session
from pipelines.training.coder.material import DEVSET
from service.engines import embedded_coder

MOST_BYTES = 25_000_000


@pytest.fixture(scope="module")
def coder() -> Coder:
    return embedded_coder()


def talk(*texts: str, goal: str | None = "drinking less") -> Conversation:
    """Practitioner and parent in turn, the practitioner first."""
    lines = tuple(
        Line(
            id=f"u{number}",
            turn=number,
            speaker="A" if number % 2 else "B",
            role=Role.PRACTITIONER if number % 2 else Role.PARENT_OR_CARER,
            text=text,
        )
        for number, text in enumerate(texts, 1)
    )
    return Conversation(setting=Setting.DIRECT_PRACTICE, change_goal=goal, lines=lines)


def test_it_is_whole_and_fits_into_the_repository() -> None:
    assert read_package(SHIPPED).parts.rubric
    assert sum((SHIPPED / name).stat().st_size for name in (*FILES, MANIFEST)) <= MOST_BYTES


PLAIN = [
    ("What would you like to be different by the summer?", "open_question"),
    ("Do you have a car?", "closed_question"),
    ("So it feels as if nobody has listened to you, and that is lonely.", "reflection"),
    ("The guidance is no more than fourteen units a week, spread over three days or more.", "input"),
    ("Mm-hmm.", "other"),
]


@pytest.mark.parametrize(("text", "code"), PLAIN)
def test_it_knows_what_is_plain(coder: Coder, text: str, code: str) -> None:
    found = coder.code(talk("Hello.", "I don't know where to start.", text)).utterances[2]
    assert code in {one.code for one in found.codes}


def test_it_hears_change_and_sustain_in_what_a_parent_says(coder: Coder) -> None:
    said = coder.code(
        talk(
            "How do you feel about your drinking?",
            "Yeah. I'm going to try and cut down this week. I need to do it for the kids.",
            "And the evenings?",
            "I like a drink of an evening and I'm not going to give that up.",
        )
    ).utterances
    assert said[1].choices["talk"] == "change"
    assert said[3].choices["talk"] == "sustain"


def test_where_it_hears_a_wish_to_stop_wrongly_it_does_not_say_so_for_sure(coder: Coder) -> None:
    """A known weakness: a "can't" beside a wish for change. A guess is marked as one."""
    said = coder.code(talk("How do you feel about it?", "I really want to stop, I can't go on like this.")).utterances
    assert not any(code.code == "sustain" and code.sure for code in said[1].codes)


def test_without_punctuation_and_case_it_still_hears_an_open_question(coder: Coder) -> None:
    found = coder.code(talk("hello", "hi", bare("What would you like to be different by the summer?")))
    assert found.utterances[2].choices["question"] == "open"


def test_it_marks_a_whole_session_and_only_the_practitioners_lines(coder: Coder) -> None:
    session = read_session(DEVSET / "demo-session.json")
    found = coder.code(session.conversation).utterances
    flags = [flag for one in found if one.role is Role.PRACTITIONER for flag in one.flags]
    assert len(flags) >= 5
    assert all(not one.flags for one in found if one.role is not Role.PRACTITIONER)
    assert {flag.direction for flag in flags} == {"+", "-"}


def test_the_same_session_gives_the_same_coding(coder: Coder) -> None:
    session = read_session(DEVSET / "session-03.json").conversation
    assert coder.code(session) == embedded_coder().code(session)


def test_nothing_it_was_given_is_in_its_metrics() -> None:
    """Figures and counts only: no line of a transcript."""
    metrics = json.loads((SHIPPED / "metrics.json").read_text("utf-8"))
    held = json.dumps(metrics)
    session = read_session(Path(DEVSET) / "session-01.json")
    long = [line.text for line in session.conversation.lines if len(line.text) > 30]
    assert long
    assert not any(text in held for text in long)
