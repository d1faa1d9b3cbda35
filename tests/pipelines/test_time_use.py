"""A scored supervision says what it was spent on; a scored visit does not."""

from __future__ import annotations

import pytest

from models.records.coding import Setting
from models.records.scoring import Circumstances, Scoring
from pipelines.judges.transparent import TransparentJudge
from pipelines.rubrics import shipped_rubric
from pipelines.scoring import score_coding
from pipelines.time_use import time_use_of
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


def test_a_supervision_has_shares_that_add_up_and_a_sentence_on_them() -> None:
    found = scored(Setting.SUPERVISION)
    held = {one.name: one.value for one in found.measures if one.name.startswith("time_use_")}
    assert sum(value or 0.0 for value in held.values()) == pytest.approx(1)
    assert max(held, key=lambda name: held[name] or 0.0) == "time_use_how"
    assert sum("on how the worker will do it" in note for note in found.notes) == 1


def test_a_visit_has_neither() -> None:
    found = scored(Setting.DIRECT_PRACTICE)
    assert not [one for one in found.measures if one.name.startswith("time_use_")]
    assert not [note for note in found.notes if "on how the worker" in note]
    assert time_use_of(session(worker("open"))) is None


def test_the_sentence_and_the_shares_are_the_same_each_time() -> None:
    assert scored(Setting.SUPERVISION) == scored(Setting.SUPERVISION)


def test_the_rubric_explains_no_time_use_measure_that_there_is_not() -> None:
    """Its elements name measures; those on time use are all computed."""
    named = {name for element in shipped_rubric(Setting.SUPERVISION).elements for name in element.measures}
    held = {one.name for one in scored(Setting.SUPERVISION).measures}
    assert {name for name in named if name.startswith("time_use_")} <= held
