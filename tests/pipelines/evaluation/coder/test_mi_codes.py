"""MI codes as sets."""

from __future__ import annotations

import pytest

from models.records.coding import CodedUtterance
from models.records.speech import Role
from pipelines.evaluation.coder.heads import NO_LABELS, NOT_CODED
from pipelines.evaluation.coder.intervals import Draws
from pipelines.evaluation.coder.mi_codes import measure_mi_codes, stated_codes
from tests.coder.table_coder import Answer
from tests.pipelines.evaluation.coder.talks import coded, talk, worker


def said(**classes: str) -> CodedUtterance:
    heads = {head: {name: 1.0} for head, name in classes.items()}
    return CodedUtterance(id="u1", turn=1, speaker="A", role=Role.PRACTITIONER, text="", heads=heads)


def test_the_heads_add_their_codes() -> None:
    assert stated_codes(said(question="open", reflection="complex", input="none", mi_code="affirm")) == {
        "open_question",
        "complex_reflection",
        "affirm",
    }


def test_information_counts_and_other_input_does_not() -> None:
    assert stated_codes(said(input="information")) == {"giving_information"}
    assert stated_codes(said(input="advice")) == {"other"}


def test_only_acts_are_taken_from_the_main_code() -> None:
    assert stated_codes(said(question="none", mi_code="open_question")) == {"other"}


def test_right_wrong_and_missed_codes_are_counted_by_line() -> None:
    answers = {"a": Answer(heads={"question": {"open": 1.0}}), "b": Answer(heads={"reflection": {"simple": 1.0}})}
    lines = (worker("a", codes=("open_question", "affirm")), worker("b", codes=("other",)))
    found = measure_mi_codes(coded(talk("one", *lines), **answers), Draws(1))
    assert found.codes["open_question"].counts.right == 1
    assert found.codes["affirm"].counts.missed == 1
    assert found.codes["simple_reflection"].counts.wrong == 1
    assert found.codes["other"].counts.missed == 1


def test_the_mean_is_over_codes_with_enough_support() -> None:
    lines = [worker("a", codes=("open_question",))] * 5 + [worker("a", codes=("affirm",))] * 4
    found = measure_mi_codes(coded(talk("one", *lines), a=Answer(heads={"question": {"open": 1.0}})), Draws(1))
    assert found.labels == ("open_question",)
    assert found.mean_f1.value == pytest.approx(10 / 14)


def test_lines_without_labels_or_answers_are_told_apart() -> None:
    assert measure_mi_codes(coded(talk("one", worker("a"))), Draws(1)).reason == NO_LABELS
    unanswered = measure_mi_codes(coded(talk("one", worker("a", codes=("affirm",)))), Draws(1))
    assert (unanswered.reason, unanswered.not_coded) == (NOT_CODED, 1)
