"""The figures that "About scores" tells: counts and rates as the measurements left them, with nothing rounded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from pydantic import TypeAdapter

FILE = "figures.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """A code, or flags of one direction, as it was measured: how often it was there, found rightly, wrongly, missed.

    ``off``: it is not stated by default.
    """

    name: str
    there: int
    right: int
    wrong: int
    missed: int
    off: bool

    @property
    def precision(self) -> float | None:
        """The share of its findings that were right, None where it never found any."""
        found = self.right + self.wrong
        return self.right / found if found else None

    @property
    def recall(self) -> float | None:
        """The share of what was there that it found, None where there was none."""
        return self.right / self.there if self.there else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """Suggested scores beside a person's: ``compared`` pairs, the shares that were the same, and at most one apart.

    ``inside`` is the share of people's scores within the suggested interval; None where it was not told.
    """

    name: str
    compared: int
    same: float | None
    within_one: float | None
    inside: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Swapped:
    """The same sessions said in another way: the share of suggestions that became another number."""

    name: str
    swaps: int
    changed: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Everything. ``demonstrated`` are codes on demonstration conversations, ``invented`` those of invented ones alone.

    ``asked_precision`` and ``asked_recall`` are what a mark has to reach to be on. ``material`` holds conversations by
    where they come from; ``fitted_to`` sessions by setting.
    """

    coder: str
    judge: str
    asked_precision: float
    asked_recall: float
    material: Mapping[str, int]
    fitted_to: Mapping[str, int]
    demonstrations: int
    invented_sessions: int
    held_out_sessions: int
    demonstrated: tuple[Marked, ...]
    invented: tuple[Marked, ...]
    flags: tuple[Marked, ...]
    scores: Scored
    elements: tuple[Scored, ...]
    swaps: tuple[Swapped, ...]


@cache
def figures_type() -> TypeAdapter[Figures]:
    """What reads and writes the figures."""
    return TypeAdapter(Figures)


@cache
def figures() -> Figures:
    """The figures that come with the program."""
    return figures_type().validate_json(files("service.about_scores").joinpath(FILE).read_bytes())
