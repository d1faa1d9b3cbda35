"""Every reason has a sentence that a person understands."""

from __future__ import annotations

from service.database.words import JobFailure
from service.jobs.reasons import SENTENCES


def test_every_reason_has_a_sentence() -> None:
    assert set(SENTENCES) == set(JobFailure)
    assert all(sentence.endswith(".") and len(sentence) > 30 for sentence in SENTENCES.values())
