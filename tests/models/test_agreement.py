"""Counts add and rates are derived from the sums."""

from __future__ import annotations

import pytest

from models.agreement import DiarizationErrors, JaccardErrors, Share, WordErrors, pooled


def test_word_error_rate_is_all_errors_per_reference_word() -> None:
    assert WordErrors(length=10, substitutions=1, deletions=2, insertions=3).rate == pytest.approx(0.6)


def test_pooling_adds_counts_and_does_not_average_rates() -> None:
    short, long = WordErrors(length=1, deletions=1), WordErrors(length=9)
    total = pooled([short, None, long])
    assert total == WordErrors(length=10, deletions=1)
    assert total is not None
    assert total.rate == pytest.approx(0.1)


def test_pooling_nothing_gives_nothing() -> None:
    assert pooled([None, None]) is None


@pytest.mark.parametrize(
    "empty", [WordErrors(insertions=3), Share(), DiarizationErrors(false_alarm_ms=9), JaccardErrors()]
)
def test_a_rate_without_a_base_is_none_and_not_zero(
    empty: WordErrors | Share | DiarizationErrors | JaccardErrors,
) -> None:
    assert empty.rate is None


def test_diarization_errors_add_every_kind() -> None:
    one = DiarizationErrors(total_ms=1000, missed_ms=100, false_alarm_ms=20, confusion_ms=3)
    assert one + one == DiarizationErrors(total_ms=2000, missed_ms=200, false_alarm_ms=40, confusion_ms=6)
    assert (one + one).rate == pytest.approx(0.123)


def test_jaccard_errors_are_averaged_over_all_speakers() -> None:
    assert (JaccardErrors(speakers=2, error=0.5) + JaccardErrors(speakers=3, error=0.0)).rate == pytest.approx(0.1)


def test_shares_add_part_and_whole() -> None:
    assert (Share(part=1, whole=2) + Share(part=0, whole=2)).rate == pytest.approx(0.25)
