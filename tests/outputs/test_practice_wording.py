"""What an analysis says of practice on the terminal."""

from __future__ import annotations

from dataclasses import replace

from pipelines.outputs.practice_wording import summary_phrase
from tests.outputs.practices import NOBODY, small_practice, without_practitioner
from tests.outputs.sessions import small_session


def test_scores_are_called_suggestions_of_a_draft_rubric_with_their_intervals() -> None:
    practice = small_practice(small_session())
    told = summary_phrase(practice.scoring, practice.rubric)
    assert told.startswith("Suggested by a draft rubric, for a person to confirm: Empathy 4 (likely 3 to 5), ")
    assert told.endswith("Child focus 3 (likely 3). No suggestion for 1 of 7 elements.")


def test_without_any_score_the_one_reason_is_told() -> None:
    practice = without_practitioner(small_session())
    told = summary_phrase(practice.scoring, practice.rubric)
    assert told == f"Suggested by a draft rubric, for a person to confirm: no scores. {NOBODY}"


def test_several_reasons_for_no_score_are_left_to_the_report() -> None:
    practice = without_practitioner(small_session())
    first, *others = practice.scoring.suggestions
    mixed = replace(practice.scoring, suggestions=(replace(first, because="Another reason."), *others))
    assert summary_phrase(mixed, practice.rubric).endswith("no scores. The report says why for each element.")
