"""Fits the transparent judge's scale to flagged and scored sessions: ``python -m pipelines.training.judge.fit [FILE]``.

By maximum likelihood of an ordinal logistic, with the leans of the elements pulled to 0. It learns from flags that
people gave, each a whole piece; at run time the coder's probabilities take their place, and their doubt is carried
through.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from models.records.coding import Setting
from models.records.scoring import SCORES
from pipelines.judges.scale import FILE, Scale, document_of
from pipelines.judges.tally import USUAL_WORDS
from pipelines.labelled.devset import read_devset
from pipelines.labelled.records import Labelled
from pipelines.training.coder.material import DEVSET, WRITTEN

SESSIONS = Path(__file__).parent / "data"
"""Scored sessions that only the judge learns from."""

WEIGHT = {"devset": 3.0}
"""How much a session counts by its source: the development set's scores come from the author of its flags."""

BALANCE = 0.75
"""From 0 to 1: how far rare scores are weighted up. Nearly half of all scores are 3; a judge must not lean on that."""

_PULL = 2.0
_SHRINK = 0.1

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One element of one session: how many pieces people flagged, per usual length, and the score they gave."""

    session: str
    element: str
    pieces_for: float
    pieces_against: float
    score: int
    weight: float


def examples_of(sessions: Iterable[Labelled]) -> list[Example]:
    """Every scored element of the sessions; elements without a number are left out."""
    found = []
    for one in sessions:
        per_usual = USUAL_WORDS / max(USUAL_WORDS, _words(one))
        flagged = [name for gold in one.gold for name in {label.evidence for label in gold.labels or ()}]
        found += [
            Example(
                session=one.name,
                element=element,
                pieces_for=flagged.count(f"{element}+") * per_usual,
                pieces_against=flagged.count(f"{element}-") * per_usual,
                score=int(given.score),
                weight=WEIGHT.get(one.source, 1.0),
            )
            for element, given in one.scores.items()
            if isinstance(given.score, int)
        ]
    return found


def _words(one: Labelled) -> int:
    role = one.conversation.setting.scored_role
    return sum(len(line.text.split()) for line in one.conversation.lines if line.role is role)


def balanced(examples: Sequence[Example]) -> list[Example]:
    """The same examples with rare scores weighted up."""
    held = np.bincount([one.score for one in examples], [one.weight for one in examples], minlength=6)
    lift = {score: (held.sum() / 5 / held[score]) ** BALANCE for score in SCORES if held[score]}
    return [replace(one, weight=one.weight * lift[one.score]) for one in examples]


def fit_scale(given: Sequence[Example]) -> Scale:
    """The scale most likely to give these scores. Raises ValueError without examples."""
    if not given:
        raise ValueError("a scale is fitted to scored sessions, and there are none")
    examples = balanced(given)
    elements = sorted({one.element for one in examples})
    which = np.array([elements.index(one.element) for one in examples])
    ups = np.array([one.pieces_for for one in examples])
    downs = np.array([one.pieces_against for one in examples])
    scores = np.array([one.score for one in examples]) - 1
    weights = np.array([one.weight for one in examples])

    def unlikely(flat: Floats) -> float:
        scale = _scale(flat, elements)
        places = scale.place(ups, downs) + flat[6:][which]
        chances = scale.at(places)[np.arange(len(scores)), scores]
        pulled = _PULL * float((flat[6:] ** 2).sum()) + _SHRINK * float((flat[:2] ** 2).sum())
        return float(-(weights * np.log(chances + 1e-9)).sum()) + pulled

    start = np.concatenate([[0.0, 0.0, -3.0, 0.5, 0.5, 0.5], np.zeros(len(elements))])
    return _scale(minimize(unlikely, start, method="L-BFGS-B").x, elements)


def _scale(flat: Floats, elements: Sequence[str]) -> Scale:
    """Slopes as logarithms, cuts as a first one and logarithms of the steps, leans."""
    first, second, third, fourth = np.cumsum(np.concatenate([[flat[2]], np.exp(flat[3:6])]))
    return Scale(
        up=float(np.exp(flat[0])),
        down=float(np.exp(flat[1])),
        cuts=(float(first), float(second), float(third), float(fourth)),
        lean={element: float(value) for element, value in zip(elements, flat[6:], strict=True)},
    )


def fit_scales(sessions: Sequence[Labelled]) -> Mapping[Setting, Scale]:
    """One scale for each setting."""
    return {
        setting: fit_scale(examples_of(one for one in sessions if one.conversation.setting is setting))
        for setting in Setting
    }


def scored_sessions() -> list[Labelled]:
    """Every session of the project's own material that was scored to learn from."""
    sessions = [*read_devset(DEVSET), *read_devset(WRITTEN / "sessions", "written"), *read_devset(SESSIONS, "written")]
    return [one for one in sessions if one.scores]


def main(out: Path) -> None:
    """Fit and write the numbers."""
    sessions = scored_sessions()
    scales = fit_scales(sessions)
    document = {
        "schema_version": 1,
        "fitted_to": {
            setting.value: {
                "sessions": sum(one.conversation.setting is setting for one in sessions),
                "scores": len(examples_of(one for one in sessions if one.conversation.setting is setting)),
            }
            for setting in Setting
        },
        "settings": {setting.value: document_of(scale) for setting, scale in scales.items()},
    }
    out.write_text(json.dumps(document, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path("pipelines/judges") / FILE)
