"""Where a number of pieces of evidence lies on the scale from 1 to 5: the only fitted numbers of the transparent judge.

A session's place is ``up`` x log(1 + pieces for) - ``down`` x log(1 + pieces against) + the element's ``lean``; the
chance of each score follows from the place by a cumulative logistic with four ``cuts``. ``up`` and ``down`` are never
negative: more evidence for never lowers a suggestion, more against never raises it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.records.coding import Setting

Chances = NDArray[np.floating]

FILE = "transparent.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """The numbers of one setting; an element without a ``lean`` of its own has 0."""

    up: float
    down: float
    cuts: tuple[float, float, float, float]
    lean: Mapping[str, float] = field(default_factory=dict)

    def chances(self, pieces_for: Chances, pieces_against: Chances, element: str) -> Chances:
        """Chances of the scores 1 to 5, [..., 5], for numbers of pieces [...] that need not be whole."""
        return self.at(self.place(pieces_for, pieces_against) + self.lean.get(element, 0.0))

    def place(self, pieces_for: Chances, pieces_against: Chances) -> Chances:
        """Where numbers of pieces lie, before an element's lean."""
        place: Chances = self.up * np.log1p(pieces_for) - self.down * np.log1p(pieces_against)
        return place

    def at(self, place: Chances) -> Chances:
        """Chances of the scores 1 to 5, [..., 5], at places [...]."""
        below = 1 / (1 + np.exp(np.clip(place[..., None] - np.asarray(self.cuts), -60, 60)))
        ends = np.zeros_like(below[..., :1])
        result: Chances = np.diff(np.concatenate([ends, below, ends + 1], -1), axis=-1)
        return result


def scale_of(document: Mapping[str, Any]) -> Scale:
    """A setting's numbers from what ``document_of`` wrote. Raises ValueError where they cannot be."""
    scale = Scale(
        up=float(document["up"]),
        down=float(document["down"]),
        cuts=tuple(float(cut) for cut in document["cuts"]),  # type: ignore[arg-type]
        lean={str(name): float(value) for name, value in document["lean"].items()},
    )
    if min(scale.up, scale.down) < 0 or list(scale.cuts) != sorted(scale.cuts) or len(scale.cuts) != 4:
        raise ValueError("the transparent judge's numbers are not in order")
    return scale


def document_of(scale: Scale) -> dict[str, object]:
    """A setting's numbers as they stand in the file, to four decimals."""
    return {
        "up": round(scale.up, 4),
        "down": round(scale.down, 4),
        "cuts": [round(cut, 4) for cut in scale.cuts],
        "lean": {name: round(value, 4) for name, value in sorted(scale.lean.items())},
    }


@cache
def shipped_scales() -> Mapping[Setting, Scale]:
    """The numbers that come with the program."""
    held = json.loads(files(__package__).joinpath(FILE).read_text("utf-8"))
    return {setting: scale_of(held["settings"][setting.value]) for setting in Setting}


@cache
def shipped_digest() -> str:
    """SHA-256 of the file with the numbers: it takes part in what a suggestion is known by."""
    return hashlib.sha256(files(__package__).joinpath(FILE).read_bytes()).hexdigest()
