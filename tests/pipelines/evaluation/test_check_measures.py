"""The check list against real errors, counted by hand.

second     0 1   2   3          5   6    7    8  9     11   12 13 14
A          I was not drunk
B                               He hits  the  big dog
A                                                      Tell me a  bit
result     I was     drunk      He fits  the  big dog  Tell me a  bit
                  ^ lost             ^ risk word lost
"""

from __future__ import annotations

from models.agreement import Share
from models.records.speech import Check
from pipelines.evaluation.annotation import Said
from pipelines.evaluation.check_measures import ErrorKind, check_counts, real_errors
from tests.pipelines.evaluation.test_word_measures import align
from tests.pipelines.evaluation.timelines import said

TRUTH = (said(0, "A", "I was not drunk"), said(5, "B", "He hit the big dog"), said(11, "A", "Tell me a bit"))
RESULT = (said(0, "0", "I was drunk"), said(5, "1", "He fits the big dog"), said(11, "0", "Tell me a bit"))


def check(start_ms: int, end_ms: int) -> Check:
    return Check(id="c", rank=1, start_ms=start_ms, end_ms=end_ms, kinds=(), reason="", utterances=())


def kinds(truth: tuple[Said, ...], result: tuple[Said, ...]) -> list[set[ErrorKind]]:
    return [set(error.kinds) for error in real_errors(align(truth, result))]


def test_a_lost_negation_and_a_lost_risk_word_are_found() -> None:
    assert kinds(TRUTH, RESULT) == [
        {ErrorKind.WORD, ErrorKind.FLIPPED_NEGATION},
        {ErrorKind.WORD, ErrorKind.LOST_RISK_WORD},
    ]


def test_a_list_that_covers_one_of_two_errors_has_half_the_recall() -> None:
    counts = check_counts(align(TRUTH, RESULT), (check(2400, 2600), check(11_500, 13_500)), 20_000)
    assert counts.useful == Share(part=1, whole=2)
    assert counts.important == Share(part=1, whole=2)
    assert counts.flipped_negations == Share(part=1, whole=1)
    assert counts.lost_risk_words == Share(part=0, whole=1)
    assert counts.important_errors == Share(part=1, whole=2)
    assert counts.all_errors == Share(part=1, whole=2)


def test_time_asked_to_hear_counts_once_and_ends_with_the_recording() -> None:
    counts = check_counts(align(TRUTH, RESULT), (check(1000, 3000), check(2000, 4000), check(19_000, 25_000)), 20_000)
    assert counts.asked_ms == Share(part=4000, whole=20_000)


def test_an_empty_list_finds_nothing_and_has_no_precision() -> None:
    counts = check_counts(align(TRUTH, RESULT), (), 20_000)
    assert counts.important_errors == Share(part=0, whole=2)
    assert counts.useful.rate is None


def test_a_check_that_ends_just_before_an_error_still_lets_it_be_heard() -> None:
    near, far = check(1000, 1800), check(1000, 1700)
    assert check_counts(align(TRUTH, RESULT), (near,), 20_000).flipped_negations.part == 1
    assert check_counts(align(TRUTH, RESULT), (far,), 20_000).flipped_negations.part == 0


def test_an_error_is_covered_at_the_time_of_the_wrong_word_as_well() -> None:
    """The result has its "fits" two seconds late; a check there counts."""
    late = (RESULT[0], said(7, "1", "He fits the big dog"), RESULT[2])
    assert check_counts(align(TRUTH, late), (check(8300, 8500),), 20_000).lost_risk_words == Share(part=1, whole=1)


def test_an_invented_negation_is_a_flip() -> None:
    assert kinds((said(0, "A", "I was drunk"),), (said(0, "0", "I was not drunk"),)) == [
        {ErrorKind.WORD, ErrorKind.FLIPPED_NEGATION}
    ]


def test_a_negation_heard_as_another_negation_is_only_a_wrong_word() -> None:
    assert kinds((said(0, "A", "I never drink"),), (said(0, "0", "I not drink"),)) == [{ErrorKind.WORD}]


def test_a_right_word_in_the_wrong_voice_is_an_error_of_its_own() -> None:
    truth = (said(0, "A", "we had tea"), said(3, "B", "and then cake"))
    result = (said(0, "0", "we had tea and"), said(4, "1", "then cake"))
    assert kinds(truth, result) == [{ErrorKind.SPEAKER}]


def test_a_perfect_result_has_no_errors() -> None:
    assert kinds(TRUTH, TRUTH) == []
