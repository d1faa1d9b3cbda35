"""A plan: named stages in order, each with what it needs, what it makes and what decides its result."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from models.ports import Progress
from models.records.provenance import Engine


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What a stage is given: earlier stages' records by name, a private folder for files, and whom to tell progress."""

    records: Mapping[str, Any]
    folder: Path
    progress: Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One stage in a plan.

    ``version`` is raised when the stage's code changes its results. ``options`` are the settings that decide
    the result besides the engine. ``run`` turns the work into a record of type ``makes``.
    """

    name: str
    version: int
    makes: type
    run: Callable[[Work], Any]
    needs: tuple[str, ...] = ()
    engine: Engine | None = None
    options: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Steps in the order in which they run; ``root`` is what the first depends on, such as a recording's digest."""

    root: str
    steps: tuple[Step, ...]

    def __post_init__(self) -> None:
        known: set[str] = set()
        for step in self.steps:
            if missing := set(step.needs) - known:
                raise ValueError(f"step {step.name} needs {sorted(missing)}, which come later or never")
            if step.name in known:
                raise ValueError(f"two steps are called {step.name}")
            known.add(step.name)
