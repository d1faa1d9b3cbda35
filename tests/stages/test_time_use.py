"""What a supervision was spent on: shares that add up, and hold their doubt."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from models.coder.time_use.codes import CLASSES, TIME_USE
from models.records.coding import Coding, Setting
from models.records.scoring import Circumstances, Measure
from models.records.span import Span
from pipelines.stages.measures import measures
from pipelines.stages.time_use import NOT_ASKED, NOTHING_SAID, shares, stated
from tests.stages.codings import session, supervisor, worker

Floats = NDArray[np.float64]


def certain(*codes: str) -> Floats:
    return np.eye(len(CLASSES))[[CLASSES.index(code) for code in codes]]


def talk(*texts: str) -> Coding:
    lines = [(supervisor if number % 2 else worker)(text=text) for number, text in enumerate(texts)]
    return session(*lines, setting=Setting.SUPERVISION)


def spent(coding: Coding, likely: Floats | None, circumstances: Circumstances | None = None) -> dict[str, Measure]:
    found = measures(coding, circumstances or Circumstances(), likely)
    return {one.name.removeprefix("time_use_"): one for one in found if one.name.startswith("time_use_")}


def test_shares_are_of_words_where_there_are_no_times() -> None:
    found = spent(talk("She rang on Monday.", "Ring her."), certain("NARR", "WHAT"))
    assert found["narr"].value == pytest.approx(4 / 6)
    assert (found["what"].value, found["how"].value) == (pytest.approx(2 / 6), 0)


def test_shares_are_of_the_time_where_every_line_has_one() -> None:
    spans = {"u1": Span(start_ms=0, end_ms=1000), "u2": Span(start_ms=1000, end_ms=4000)}
    found = spent(talk("She rang on Monday.", "Ring her."), certain("NARR", "WHAT"), Circumstances(spans=spans))
    assert found["narr"].value == pytest.approx(0.25)


def test_greetings_and_noises_take_no_part() -> None:
    found = spent(talk("Hello, come in and sit down.", "How is she?"), certain("-", "CHILD"))
    assert found["child"].value == 1


def test_certain_lines_leave_no_doubt() -> None:
    found = spent(talk("She rang on Monday.", "Ring her."), certain("NARR", "WHAT"))
    assert all(one.low == one.value == one.high for one in found.values())


def test_the_interval_holds_what_happens_four_times_in_five() -> None:
    """Sessions whose codes fall as the probabilities say, three lines at a time, lie in it as often as it promises."""
    draw = np.random.default_rng(4)
    inside = []
    for _ in range(40):
        likely = draw.dirichlet(np.full(len(CLASSES), 0.4), 60)
        likely = np.repeat(likely[::3], 3, axis=0)
        codes = np.repeat([draw.choice(len(CLASSES), p=row) for row in likely[::3]], 3)
        words = draw.integers(5, 30, 60).astype(float)
        found = shares(words, likely)
        assert found is not None
        true = np.array([words[codes == at].sum() for at in range(len(TIME_USE))])
        true /= true.sum()
        inside.append((true >= found[1] - 1e-9) & (true <= found[2] + 1e-9))
    assert 0.72 <= np.mean(inside) <= 0.92


@settings(max_examples=40, deadline=None)
@given(
    arrays(np.float64, (7, len(CLASSES)), elements=st.floats(0, 1)),
    arrays(np.float64, 7, elements=st.floats(0, 10_000)),
)
def test_shares_add_up_to_one_and_lie_in_their_intervals(likely: Floats, lengths: Floats) -> None:
    likely = likely + 1e-3
    likely /= likely.sum(1, keepdims=True)
    found = shares(lengths, likely)
    if found is None:
        assert (lengths @ likely)[: len(TIME_USE)].sum() < 0.5
        return
    value, low, high = found
    assert value.sum() == pytest.approx(1)
    assert (low <= value).all()
    assert (value <= high).all()
    assert low.min() >= 0
    assert high.max() <= 1 + 1e-9


def test_an_empty_session_has_no_shares_and_says_why() -> None:
    found = spent(session(setting=Setting.SUPERVISION), np.zeros((0, len(CLASSES))))
    assert {one.reason for one in found.values()} == {NOTHING_SAID}


def test_a_session_of_greetings_alone_has_no_shares() -> None:
    found = spent(talk("Hello.", "Morning."), certain("-", "-"))
    assert all(one.value is None for one in found.values())


def test_one_line_is_spent_on_what_it_is_likely_to_be() -> None:
    likely = 0.75 * certain("HOW") + 0.25 * certain("WHY")
    found = spent(talk("What would you say to her?"), likely)
    assert (found["how"].value, found["how"].low, found["how"].high) == (0.75, 0, 1)


def test_ten_thousand_lines_take_a_moment() -> None:
    draw = np.random.default_rng(1)
    likely = draw.dirichlet(np.ones(len(CLASSES)), 10_000)
    begin = time.monotonic()
    found = shares(draw.integers(1, 30, 10_000).astype(float), likely)
    assert time.monotonic() - begin < 20
    assert found is not None
    assert (found[2] - found[1]).max() < 0.02


def test_equal_input_gives_equal_shares() -> None:
    likely = np.random.default_rng(2).dirichlet(np.ones(len(CLASSES)), 3)
    coding = talk("She rang.", "When was it?", "On Monday night.")
    assert spent(coding, likely) == spent(coding, likely.copy())


def test_direct_practice_has_none_of_it() -> None:
    assert not spent(session(worker("open")), None)
    assert not spent(session(worker("open")), certain("HOW"))


def test_without_anybody_asked_there_are_no_shares_and_a_reason() -> None:
    found = spent(talk("She rang.", "When?"), None)
    assert list(found) == [code.lower() for code in TIME_USE]
    assert {one.reason for one in found.values()} == {NOT_ASKED}


def test_probabilities_of_other_lines_are_refused() -> None:
    with pytest.raises(ValueError, match="one probability for each line"):
        spent(talk("She rang.", "When?"), certain("HOW"))


def test_a_line_is_given_a_code_only_where_it_is_likely_enough() -> None:
    likely = np.concatenate([0.6 * certain("FAM") + 0.4 * certain("WHY"), certain("HOW"), certain("-")])
    assert stated(likely, {"FAM": 0.5}) == ("FAM", None, None)
    assert stated(likely, {"FAM": 0.7, "HOW": 0.9}) == (None, "HOW", None)
    assert stated(np.zeros((0, len(CLASSES))), {"FAM": 0.5}) == ()
