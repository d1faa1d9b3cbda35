"""Cross-validation of the coder's two parts: every conversation scored by networks that did not learn from it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from models.coder.indicators import INDICATORS, INDICATORS_OF, indicator_slices
from models.coder.linear import LinearModel
from models.coder.lines import role_number
from pipelines.training.coder.linear_fit import LinearSettings, fit_linear
from pipelines.training.coder.material import Material

Array = NDArray[np.float32]
Tell = Callable[[str, float], None]
"""Told what is being done and how far it is, from 0 to 1."""

VARIANTS = ("as written", "bare")


class Network(Protocol):
    """A trained network of one fold."""

    def scores(self, place: int, *, stripped: bool) -> tuple[Array, Array]:
        """Scores of the conversation at a place of the material: [lines, outputs] and [lines, indicators]."""


class Trainer(Protocol):
    """Trains networks on the material it was given (see models/adapters/torch_coder_training.py)."""

    @property
    def facts(self) -> dict[str, object]:
        """Everything that decides what it trains: encoder digest and settings."""

    def train(self, places: Sequence[int], progress: Callable[[float], None]) -> Network:
        """A network trained on the conversations at these places of the material."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """One conversation out of fold: scores for each variant of its text, [lines, outputs] and [lines, indicators]."""

    place: int
    linear: tuple[Array, Array]
    network: tuple[Array, Array]
    indicators: tuple[Array, Array]


def roles_of(material: Material) -> NDArray[np.int64]:
    """The role numbers of a conversation's lines."""
    conversation = material.conversation
    return np.array([role_number(line, conversation) for line in conversation.lines], np.int64)


def indicator_targets(material: Material) -> Array:
    """[lines, indicators]: 1 for a given indicator, 0 for others of the same evidence, NaN where none was given."""
    targets = np.full((len(material.texts), len(INDICATORS)), np.nan, np.float32)
    slices = indicator_slices()
    for row, gold in zip(targets, material.labelled.gold, strict=True):
        given = {label.indicator for label in gold.labels or ()}
        for evidence in {label.evidence for label in gold.labels or ()}:
            row[slices[evidence]] = [float(name in given) for name in INDICATORS_OF[evidence]]
    return targets


def cross_validate(
    material: Sequence[Material], trainer: Trainer, settings: LinearSettings, work: Path, tell: Tell
) -> tuple[Scored, ...]:
    """Score every measured conversation out of fold; a finished fold in ``work`` with the same facts is taken as is."""
    found: dict[int, Scored] = {}
    for fold in sorted({one.fold for one in material} - {-1}):
        key = _key(material, trainer, settings, fold)
        held = work / f"fold-{fold}-{key}.safetensors"
        test = [place for place, one in enumerate(material) if one.fold == fold]
        if not held.is_file():
            learn = [place for place, one in enumerate(material) if one.fold != fold]
            linear = fit_linear([material[place] for place in learn], settings, partial(tell, f"linear, fold {fold}"))
            network = trainer.train(learn, partial(tell, f"network, fold {fold}"))
            _write(held, [_score(place, material[place], linear, network) for place in test])
        found.update({one.place: one for one in read_fold(held, test)})
        tell(f"fold {fold}", 1.0)
    return tuple(found[place] for place in sorted(found))


def _key(material: Sequence[Material], trainer: Trainer, settings: LinearSettings, fold: int) -> str:
    digest = sha256(json.dumps([str(settings), trainer.facts, fold], sort_keys=True, default=str).encode())
    for one in material:
        digest.update(f"{one.labelled.source} {one.labelled.name} {one.fold} {one.weight}".encode())
        digest.update("\n".join(one.texts).encode())
        digest.update(one.targets.tobytes())
    return digest.hexdigest()[:16]


def _score(place: int, one: Material, linear: LinearModel, network: Network) -> Scored:
    judged = [network.scores(place, stripped=stripped) for stripped in (False, True)]
    return Scored(
        place=place,
        linear=(linear.scores(one.texts), linear.scores(one.bare)),
        network=(judged[0][0], judged[1][0]),
        indicators=(judged[0][1], judged[1][1]),
    )


def _write(path: Path, scored: Sequence[Scored]) -> None:
    tensors = {}
    for one in scored:
        for part in ("linear", "network", "indicators"):
            for variant in (0, 1):
                tensors[f"{one.place}.{part}.{variant}"] = np.ascontiguousarray(getattr(one, part)[variant])
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".part")
    save_file(tensors, unfinished)
    unfinished.replace(path)


def read_fold(path: Path, places: Sequence[int]) -> list[Scored]:
    """The scores of a finished fold, which holds the conversations at these places."""
    tensors = load_file(path)
    return [
        Scored(
            place=place,
            **{
                part: (tensors[f"{place}.{part}.0"], tensors[f"{place}.{part}.1"])
                for part in ("linear", "network", "indicators")
            },
        )
        for place in places
    ]
