"""Running a plan in this process."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from models.records.provenance import Engine
from pipelines.execution.artefacts import ArtefactStore
from pipelines.execution.local import run_plan
from pipelines.execution.plan import Plan, Step, Work


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A record."""

    value: int


class Counting:
    """A plan of two steps that counts how often each ran."""

    def __init__(self) -> None:
        self.ran: list[str] = []
        self.fail = False

    def one(self, work: Work) -> Number:
        self.ran.append("one")
        return Number(value=1)

    def two(self, work: Work) -> Number:
        self.ran.append("two")
        if self.fail:
            raise RuntimeError
        work.progress(0.5)
        return Number(value=work.records["one"].value + 1)

    def plan(self, *, root: str = "r", engine: str = "e", option: int = 0, version: int = 1) -> Plan:
        first = Step(name="one", version=1, makes=Number, run=self.one, engine=Engine(name=engine, version="1"))
        second = Step(
            name="two", version=version, makes=Number, run=self.two, needs=("one",), options={"option": option}
        )
        return Plan(root=root, steps=(first, second))


def test_steps_run_in_order_and_hand_on_their_records(tmp_path: Path) -> None:
    """The second step sees what the first made."""
    counting = Counting()
    outcome = run_plan(counting.plan(), ArtefactStore(tmp_path))
    assert outcome.records["two"] == Number(value=2)
    assert counting.ran == ["one", "two"]


def test_the_same_plan_again_runs_nothing_and_keeps_its_times(tmp_path: Path) -> None:
    """Stored outputs are taken, with the seconds they took at first."""
    counting = Counting()
    first = run_plan(counting.plan(), ArtefactStore(tmp_path))
    second = run_plan(counting.plan(), ArtefactStore(tmp_path))
    assert counting.ran == ["one", "two"]
    assert second == first


@pytest.mark.parametrize(
    ("change", "again"),
    [
        ({"root": "other"}, ["one", "two"]),
        ({"engine": "other"}, ["one", "two"]),
        ({"option": 1}, ["two"]),
        ({"version": 2}, ["two"]),
    ],
)
def test_a_change_redoes_only_what_depends_on_it(tmp_path: Path, change: dict[str, object], again: list[str]) -> None:
    """A new recording or engine redoes all that follows; a later option only its own step."""
    counting = Counting()
    run_plan(counting.plan(), ArtefactStore(tmp_path))
    counting.ran.clear()
    run_plan(counting.plan(**change), ArtefactStore(tmp_path))  # type: ignore[arg-type]
    assert counting.ran == again


def test_after_a_failure_only_the_failed_step_runs_again(tmp_path: Path) -> None:
    """Finished stages are kept."""
    counting = Counting()
    counting.fail = True
    with pytest.raises(RuntimeError):
        run_plan(counting.plan(), ArtefactStore(tmp_path))
    counting.fail = False
    counting.ran.clear()
    run_plan(counting.plan(), ArtefactStore(tmp_path))
    assert counting.ran == ["two"]


def test_a_step_cannot_need_what_comes_later() -> None:
    """A plan that could not run is refused when it is written."""
    step = Step(name="one", version=1, makes=Number, run=Counting().one, needs=("two",))
    with pytest.raises(ValueError, match="come later or never"):
        Plan(root="r", steps=(step,))
