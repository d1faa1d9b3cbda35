"""The plain words that all outputs share."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.records.speech import Role
from pipelines.outputs.wording import certainty, clock, length, one_line, percent, role_name, speaker_name
from tests.outputs.sessions import small_session


@pytest.mark.parametrize(
    ("milliseconds", "shown"), [(0, "0:00"), (59_999, "0:59"), (65_000, "1:05"), (3_727_000, "1:02:07")]
)
def test_a_time_is_shown_as_people_write_it(milliseconds: int, shown: str) -> None:
    assert clock(milliseconds) == shown


@pytest.mark.parametrize(
    ("milliseconds", "words"),
    [
        (300, "under a second"),
        (1000, "1 second"),
        (252_380, "4 minutes 12 seconds"),
        (120_000, "2 minutes"),
        (3_660_000, "1 hour 1 minute"),
    ],
)
def test_a_duration_is_said_in_words(milliseconds: int, words: str) -> None:
    assert length(milliseconds) == words


def test_a_small_share_is_not_called_nought() -> None:
    assert (percent(0), percent(0.004), percent(0.062)) == ("0%", "under 1%", "6%")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"role_confidence": 0.93}, "likely"),
        ({"role_confidence": 0.66}, "unsure"),
        ({"role_confidence": 0.3}, "could not tell"),
        ({"role": Role.UNKNOWN, "role_confidence": 0.9}, "could not tell"),
        ({"role_confidence": 0.3, "source": "given"}, "given by a person"),
    ],
)
def test_how_sure_a_role_is_comes_in_words(changes: dict[str, object], words: str) -> None:
    assert certainty(replace(small_session().speakers[0], **changes)) == words


@pytest.mark.parametrize("role", list(Role))
def test_every_role_has_a_name_without_underscores(role: Role) -> None:
    assert "_" not in role_name(role)


def test_voices_are_counted_from_one() -> None:
    assert [speaker_name(label) for label in ("SPEAKER_00", "SPEAKER_11", "UNKNOWN", "x\ny")] == [
        "Speaker 1",
        "Speaker 12",
        "Unknown voice",
        "x y",
    ]


def test_line_ends_controls_and_direction_marks_become_blanks_or_go() -> None:
    assert one_line("a\r\n\tb\x00\u2028c\u202e \u0085d") == "a b c d"
