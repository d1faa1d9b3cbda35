"""The two rubrics that come with the program."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
import yaml

from models.coder.indicators import INDICATORS_OF
from models.coder.labels import DIMENSIONS, ELEMENTS
from models.records.coding import Setting
from models.records.rubric import Rubric
from pipelines.rubrics import SHIPPED, read_rubric, shipped_rubric

FOLDER = Path(__file__).resolve().parents[2] / "rubric_prompts"
SOURCE = FOLDER.parents[1] / "shared" / "domain" / "rubric.yaml"
RUBRICS = [shipped_rubric(setting) for setting in Setting]


def test_the_shipped_rubric_is_the_file_in_the_package() -> None:
    """Read by its setting or by its path: the same record, with the digest of the bytes."""
    for setting, name in SHIPPED.items():
        read = read_rubric(FOLDER / name)
        assert read == shipped_rubric(setting)
        assert read.ref.digest == hashlib.sha256((FOLDER / name).read_bytes()).hexdigest()
        assert name == f"{read.ref.id}.v{read.ref.version}.yaml"


@pytest.mark.parametrize(("setting", "elements"), [("direct_practice", ELEMENTS), ("supervision", DIMENSIONS)])
def test_the_elements_are_those_that_the_coder_flags(setting: str, elements: tuple[str, ...]) -> None:
    """All of them, and no others."""
    assert {one.id for one in shipped_rubric(Setting(setting)).elements} == set(elements)


@pytest.mark.parametrize("rubric", RUBRICS, ids=lambda rubric: rubric.ref.id)
def test_the_indicators_are_those_that_the_coder_names(rubric: Rubric) -> None:
    """The same ids in the same order, for and against."""
    for element in rubric.elements:
        assert tuple(one.id for one in element.indicators_for) == INDICATORS_OF[f"{element.id}+"]
        assert tuple(one.id for one in element.indicators_against) == INDICATORS_OF[f"{element.id}-"]


@pytest.mark.parametrize("rubric", RUBRICS, ids=lambda rubric: rubric.ref.id)
def test_every_element_says_all_that_a_judge_needs(rubric: Rubric) -> None:
    """Anchors, look-alikes, limits, and when it does not apply."""
    for element in rubric.elements:
        assert len(set(element.anchors)) == 5
        assert element.not_to_confuse
        assert element.limits
        assert element.not_applicable_when
        assert element.measures or element.whole_session


@pytest.mark.parametrize("rubric", RUBRICS, ids=lambda rubric: rubric.ref.id)
def test_every_element_belongs_to_the_factor_that_lists_it(rubric: Rubric) -> None:
    """And to that one alone."""
    assert {(one.id, one.factor) for one in rubric.elements} == {
        (name, factor.id) for factor in rubric.factors for name in factor.elements
    }


def test_only_evocation_needs_a_change_goal() -> None:
    """Everything else can be judged without one."""
    needing = [one.id for rubric in RUBRICS for one in rubric.elements if one.needs_change_goal]
    assert needing == ["evocation"]


def test_a_short_session_has_counts_only_under_two_minutes_and_a_warning_under_ten() -> None:
    """In milliseconds."""
    assert {(one.length.counts_only_ms, one.length.warn_ms) for one in RUBRICS} == {(120_000, 600_000)}


def test_both_are_drafts() -> None:
    """Until a local study of agreement exists."""
    assert {one.ref.status for one in RUBRICS} == {"draft_unvalidated"}


def test_supervision_has_time_use_and_a_summary_band() -> None:
    """Ten codes and three bands; direct practice has neither."""
    practice, supervision = RUBRICS
    assert (len(supervision.time_use), len(supervision.summary_band)) == (10, 3)
    assert (practice.time_use, practice.summary_band) == ((), ())


@pytest.mark.parametrize("name", sorted(SHIPPED.values()))
def test_the_files_mean_the_same_to_any_yaml_reader(name: str) -> None:
    """Nothing in them is a trap: an ordinary reader finds the same texts."""
    ordinary = yaml.safe_load((FOLDER / name).read_text("utf-8"))
    rubric = read_rubric(FOLDER / name)
    assert [one["question"] for one in ordinary["elements"]] == [one.question for one in rubric.elements]
    assert [tuple(one["anchors"].values()) for one in ordinary["elements"]] == [one.anchors for one in rubric.elements]


@pytest.mark.skipif(not SOURCE.exists(), reason="the practice model's draft does not lie beside the checkout")
def test_no_element_or_indicator_of_the_draft_was_lost() -> None:
    """The wording is plainer; what there is to see is the same."""
    draft = yaml.safe_load(SOURCE.read_text("utf-8"))
    practice, supervision = RUBRICS
    for drafted, element in zip(draft["elements"], practice.elements, strict=False):
        ours = [one.id for one in (*element.indicators_for, *element.indicators_against)]
        theirs = [one["id"] for one in (*drafted["indicators_positive"], *drafted["indicators_negative"])]
        assert (element.id, ours) == (drafted["id"], theirs)
    drafted_ids = [one["id"] for one in draft["supervision"]["dimensions"]]
    assert [one.id for one in supervision.elements] == drafted_ids
    assert [one.id for one in supervision.time_use] == [one["id"] for one in draft["supervision"]["time_use_codes"]]
