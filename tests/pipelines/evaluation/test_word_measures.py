"""Measures on aligned words, on a dialogue small enough to count by hand.

second     0  1   2   3        5   6  7
A (pract.) I  was not drunk
B (parent)                     yes I  was
result 0   I  was     drunk    yes
result 1                           he was really
"""

from __future__ import annotations

import pytest

from models.agreement import Share, WordErrors
from models.records.speech import Role
from pipelines.evaluation.annotation import Annotation, Said
from pipelines.evaluation.speech import align_words as aligned_of
from pipelines.evaluation.word_measures import (
    Aligned,
    errors_by_role,
    recall,
    right_roles,
    speaker_map,
    word_errors,
    wrong_speakers,
)
from pipelines.stages.lexicon import is_negation, is_risk
from tests.pipelines.evaluation.timelines import said

PRACTITIONER, PARENT = Role.PRACTITIONER, Role.PARENT_OR_CARER
TRUTH = (said(0, "A", "I was not drunk", PRACTITIONER), said(5, "B", "yes I was", PARENT))
RESULT = (said(0, "0", "I was drunk yes", PRACTITIONER), said(6, "1", "he was really", PARENT))


def align(truth: tuple[Said, ...], result: tuple[Said, ...]) -> Aligned:
    aligned = aligned_of(Annotation(said=truth), Annotation(said=result))
    assert aligned is not None
    return aligned


@pytest.fixture(scope="module")
def aligned() -> Aligned:
    return align(TRUTH, RESULT)


def test_word_errors_count_one_missing_one_wrong_and_one_extra_word(aligned: Aligned) -> None:
    assert word_errors(aligned) == WordErrors(length=7, substitutions=1, deletions=1, insertions=1)


def test_word_errors_by_role_add_up_to_all_errors(aligned: Aligned) -> None:
    by_role = errors_by_role(aligned)
    assert by_role == {
        PARENT: WordErrors(length=3, substitutions=1, insertions=1),
        PRACTITIONER: WordErrors(length=4, deletions=1),
    }
    assert by_role[PARENT] + by_role[PRACTITIONER] == word_errors(aligned)


def test_a_word_that_went_to_the_other_voice_is_a_wrong_speaker(aligned: Aligned) -> None:
    assert speaker_map(aligned) == {"A": "0", "B": "1"}
    assert wrong_speakers(aligned) == Share(part=1, whole=6)


def test_words_with_the_right_role_are_counted_among_aligned_words(aligned: Aligned) -> None:
    assert right_roles(aligned) == Share(part=5, whole=6)


def test_a_role_left_unknown_is_not_right() -> None:
    result = (said(0, "0", "I was not drunk", Role.UNKNOWN), said(5, "1", "yes I was", PARENT))
    assert right_roles(align(TRUTH, result)) == Share(part=3, whole=7)


def test_words_whose_true_role_is_unknown_are_left_out() -> None:
    truth = (said(0, "A", "I was not drunk", PRACTITIONER), said(5, "B", "yes I was"))
    assert right_roles(align(truth, RESULT)) == Share(part=3, whole=3)


def test_a_lost_negation_is_missing_from_recall_and_a_kept_risk_word_is_not(aligned: Aligned) -> None:
    assert recall(aligned, is_negation) == Share(part=0, whole=1)
    assert recall(aligned, is_risk) == Share(part=1, whole=1)


def test_words_without_a_voice_are_wrong_whatever_the_matching() -> None:
    aligned = align(TRUTH, (said(0, "UNKNOWN", "I was not drunk"), said(5, "1", "yes I was")))
    assert speaker_map(aligned) == {"B": "1"} or speaker_map(aligned)["B"] == "1"
    assert wrong_speakers(aligned) == Share(part=4, whole=7)


def test_a_word_inside_anothers_sentence_costs_nothing_in_either_order() -> None:
    """The reference knows word times, so its "yeah" stands inside; the result has none, and tells it after."""
    truth = (said(0, "A", "it was the school that rang"), said(3, "B", "yeah"))
    result = (said(0, "0", "it was the school that rang", timed=False), said(3, "1", "yeah", timed=False))
    assert word_errors(align(truth, result)).errors == 0


def test_a_contraction_is_no_error_and_its_words_share_the_time_of_the_written_one() -> None:
    aligned = align((said(4, "A", "I wasn't drunk"),), (said(4, "0", "I was not drunk"),))
    assert word_errors(aligned) == WordErrors(length=4)
    ours = [pair[0] for pair in aligned.pairs]
    assert [(token.text, token.start_ms) for token in ours if token] == [
        ("i", 4000),
        ("was", 5000),
        ("not", 5000),
        ("drunk", 6000),
    ]


def test_an_empty_result_misses_every_word_and_has_no_aligned_ones() -> None:
    aligned = align(TRUTH, ())
    assert word_errors(aligned) == WordErrors(length=7, deletions=7)
    assert wrong_speakers(aligned).rate is None


def test_a_result_without_reference_words_is_all_invented() -> None:
    aligned = align((), RESULT)
    assert word_errors(aligned) == WordErrors(insertions=7)
    assert errors_by_role(aligned) == {}
