"""Runs a plan one step at a time, each in whatever process has it to do, over a store that all of them share."""

from __future__ import annotations

import time
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

from models.ports import Progress
from pipelines.execution.artefacts import Artefact
from pipelines.execution.local import Outcome, step_key
from pipelines.execution.plan import Plan, Step, Work


class Store(Protocol):
    """Where stage outputs are kept; see `pipelines.execution.artefacts.ArtefactStore`."""

    def get(self, stage: str, key: str, makes: type[Any]) -> Artefact | None:
        """The stored output, or None."""

    def making(self, stage: str, key: str) -> AbstractContextManager[Path]:
        """A private folder to work in."""

    def put(self, stage: str, key: str, record: object, seconds: float, part: Path) -> None:
        """Keep a stage's output."""


def keys_of(plan: Plan) -> dict[str, str]:
    """The content key of every step's output; known before any of them runs."""
    keys: dict[str, str] = {}
    for step in plan.steps:
        keys[step.name] = step_key(step, plan.root, keys)
    return keys


def made_by(plan: Plan, name: str, store: Store, progress: Progress) -> Artefact:
    """The output of one step: the stored one, or else computed now, and before it whatever it needs and is missing."""
    steps = {step.name: step for step in plan.steps}
    return _made(steps, steps[name], keys_of(plan), store, progress)


def all_made(plan: Plan, store: Store, progress: Progress) -> Outcome:
    """Every step's record and seconds, computing what is missing."""
    found = {step.name: made_by(plan, step.name, store, progress) for step in plan.steps}
    return Outcome(
        records={name: one.record for name, one in found.items()},
        seconds={name: one.seconds for name, one in found.items()},
    )


def _made(steps: dict[str, Step], step: Step, keys: dict[str, str], store: Store, progress: Progress) -> Artefact:
    key = keys[step.name]
    stored = store.get(step.name, key, step.makes)
    if stored is not None:
        return stored
    records = {name: _made(steps, steps[name], keys, store, progress).record for name in step.needs}
    with store.making(step.name, key) as part:
        started = time.monotonic()
        record = step.run(Work(records=records, folder=part, progress=progress))
        store.put(step.name, key, record, time.monotonic() - started, part)
    made = store.get(step.name, key, step.makes)
    if made is None:
        raise RuntimeError(f"the output of step {step.name} could not be read back")
    return made
