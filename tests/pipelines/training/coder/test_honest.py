"""The coder's figures by cross-validation, up to the model card's tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from pipelines.training.coder import train
from pipelines.training.coder.card_plots import card_plots
from pipelines.training.coder.card_tables import card_tables
from pipelines.training.coder.combine_fit import fit_combination
from pipelines.training.coder.honest import LONG, Figures, figures, unseen_of
from pipelines.training.coder.linear_fit import LinearSettings
from pipelines.training.coder.material import Material
from pipelines.training.coder.train import Sources, decisions_of
from pipelines.training.coder.unseen import Scored, cross_validate
from tests.pipelines.training.coder.small_material import HalfKnowing, material

SETTINGS = LinearSettings(least_lines=1, rounds=5)
COUNT = 20
"""Enough that evidence of empathy is fitted in each fold."""


@pytest.fixture(scope="module")
def held() -> tuple[Material, ...]:
    """Half of AnnoMI's kind acted badly."""
    return tuple(
        replace(one, labelled=replace(one.labelled, quality="low" if number % 4 < 2 else "high"))
        for number, one in enumerate(material(count=COUNT))
    )


@pytest.fixture(scope="module")
def scored(held: tuple[Material, ...], tmp_path_factory: pytest.TempPathFactory) -> tuple[Scored, ...]:
    work: Path = tmp_path_factory.mktemp("folds")
    return cross_validate(held, HalfKnowing(held), SETTINGS, work, lambda name, part: None)


@pytest.fixture(scope="module")
def found(held: tuple[Material, ...], scored: Sequence[Scored]) -> tuple[Figures, ...]:
    return figures(held, scored, [one.labelled for one in held])[0]


def of(found: Sequence[Figures], data: str, text: str = "as written") -> Figures:
    return next(one for one in found if (one.data, one.text) == (data, text))


def test_annomi_is_measured_again_by_quality(found: tuple[Figures, ...]) -> None:
    """High and low sessions, together all of them."""
    high, low = of(found, "annomi, high quality").measures, of(found, "annomi, low quality").measures
    assert high.conversations + low.conversations == of(found, "annomi").measures.conversations == COUNT
    assert min(high.conversations, low.conversations) == COUNT // 2


def test_annomi_is_measured_again_by_length(found: tuple[Figures, ...]) -> None:
    """Sixteen lines are a short transcript, and without long ones there is no figure of them."""
    assert of(found, f"annomi, under {LONG} lines").measures.conversations == COUNT
    assert not [one for one in found if one.data == f"annomi, {LONG} lines or more"]


def test_invented_sessions_are_no_part_of_annomi(found: tuple[Figures, ...]) -> None:
    """They are figures of their own, and no flag is measured on AnnoMI."""
    assert of(found, "development sessions").measures.conversations == COUNT
    assert of(found, "annomi").measures.flags.lines == 0
    assert of(found, "all sessions").measures.flags.lines > 0


def test_parts_are_measured_as_written_only(found: tuple[Figures, ...]) -> None:
    """Quality first, then length, each once."""
    parts = [(one.data, one.text) for one in found if one.data.startswith("annomi, ")]
    assert parts == [
        ("annomi, high quality", "as written"),
        ("annomi, low quality", "as written"),
        (f"annomi, under {LONG} lines", "as written"),
    ]


def test_cross_validated_figures_fill_every_table(
    held: tuple[Material, ...], scored: Sequence[Scored], found: tuple[Figures, ...]
) -> None:
    """What training writes is what the card's tables and diagrams ask for."""
    sources = Sources(annomi=Path("a.csv"), devset=Path("devset"))
    combination = fit_combination(unseen_of(held, scored))
    metrics = train._metrics(sources, HalfKnowing(held), SETTINGS, held, found)
    tables = card_tables(metrics | {"decisions": decisions_of(combination)})
    empty = {name for name, table in tables.items() if table == "Not measured."}
    assert empty == {"dimension flags"}, "the small material has no supervision"
    assert set(card_plots(found)) == {"heads.svg", "evidence.svg"}


def test_decisions_name_every_code_and_flag_once(held: tuple[Material, ...], scored: Sequence[Scored]) -> None:
    """What has a threshold is not off, and what is off has none."""
    combination = fit_combination(unseen_of(held, scored))
    decisions = decisions_of(combination)
    on = {*decisions["codes"], *(name for name, threshold in decisions["flags"].items() if threshold is not None)}
    assert on.isdisjoint(decisions["off"])
    assert "empathy+" in decisions["flags"]
    assert "options" in decisions["off"]
