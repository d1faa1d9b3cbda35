"""The invented material that the coder learns from."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from models.coder.indicators import INDICATORS_OF
from models.coder.labels import HEAD, MI_CODES
from models.errors import BadInputError
from models.records.coding import Line
from pipelines.labelled.records import Gold, Labelled
from pipelines.training.coder.material import DEVSET, WRITTEN
from pipelines.training.coder.written import counts, fill, read_parts

RUBRIC = Path(__file__).parents[2].parent / "shared" / "domain" / "rubric.yaml"
LONG = 8
"""From how many words on a text said twice is a copy rather than chance."""


@pytest.fixture(scope="module")
def parts() -> dict[str, tuple[Labelled, ...]]:
    return read_parts()


def lines_of(parts: dict[str, tuple[Labelled, ...]]) -> Iterator[tuple[str, Line, Gold]]:
    for material in parts.values():
        for one in material:
            for line, gold in zip(one.conversation.lines, one.gold, strict=True):
                yield f"{one.name}, turn {line.turn}", line, gold


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9']+", text.lower())


def runs(text: str, length: int) -> set[tuple[str, ...]]:
    said = words(text)
    return {tuple(said[at : at + length]) for at in range(len(said) - length + 1)}


def test_every_part_is_there(parts: dict[str, tuple[Labelled, ...]]) -> None:
    """The readers that training uses read all of it, and no part is empty."""
    assert all(parts.values()), [name for name, material in parts.items() if not material]


def test_no_written_session_is_left_out(parts: dict[str, tuple[Labelled, ...]]) -> None:
    """Every session file belongs to one of the parts that are counted."""
    files = [*(WRITTEN / "sessions").glob("*.json"), *DEVSET.glob("*.json")]
    sessions = [one.name for name, material in parts.items() if "sessions" in name for one in material]
    assert len(sessions) == len(set(sessions)) == len(files)


def test_every_indicator_is_one_of_its_evidence(parts: dict[str, tuple[Labelled, ...]]) -> None:
    """A label names an indicator that the coder can give, of the element and direction that it states."""
    odd = [
        f"{where}: {label.indicator}"
        for where, _, gold in lines_of(parts)
        for label in gold.labels or ()
        if label.indicator not in INDICATORS_OF[label.evidence]
    ]
    assert odd == []


def test_every_indicator_has_examples(parts: dict[str, tuple[Labelled, ...]]) -> None:
    """Nothing that the coder can give is without a single line to learn it from."""
    told = {label.indicator for _, _, gold in lines_of(parts) for label in gold.labels or ()}
    assert {name for names in INDICATORS_OF.values() for name in names} - told == set()


def test_every_line_looked_at_has_its_main_code(parts: dict[str, tuple[Labelled, ...]]) -> None:
    """Flags were looked for only where somebody also gave the main code."""
    lacking = [where for where, _, gold in lines_of(parts) if gold.labels is not None and not gold.mi_codes]
    assert lacking == []
    assert {code for _, _, gold in lines_of(parts) for code in gold.mi_codes} == set(MI_CODES)


def test_only_the_scored_role_is_looked_at(parts: dict[str, tuple[Labelled, ...]]) -> None:
    """Parents, children and everybody else carry neither flags nor main codes."""
    for material in parts.values():
        for one in material:
            scored = one.conversation.setting.scored_role
            for line, gold in zip(one.conversation.lines, one.gold, strict=True):
                assert line.role is scored or (gold.labels is None and not gold.mi_codes), one.name


def test_client_talk_is_judged_only_against_a_goal(parts: dict[str, tuple[Labelled, ...]]) -> None:
    """A session without a change goal has no client talk."""
    for material in parts.values():
        for one in material:
            told = [gold.choice("talk") for gold in one.gold if "talk" in gold.heads]
            assert set(told) <= set(HEAD["talk"].classes)
            assert one.conversation.change_goal or not told, one.name


def test_enough_lines_carry_nothing(parts: dict[str, tuple[Labelled, ...]]) -> None:
    """A third and more of the lines looked at, in each part with conversations, are evidence of nothing."""
    for name, material in parts.items():
        looked = [gold.labels for one in material for gold in one.gold if gold.labels is not None]
        if "sessions" in name:
            assert sum(not labels for labels in looked) > len(looked) / 3, name


def test_nothing_long_is_said_twice(parts: dict[str, tuple[Labelled, ...]]) -> None:
    """No text of eight words or more stands in two places, so that none is both learned from and tested on."""
    said = Counter(" ".join(words(line.text)) for _, line, _ in lines_of(parts) if len(words(line.text)) >= LONG)
    twice = [
        where
        for where, line, _ in lines_of(parts)
        if len(words(line.text)) >= LONG and said[" ".join(words(line.text))] > 1
    ]
    assert twice == []


def test_the_readme_states_the_counts() -> None:
    """What the README says of the material's size is what the command gives."""
    readme = (WRITTEN / "README.md").read_text("utf-8")
    assert fill(readme, counts()) == readme, "run python -m pipelines.training.coder.written with the README's path"


def test_a_readme_without_a_place_is_refused() -> None:
    """Nothing is written where the tables have no place."""
    with pytest.raises(BadInputError, match="counts"):
        fill("# Something else\n", counts())


@pytest.mark.shared
def test_no_line_repeats_an_example_of_the_rubric(parts: dict[str, tuple[Labelled, ...]]) -> None:
    """No six words in a row are a rubric example's, so that the examples stay a check on the coder."""
    if not RUBRIC.is_file():
        pytest.skip("the rubric is not beside this checkout")
    examples = re.findall(r'example: "([^"]+)"', RUBRIC.read_text("utf-8"))
    theirs = set[tuple[str, ...]]().union(*(runs(example, 6) for example in examples))
    assert theirs
    assert [where for where, line, _ in lines_of(parts) if runs(line.text, 6) & theirs] == []
