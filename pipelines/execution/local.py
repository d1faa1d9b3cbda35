"""Runs a plan in this process, one step after the other, taking stored outputs where they are."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from pipelines.execution.artefacts import ArtefactStore, content_key
from pipelines.execution.plan import Plan, Step, Work


class Watcher(Protocol):
    """Told what happens while a plan runs."""

    def begins(self, step: str) -> None:
        """A step starts."""

    def progresses(self, step: str, fraction: float) -> None:
        """How far it is, from 0 to 1."""

    def ends(self, step: str, seconds: float, stored: bool) -> None:
        """It is done; ``stored`` if its output was there already."""


class Silence:
    """A watcher that says nothing."""

    def begins(self, step: str) -> None:
        """Nothing."""

    def progresses(self, step: str, fraction: float) -> None:
        """Nothing."""

    def ends(self, step: str, seconds: float, stored: bool) -> None:
        """Nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The records that a plan made, by step, and the seconds each took when it was computed."""

    records: dict[str, Any]
    seconds: dict[str, float]


def step_key(step: Step, root: str, keys: dict[str, str]) -> str:
    """The content key of a step's output: everything that decides it, and nothing else."""
    engine = None if step.engine is None else asdict(step.engine)
    return content_key(root, step.name, step.version, engine, dict(step.options), [keys[name] for name in step.needs])


def run_plan(plan: Plan, store: ArtefactStore, watcher: Watcher | None = None) -> Outcome:
    """Run every step whose output is not stored yet.

    A step that raises leaves the outputs of the steps before it; nothing of its own stays.
    """
    told = watcher or Silence()
    keys: dict[str, str] = {}
    records: dict[str, Any] = {}
    seconds: dict[str, float] = {}
    for step in plan.steps:
        keys[step.name] = key = step_key(step, plan.root, keys)
        told.begins(step.name)
        artefact = store.get(step.name, key, step.makes)
        stored = artefact is not None
        if artefact is None:
            _compute(step, key, records, store, told)
            artefact = store.get(step.name, key, step.makes)
            if artefact is None:
                raise RuntimeError(f"the output of step {step.name} could not be read back")
        records[step.name], seconds[step.name] = artefact.record, artefact.seconds
        told.ends(step.name, artefact.seconds, stored)
    return Outcome(records=records, seconds=seconds)


def _compute(step: Step, key: str, records: dict[str, Any], store: ArtefactStore, told: Watcher) -> None:
    with store.making(step.name, key) as part:
        given = {name: records[name] for name in step.needs}
        work = Work(records=given, folder=part, progress=lambda fraction: told.progresses(step.name, fraction))
        started = time.monotonic()
        record = step.run(work)
        store.put(step.name, key, record, time.monotonic() - started, part)
