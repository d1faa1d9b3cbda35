"""MITI's defaults when unsure: where two codes are plausible and near, the table says which one counts."""

from __future__ import annotations

import pytest

from models.records.scoring import Circumstances
from pipelines.stages.measures import measures
from tests.stages.codings import parent, session, worker


def interval(
    text: str = "Something was said.", off: tuple[str, ...] = (), **heads: dict[str, float]
) -> dict[str, tuple]:  # type: ignore[type-arg]
    """Lowest and highest tenth of each count in a session of twenty such lines."""
    lines = [one for _ in range(20) for one in (worker(text=text, **heads), parent())]
    found = measures(session(*lines, off=dict.fromkeys(off, "Off.")), Circumstances())
    return {one.name.removeprefix("count_"): (one.low, one.high) for one in found}


ALL, NONE = (20, 20), (0, 0)


@pytest.mark.parametrize(
    ("first", "second", "counted", "dropped"),
    [
        ("persuade", "giving_information", "giving_information", "persuade"),
        ("emphasizing_autonomy", "seeking_collaboration", "seeking_collaboration", "emphasizing_autonomy"),
        ("emphasizing_autonomy", "open_question", "question", "emphasizing_autonomy"),
        ("emphasizing_autonomy", "complex_reflection", "complex_reflection", "emphasizing_autonomy"),
        ("seeking_collaboration", "closed_question", "question", "seeking_collaboration"),
        ("seeking_collaboration", "giving_information", "giving_information", "seeking_collaboration"),
        ("seeking_collaboration", "persuade", "persuade", "seeking_collaboration"),
        ("seeking_collaboration", "confront", "confront", "seeking_collaboration"),
        ("confront", "closed_question", "confront", "question"),
    ],
)
def test_a_doubt_between_two_codes_goes_to_the_default(first: str, second: str, counted: str, dropped: str) -> None:
    found = interval(mi_code={first: 0.52, second: 0.48})
    assert found[counted] == ALL
    assert found[dropped] == NONE


@pytest.mark.parametrize("act", ["emphasizing_autonomy", "seeking_collaboration"])
def test_among_the_adherent_acts_affirming_is_the_lowest(act: str) -> None:
    texts = [f"Number {n} is something else." for n in range(20)]
    lines = [one for text in texts for one in (worker(text=text, mi_code={act: 0.5, "affirm": 0.5}), parent())]
    found = {one.name: one.value for one in measures(session(*lines), Circumstances())}
    assert (found["count_affirm"], found[f"count_{act}"]) == (20, 0)


def test_a_weak_affirmation_is_nothing() -> None:
    assert interval(mi_code={"affirm": 0.5, "other": 0.5})["affirm"] == NONE


def test_an_affirmation_that_may_be_a_reflection_is_an_affirmation_and_no_reflection() -> None:
    doubt = worker("simple", mi_code={"affirm": 0.45, "simple_reflection": 0.55})
    found = {one.name: one.value for one in measures(session(doubt), Circumstances())}
    assert (found["count_affirm"], found["count_reflection"]) == (1, 0)


def test_a_doubt_between_confronting_and_reflecting_counts_as_neither() -> None:
    heads = {"mi_code": {"confront": 0.5, "complex_reflection": 0.5}, "reflection": {"complex": 1.0}}
    found = interval(**heads)
    assert (found["confront"], found["reflection"]) == (NONE, NONE)
    two_thoughts = interval(text="Something was said. And more.", **heads)
    assert (two_thoughts["confront"], two_thoughts["reflection"]) == (NONE, ALL)


def test_a_doubt_between_confronting_and_persuading_counts_as_neither() -> None:
    found = interval(mi_code={"confront": 0.5, "persuade": 0.5})
    assert (found["confront"], found["persuade"]) == (NONE, NONE)


def test_a_reflection_that_may_be_simple_or_complex_is_simple() -> None:
    found = interval(reflection={"simple": 0.45, "complex": 0.55})
    assert (found["simple_reflection"], found["complex_reflection"]) == (ALL, NONE)


@pytest.mark.parametrize(
    "mi_code",
    [
        {"persuade": 0.70, "giving_information": 0.30},
        {"persuade": 0.20, "giving_information": 0.15, "other": 0.65},
    ],
    ids=["far apart", "hardly plausible"],
)
def test_what_is_not_in_doubt_keeps_its_chance(mi_code: dict[str, float]) -> None:
    found = interval(mi_code=mi_code)
    low, high = found["persuade"]
    assert 0 < low < high < 20
    assert found["giving_information"] == NONE


def test_a_code_that_is_switched_off_decides_no_doubt() -> None:
    found = interval(off=("confront",), mi_code={"persuade": 0.5, "confront": 0.5})
    low, high = found["persuade"]
    assert 5 <= low <= 10 <= high <= 15
