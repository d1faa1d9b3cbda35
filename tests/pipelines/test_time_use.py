"""A scored supervision says what it was spent on, as far as that can be told; a scored visit does not."""

from __future__ import annotations

import re
from pathlib import Path

from models.coder.time_use.codes import TIME_USE
from models.records.coding import Setting
from models.records.scoring import Circumstances, Measure, Scoring
from pipelines.judges.transparent import TransparentJudge
from pipelines.rubrics import shipped_rubric
from pipelines.scoring import score_coding
from pipelines.stages.time_use import measure_name
from pipelines.time_use import NOT_TELLING, TELLING, time_use_of
from tests.stages.codings import parent, session, supervisor, worker

TALK = (
    supervisor(text="When you're stood at the door on Thursday, how will you put it to her?"),
    worker(text="I'd say, I've come about the letter, and I'd like to hear how it was for you."),
    supervisor(text="Try it on me. I'm Mum. What's your first sentence?"),
    worker(text="Hello, it's only me. Have you got ten minutes to talk about the letter?"),
)


def scored(setting: Setting) -> Scoring:
    lines = TALK if setting is Setting.SUPERVISION else (worker("open"), parent())
    return score_coding(session(*lines, setting=setting), TransparentJudge(), shipped_rubric(setting), Circumstances())


def time_use(setting: Setting) -> dict[str, Measure]:
    return {one.name: one for one in scored(setting).measures if one.name.startswith("time_use_")}


def test_a_supervision_has_the_shares_that_tell_something() -> None:
    found = time_use(Setting.SUPERVISION)
    assert len(found) == len(TIME_USE)
    assert {name for name, one in found.items() if one.value is not None} == {measure_name(code) for code in TELLING}


def test_a_share_that_tells_nothing_says_that_it_is_switched_off() -> None:
    found = time_use(Setting.SUPERVISION)
    assert {one.reason for one in found.values() if one.value is None} == {NOT_TELLING}


def test_what_is_switched_off_is_what_the_published_figures_say() -> None:
    """Nearer than the average of other sessions, and in about the sessions' order."""
    table = Path("docs/time-use.md").read_text("utf-8").split("| Code | Coded |")[1]
    rows = re.findall(r"^\| ([A-Z]+) \|[^|]*\|[^|]*\| ([\d.]+) \| ([\d.]+) \| (-?[\d.]+) \|", table, re.MULTILINE)
    assert len(rows) == len(TIME_USE)
    assert {code for code, error, usual, order in rows if error < usual and float(order) >= 0.4} == set(TELLING)


def test_a_visit_has_none() -> None:
    assert not time_use(Setting.DIRECT_PRACTICE)
    assert time_use_of(session(worker("open"))) is None


def test_the_shares_are_the_same_each_time() -> None:
    assert scored(Setting.SUPERVISION) == scored(Setting.SUPERVISION)


def test_the_rubric_explains_no_time_use_measure_that_there_is_not() -> None:
    """Its elements name measures; those on time use are all computed."""
    named = {name for element in shipped_rubric(Setting.SUPERVISION).elements for name in element.measures}
    held = {one.name for one in scored(Setting.SUPERVISION).measures}
    assert {name for name in named if name.startswith("time_use_")} <= held
