"""What is measured of one head."""

from __future__ import annotations

import pytest

from models.coder.labels import HEAD
from pipelines.evaluation.coder.coded import CodedSet
from pipelines.evaluation.coder.heads import (
    NO_LABELS,
    NOT_CODED,
    NOT_FOUND,
    NOT_THERE,
    NOTHING_SHOWN,
    HeadMeasures,
    measure_head,
)
from pipelines.evaluation.coder.intervals import Draws
from tests.coder.table_coder import Answer
from tests.pipelines.evaluation.coder.talks import coded, parent, talk, worker


def measured(name: str, found: CodedSet) -> HeadMeasures:
    return measure_head(HEAD[name], found, Draws(found.groups))


def question(none: float, opened: float, closed: float) -> Answer:
    return Answer(heads={"question": {"none": none, "open": opened, "closed": closed}})


TALKS = (
    talk("one", worker("a", question="open"), worker("b", question="closed"), parent("p")),
    talk("two", worker("c", question="none"), worker("d", question="open")),
)
CODED = coded(
    *TALKS,
    a=question(0.1, 0.8, 0.1),
    b=question(0.2, 0.5, 0.3),
    c=question(0.9, 0.05, 0.05),
    d=question(0.6, 0.3, 0.1),
)


def test_the_most_likely_class_is_the_answer() -> None:
    found = measured("question", CODED)
    assert found.confusion.classes == ("none", "open", "closed")
    assert found.confusion.counts == ((1, 0, 0), (1, 1, 0), (0, 1, 0))
    assert found.rates["accuracy"].value == pytest.approx(0.5)
    assert found.rates["macro_f1"].value == pytest.approx((2 / 3 + 1 / 2 + 0) / 3)


def test_each_class_has_its_counts_and_says_what_cannot_be_judged() -> None:
    closed = measured("question", CODED).classes["closed"]
    assert (closed.counts.support, closed.counts.right, closed.counts.missed) == (1, 0, 1)
    assert closed.rates["recall"].value == 0
    assert (closed.rates["precision"].value, closed.rates["precision"].reason) == (None, NOT_FOUND)


def test_a_class_that_nobody_has_gets_no_recall() -> None:
    found = measured("question", coded(talk("one", worker("a", question="open")), a=question(0.1, 0.8, 0.1)))
    none = found.classes["none"]
    assert (none.counts.support, none.rates["recall"].reason) == (0, NOT_THERE)


def test_the_calibration_error_compares_the_top_probability_with_how_often_it_is_right() -> None:
    found = measured("question", CODED)
    gaps = [abs(0.5 - 0), abs(0.6 - 0), abs(0.8 - 1), abs(0.9 - 1)]
    assert found.rates["ece"].value == pytest.approx(sum(gaps) / 4)
    assert found.calibration is not None
    assert sum(one.count for one in found.calibration.bins) == 4


def test_the_classwise_error_is_the_mean_over_classes() -> None:
    found = measured("question", CODED)
    apart = [one.rates["ece"].value for one in found.classes.values()]
    assert None not in apart
    assert found.rates["classwise_ece"].value == pytest.approx(sum(apart) / 3)


def test_coverage_is_of_answers_that_stand_for_a_code() -> None:
    """Of the two answers "open" one is sure; the two answers "none" show nothing either way."""
    found = measured("question", CODED)
    assert (found.covered.part, found.covered.whole) == (1, 2)
    assert found.rates["coverage"].value == 0.5
    assert found.rates["covered_accuracy"].value == 1
    assert found.rates["covered_macro_f1"].value == 1


def test_where_nothing_is_sure_the_rates_of_what_is_shown_are_none() -> None:
    found = measured("question", coded(*TALKS, sure=0.95, a=question(0.1, 0.8, 0.1)))
    assert found.rates["coverage"].value == 0
    assert found.rates["covered_accuracy"].reason == NOTHING_SHOWN
    assert found.rates["covered_macro_f1"].value is None


def test_labelled_lines_without_an_answer_are_counted_apart() -> None:
    found = measured("question", coded(*TALKS, a=question(0.1, 0.8, 0.1)))
    assert (found.confusion.total, found.not_coded) == (1, 3)


def test_without_an_answer_or_a_label_the_head_says_why() -> None:
    assert measured("question", coded(*TALKS)).reason == NOT_CODED
    assert measured("talk", CODED).reason == NO_LABELS
    assert measured("talk", CODED).rates == {}


def test_a_line_several_people_judged_counts_as_what_most_chose() -> None:
    split = talk("one", worker("a", question="open"))
    shares = {"question": {"none": 0.4, "closed": 0.6}}
    split.gold[0].heads.clear()
    split.gold[0].heads.update(shares)
    found = measured("question", coded(split, a=question(0.1, 0.1, 0.8)))
    assert found.classes["closed"].counts.right == 1


def test_intervals_hold_the_figure() -> None:
    talks = [talk(str(number), worker("a", question="open"), worker("b", question="none")) for number in range(9)]
    mixed = [talk(f"m{number}", worker("b", question="closed")) for number in range(9)]
    found = measured("question", coded(*talks, *mixed, a=question(0, 1, 0), b=question(0.7, 0.1, 0.2)))
    for name in ("macro_f1", "accuracy", "kappa", "ece", "classwise_ece"):
        rate = found.rates[name]
        assert rate.low is not None, name
        assert rate.low < rate.value < rate.high, name
