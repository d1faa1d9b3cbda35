"""What the time-use classifier learns from: coded supervisions, and single utterances flagged for one thing."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.coder.text import bare, clean
from models.coder.time_use.codes import CLASSES
from models.errors import BadInputError
from models.records.coding import Setting
from pipelines.labelled.devset import read_devset
from pipelines.labelled.records import Gold, Labelled
from pipelines.stages.measuring.floor import spoken_words
from pipelines.training.coder.material import WRITTEN

KINDRED = {
    "sup_practice_focus": "HOW",
    "sup_child_focus": "CHILD",
    "sup_analysis": "WHY",
    "sup_family_voice": "FAM",
    "sup_clarity_risk_need": "RISK",
    "sup_empathy_support": "FEEL",
}
"""Dimensions whose evidence, for or against, is talk of one time-use code. A hint to learn from, never measured on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coded:
    """A supervision with a code for each line: its texts as written and bare, [lines] places in CLASSES, and words."""

    name: str
    texts: tuple[str, ...]
    bare: tuple[str, ...]
    codes: NDArray[np.intp]
    words: NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """A single utterance whose flags speak for one code."""

    text: str
    code: int


def read_coded(folder: Path = WRITTEN) -> tuple[Coded, ...]:
    """Every supervision of the invented material whose lines all have a code, by name. Raises BadInputError."""
    held = [*read_devset(folder / "devset"), *read_devset(folder / "sessions", "written")]
    found = [_coded(one) for one in held if len(one.gold) > 1 and all(gold.time_use for gold in one.gold)]
    if len(found) < 2:
        raise BadInputError("Fewer than two supervisions have a time_use on every turn. Code some first.")
    return tuple(sorted(found, key=lambda one: one.name))


def read_hints(folder: Path = WRITTEN) -> tuple[Hint, ...]:
    """The single utterances of supervisors that hint at one code. Raises BadInputError."""
    found = []
    for one in read_devset(folder / "utterances", "written"):
        codes = _kindred(one.gold[0])
        if one.conversation.setting is Setting.SUPERVISION and len(codes) == 1:
            found.append(Hint(text=clean(one.conversation.lines[0].text), code=CLASSES.index(codes.pop())))
    return tuple(found)


def digest_of(sessions: Sequence[Coded], hints: Sequence[Hint]) -> str:
    """SHA-256 of everything that is learned from."""
    whole = hashlib.sha256()
    for one in sessions:
        whole.update("\n".join((one.name, *one.texts)).encode())
        whole.update(one.codes.astype(np.int64).tobytes())
    for hint in hints:
        whole.update(f"{hint.code} {hint.text}\n".encode())
    return whole.hexdigest()


def _coded(one: Labelled) -> Coded:
    lines = one.conversation.lines
    return Coded(
        name=one.name,
        texts=tuple(clean(line.text) for line in lines),
        bare=tuple(bare(line.text) for line in lines),
        codes=np.array([CLASSES.index(gold.time_use or "") for gold in one.gold], np.intp),
        words=np.array([len(spoken_words(line.text)) for line in lines], np.float64),
    )


def _kindred(gold: Gold) -> set[str]:
    labels = gold.labels or ()
    return {KINDRED[label.element] for label in labels if label.element in KINDRED}
