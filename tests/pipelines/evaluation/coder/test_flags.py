"""What is measured of flags."""

from __future__ import annotations

import pytest

from models.records.coding import Setting
from models.records.speech import Role
from pipelines.evaluation.coder.coded import CodedSet
from pipelines.evaluation.coder.flags import (
    NO_PROBABILITY,
    NO_RIGHT_FLAG,
    NO_SUPPORT,
    TOO_FEW,
    FlagsMeasured,
    measure_flags,
)
from pipelines.evaluation.coder.intervals import Draws
from pipelines.labelled.records import Gold
from tests.coder.table_coder import Answer
from tests.pipelines.evaluation.coder.talks import coded, talk, worker


def measured(found: CodedSet) -> FlagsMeasured:
    return measure_flags(found, Draws(found.groups))


def sees(**evidence: float) -> Answer:
    named = {name.replace("_plus", "+").replace("_minus", "-"): chance for name, chance in evidence.items()}
    return Answer(evidence=named, indicators={"empathy+": "EM+1"})


TALKS = (
    talk(
        "one",
        worker("a", labels=("empathy+ EM+1",)),
        worker("b", labels=("empathy+ EM+3",)),
        worker("c", labels=()),
        worker("unlabelled"),
    ),
    talk("two", worker("d", labels=("empathy- EM-1",)), worker("e", labels=("empathy+ EM+2",))),
)
CODED = coded(
    *TALKS,
    a=sees(empathy_plus=0.9),
    b=sees(empathy_plus=0.7),
    c=sees(empathy_plus=0.8),
    d=sees(empathy_plus=0.65, empathy_minus=0.1),
    e=sees(empathy_plus=0.55),
    unlabelled=sees(empathy_plus=0.99),
)


def test_a_flag_is_right_where_a_person_gave_the_same_evidence() -> None:
    counts = measured(CODED).evidence["empathy+"].counts
    assert (counts.right, counts.wrong, counts.missed) == (2, 2, 1)


def test_lines_on_which_nobody_looked_for_flags_take_no_part() -> None:
    assert measured(CODED).lines == 5


def test_before_thresholds_one_half_decides() -> None:
    flag = measured(CODED).evidence["empathy+"]
    assert flag.at_half is not None
    assert (flag.at_half.right, flag.at_half.wrong, flag.at_half.missed) == (3, 2, 0)
    assert flag.rates["f1_at_half"].value == pytest.approx(6 / 8)


def test_the_element_is_found_whatever_the_direction() -> None:
    counts = measured(CODED).elements["empathy"].counts
    assert (counts.right, counts.wrong, counts.missed) == (3, 1, 1)


def test_an_element_in_either_direction_has_no_calibration() -> None:
    element = measured(CODED).elements["empathy"]
    assert element.calibration is None
    assert "ece" not in element.rates


def test_indicators_are_judged_on_right_flags_only() -> None:
    flag = measured(CODED).evidence["empathy+"]
    assert (flag.indicators.part, flag.indicators.whole) == (1, 2)
    assert flag.rates["indicator_accuracy"].value == 0.5


def test_evidence_without_right_flags_says_so() -> None:
    assert measured(CODED).evidence["empathy-"].rates["indicator_accuracy"].reason == NO_RIGHT_FLAG


def test_evidence_without_probabilities_has_no_calibration_but_counts() -> None:
    flag = measured(CODED).evidence["autonomy+"]
    assert flag.rates["ece"].reason == NO_PROBABILITY
    assert flag.rates["f1_at_half"].reason == NO_PROBABILITY
    assert flag.calibration is None


def test_average_precision_without_support_is_none() -> None:
    found = measured(coded(talk("one", worker("a", labels=())), a=sees(empathy_plus=0.9)))
    assert found.evidence["empathy+"].rates["average_precision"].reason == NO_SUPPORT
    assert found.evidence["empathy+"].rates["f1"].value == 0


def test_the_mean_is_over_labels_with_enough_support_and_unfound_ones_count_nought() -> None:
    lines = [worker("a", labels=("empathy+",))] * 5 + [worker("b", labels=("autonomy-",))] * 5
    few = [worker("c", labels=("child_focus+",))] * 4
    found = measured(coded(talk("one", *lines, *few), talk("two", *lines), a=sees(empathy_plus=1.0)))
    assert found.means["elements"].labels == ("empathy+", "autonomy-")
    assert found.means["elements"].f1.value == pytest.approx(0.5)
    assert found.means["elements+"].f1.value == 1
    assert found.means["elements-"].f1.value == 0
    assert found.means["elements_either"].labels == ("empathy", "autonomy")


def test_means_without_enough_support_are_none() -> None:
    mean = measured(CODED).means["elements"]
    assert (mean.f1.value, mean.f1.reason) == (None, TOO_FEW)


def test_supervision_has_its_own_dimensions_and_means() -> None:
    lines = [(Role.SUPERVISOR, "s", Gold(labels=worker("", labels=("sup_purpose+",))[2].labels))] * 5
    found = measured(coded(talk("sup", *lines, setting=Setting.SUPERVISION), s=sees(sup_purpose_plus=0.9)))
    assert "empathy+" not in found.evidence
    assert found.means["dimensions"].f1.value == 1
    assert found.means["elements"].f1.reason == TOO_FEW


def test_lines_of_one_setting_do_not_count_for_the_others_evidence() -> None:
    sup = talk("sup", (Role.SUPERVISOR, "s", Gold(labels=())), setting=Setting.SUPERVISION)
    both = measured(coded(*TALKS, sup, s=sees(empathy_plus=0.9), a=sees(empathy_plus=0.9)))
    assert both.evidence["empathy+"].counts.wrong == 0
