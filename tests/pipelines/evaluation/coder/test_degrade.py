"""Text as speech recognition might leave it."""

from __future__ import annotations

import pytest

from pipelines.evaluation.coder.degrade import Degrade, degrade, degrade_text
from tests.pipelines.evaluation.coder.talks import talk, worker

TEXT = "Well, Sam's 7 - isn't he? 'Yes,' SHE said..."


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        (Degrade.NO_PUNCTUATION, "Well Sam's 7 isn't he Yes SHE said"),
        (Degrade.LOWER, "well, sam's 7 - isn't he? 'yes,' she said..."),
        (Degrade.BOTH, "well sam's 7 isn't he yes she said"),
    ],
)
def test_punctuation_and_case_go_and_apostrophes_inside_words_stay(how: Degrade, expected: str) -> None:
    assert degrade_text(TEXT, how) == expected


def test_typographic_marks_go_too_and_their_apostrophes_become_plain() -> None:
    assert degrade_text("“It’s – well… ‘fine’”", Degrade.BOTH) == "it's well fine"


def test_text_of_punctuation_alone_becomes_empty() -> None:
    assert degrade_text("?!", Degrade.NO_PUNCTUATION) == ""


def test_labels_and_everything_but_the_text_stay() -> None:
    given = talk("one", worker("How ARE you?", question="open"))
    (changed,) = degrade([given], Degrade.BOTH)
    assert changed.conversation.lines[0].text == "how are you"
    assert changed.gold == given.gold
    assert (changed.name, changed.group, changed.conversation.change_goal) == ("one", "one", "a goal")
