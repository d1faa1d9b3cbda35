"""A rubric with one thing wrong, whatever it is, is read or refused; it never breaks the reader."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from models.errors import BadInputError
from models.records.rubric import Rubric
from pipelines.rubrics import rubric_from

FOLDER = Path(__file__).resolve().parents[2] / "rubric_prompts"


def small(name: str) -> dict[str, Any]:
    """A shipped rubric with one factor and its elements, so that many mutants can be read."""
    rubric: dict[str, Any] = yaml.safe_load((FOLDER / name).read_text("utf-8"))
    rubric["factors"] = rubric["factors"][-1:]
    kept = rubric["factors"][0]["elements"]
    rubric["elements"] = [one for one in rubric["elements"] if one["id"] in kept]
    return rubric


def places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where every key and item of a document stands."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for key, one in inner for place in ((*at, key), *places(one, (*at, key)))]


RUBRICS = [small("msw.v1.yaml"), small("supervision.v1.yaml")]
PLACES = [(number, place) for number, rubric in enumerate(RUBRICS) for place in places(rubric)]
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**12), 10**12),
    st.floats(),
    st.text(max_size=12),
    st.sampled_from(
        ["", " ", "-", "EM+1", "empathy", "x" * 700, "{{transcript}}", "&a", "*a", "!!int 1", "<<", "\t", "2"]
    ),
    st.lists(st.one_of(st.none(), st.text(max_size=4)), max_size=3),
    st.dictionaries(st.one_of(st.text(max_size=5), st.integers(0, 9), st.none()), st.text(max_size=4), max_size=3),
)


def outcome(content: bytes) -> Rubric | str:
    try:
        return rubric_from(content, "ours.yaml")
    except BadInputError as refused:
        told = str(refused)
    assert all(line.startswith(("ours.yaml", "There are ")) for line in told.split("\n"))
    return told


def test_the_rubric_that_is_mutated_is_good() -> None:
    """Else every mutant would be refused for another reason."""
    assert all(isinstance(outcome(yaml.safe_dump(rubric).encode()), Rubric) for rubric in RUBRICS)


@settings(max_examples=50, deadline=None)
@given(place=st.sampled_from(PLACES), what=st.sampled_from(["replace", "remove", "rename", "wrap"]), odd=ODD)
def test_one_key_that_is_wrong_never_breaks_the_reader(
    place: tuple[int, tuple[Any, ...]], what: str, odd: object
) -> None:
    """Another value, no value, another name, one level too deep: a rubric, or faults each with its file."""
    rubric = copy.deepcopy(RUBRICS[place[0]])
    *way, last = place[1]
    parent: Any = rubric
    for step in way:
        parent = parent[step]
    if what == "replace":
        parent[last] = odd
    elif what == "wrap":
        parent[last] = [parent[last]]
    else:
        value = parent.pop(last)
        if what == "rename" and isinstance(parent, dict) and not isinstance(odd, list | dict):
            parent[odd] = value
    outcome(yaml.safe_dump(rubric, allow_unicode=True).encode("utf-8", "surrogatepass"))


@settings(max_examples=50, deadline=None)
@given(
    at=st.floats(0, 1),
    cut=st.integers(0, 40),
    inserted=st.text(st.sampled_from("\t\n\r :-#'\"[]{}&*!|>%@`,?~\x00\x85\u2028é\U0001f600"), max_size=4),
)
def test_one_place_in_the_text_that_is_wrong_never_breaks_the_reader(at: float, cut: int, inserted: str) -> None:
    """Letters lost, or marks put in, anywhere."""
    text = yaml.safe_dump(RUBRICS[0])
    start = int(at * len(text))
    outcome((text[:start] + inserted + text[start + cut :]).encode())


@settings(max_examples=60, deadline=None)
@given(content=st.binary(max_size=200))
def test_any_bytes_are_refused_in_words(content: bytes) -> None:
    """No rubric is as short as that."""
    assert isinstance(outcome(content), str)
