from __future__ import annotations

import json

from pipelines.stages.finding import KINDS
from pipelines.stages.odds import COUNTS, weight


def test_every_sign_that_was_counted_is_one_that_findings_have() -> None:
    assert set(json.loads(COUNTS.read_text("utf-8"))["signs"]) <= set(KINDS)


def test_a_sign_that_was_never_met_weighs_one() -> None:
    assert weight("repetition") == 1.0


def test_a_second_reading_with_another_negation_weighs_more_than_a_word_in_doubt() -> None:
    assert weight("second_negation") > 1 > weight("unsure")
