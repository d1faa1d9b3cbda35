"""What the measuring libraries are asked for, on cases counted by hand."""

from __future__ import annotations

import pytest

from models.adapters.evaluation_parts import load
from models.adapters.jiwer_alignment import align
from models.adapters.meeteval_agreement import speaker_word_errors
from models.adapters.pyannote_metrics_agreement import turn_errors
from models.adapters.whisper_normalizer_text import english_normaliser
from models.agreement import DiarizationErrors, JaccardErrors, WordErrors
from models.errors import MissingPartError
from tests.pipelines.evaluation.timelines import timeline


def test_a_missing_library_is_named_with_the_command_that_installs_it() -> None:
    with pytest.raises(MissingPartError, match=r"nosuchlibrary is not installed.*pip install '\.\[evaluate\]'"):
        load("nosuchlibrary.part")


@pytest.mark.parametrize("said", ["I wasn't drunk.", "I wasn’t drunk", "I wasnt drunk", "i was not DRUNK"])
def test_a_negation_survives_normalisation_however_it_is_written(said: str) -> None:
    assert english_normaliser()(said) == ("i", "was", "not", "drunk")


@pytest.mark.parametrize(
    ("said", "words"),
    [("I cannot go", "i can not go"), ("He ain’t here", "he is not here"), ("Um, nine mm", "9"), ("", "")],
)
def test_spellings_of_the_same_words_are_made_alike_and_fillers_go(said: str, words: str) -> None:
    assert english_normaliser()(said) == tuple(words.split())


def test_alignment_pairs_every_word_of_both_sides_in_order() -> None:
    reference = ["i", "was", "not", "drunk", "last", "night"]
    result = ["i", "was", "drunk", "last", "night", "then"]
    assert align(reference, result) == ((0, 0), (1, 1), (2, None), (3, 2), (4, 3), (5, 4), (None, 5))


def test_alignment_with_an_empty_side_leaves_all_words_without_counterpart() -> None:
    assert align(["a", "b"], []) == ((0, None), (1, None))
    assert align([], ["a"]) == ((None, 0),)
    assert align([], []) == ()


def test_speaker_word_errors_find_the_best_matching_of_labels() -> None:
    reference = {"A": ["i", "was", "not", "drunk"], "B": ["yes", "i", "was"]}
    swapped = {"0": ["yes", "i", "was"], "1": ["i", "was", "drunk"]}
    assert speaker_word_errors(reference, swapped) == WordErrors(length=7, deletions=1)


def test_speaker_word_errors_count_words_of_one_speaker_too_many_as_invented() -> None:
    split = {"0": ["hello"], "1": ["there"]}
    assert speaker_word_errors({"A": ["hello", "there"]}, split) == WordErrors(length=2, deletions=1, insertions=1)


def test_speaker_word_errors_without_any_reference_word_are_all_invented() -> None:
    assert speaker_word_errors({"A": []}, {"0": ["hello"]}) == WordErrors(insertions=1)


def test_an_empty_result_misses_every_word() -> None:
    assert speaker_word_errors({"A": ["hello"]}, {}) == WordErrors(length=1, deletions=1)


REFERENCE = timeline("AAAA......", "....BBBB..")
LATE = timeline("00000.....", ".....1111.")


def test_turn_errors_without_collar_are_those_counted_by_hand() -> None:
    """A second of confusion (4-5) and one of false alarm (8-9); Jaccard 1/5 for A and 2/5 for B."""
    der, jer = turn_errors(REFERENCE, LATE, length_ms=10_000, collar_ms=0)
    assert der == DiarizationErrors(total_ms=8000, false_alarm_ms=1000, confusion_ms=1000)
    assert jer == JaccardErrors(speakers=2, error=pytest.approx(0.6))


def test_a_collar_leaves_out_its_length_on_either_side_of_each_boundary() -> None:
    """0.25 s go around 0, 4 and 8 s: 3.5 s of each voice stay, and 0.75 s of each error."""
    der, jer = turn_errors(REFERENCE, LATE, length_ms=10_000, collar_ms=250)
    assert der == DiarizationErrors(total_ms=7000, false_alarm_ms=750, confusion_ms=750)
    assert jer == JaccardErrors(speakers=2, error=pytest.approx((0.75 + 1.5) / 4.25))


def test_time_where_two_people_speak_counts_twice() -> None:
    both = timeline("AAAA", "..BB")
    der, _ = turn_errors(both, timeline("0000"), length_ms=4000, collar_ms=0)
    assert der == DiarizationErrors(total_ms=6000, missed_ms=2000)


def test_overlapping_turns_of_one_voice_count_once() -> None:
    der, _ = turn_errors(timeline("AAAA", ".AA."), timeline("0000"), length_ms=4000, collar_ms=0)
    assert der == DiarizationErrors(total_ms=4000)


def test_no_turns_at_all_miss_everything() -> None:
    der, jer = turn_errors(REFERENCE, [], length_ms=10_000, collar_ms=0)
    assert der == DiarizationErrors(total_ms=8000, missed_ms=8000)
    assert jer == JaccardErrors(speakers=2, error=2.0)


def test_speech_heard_after_the_reference_has_ended_is_a_false_alarm() -> None:
    der, _ = turn_errors(timeline("AA"), timeline("0000"), length_ms=4000, collar_ms=0)
    assert der == DiarizationErrors(total_ms=2000, false_alarm_ms=2000)
