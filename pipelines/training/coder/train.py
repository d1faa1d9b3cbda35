"""Trains the coder from its sources: cross-validation, figures, then the coder itself from everything."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from models.coder.combination import Combination
from models.coder.linear import LinearModel, strongest
from models.records.coding import Coding
from pipelines.evaluation.coder.coded import CodedSet
from pipelines.evaluation.coder.document import INTERVALS, measures_document
from pipelines.labelled.annomi import read_annomi
from pipelines.labelled.records import Labelled
from pipelines.training.coder.combine_fit import PRECISION, USEFUL_RECALL, fit_combination
from pipelines.training.coder.honest import Figures, figures, unseen_of
from pipelines.training.coder.linear_fit import LinearSettings, fit_linear
from pipelines.training.coder.material import WRITTEN, Material, read_material
from pipelines.training.coder.unseen import Network, Tell, Trainer, cross_validate

METRICS = "metrics.json"
KEPT_NGRAMS = 40_000
"""How many n-grams the shipped linear part keeps, those that weigh most, so that it fits into the repository."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Where the material lies, and how it is split."""

    annomi: Path
    devset: Path
    written: Path = WRITTEN
    folds: int = 5
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainedCoder:
    """Everything a coder consists of, with its figures and the out-of-fold codings they come from.

    ``texts`` are all cleaned lines it learned from: their word pieces stay in the vocabulary.
    """

    linear: LinearModel
    network: Network
    combination: Combination
    figures: tuple[Figures, ...]
    coded: CodedSet
    texts: tuple[str, ...]
    metrics: dict[str, Any]

    @property
    def unseen(self) -> dict[str, Coding]:
        """The sessions' codings by coders that had not learned from them, by name: what a judge is measured on."""
        sessions = (one for one in self.coded.conversations if one.labelled.source != "annomi")
        return {one.labelled.name: one.coding for one in sessions}


def train_coder(
    sources: Sources,
    trainer_for: Callable[[Sequence[Material]], Trainer],
    settings: LinearSettings,
    work: Path,
    tell: Tell,
) -> TrainedCoder:
    """Cross-validate, measure, and train on everything. Finished folds in ``work`` are taken as they are."""
    material = read_material(sources.annomi, sources.devset, sources.written, folds=sources.folds, seed=sources.seed)
    trainer = trainer_for(material)
    scored = cross_validate(material, trainer, settings, work, tell)
    measured, coded = figures(material, scored, gold_of(sources.annomi, material))
    linear = strongest(fit_linear(material, settings, partial(tell, "linear, everything")), KEPT_NGRAMS)
    network = trainer.train(range(len(material)), partial(tell, "network, everything"))
    combination = fit_combination(unseen_of(material, scored))
    return TrainedCoder(
        linear=linear,
        network=network,
        combination=combination,
        figures=measured,
        coded=coded,
        texts=tuple(text for one in material for text in one.texts),
        metrics=_metrics(sources, trainer, settings, material, measured) | {"decisions": decisions_of(combination)},
    )


def gold_of(annomi: Path, material: Sequence[Material]) -> list[Labelled]:
    """The labels that are measured against: of AnnoMI's first annotator, and everybody else's as they are."""
    first = {one.name: one for one in read_annomi(annomi)}
    return [first[one.labelled.name] if one.labelled.source == "annomi" else one.labelled for one in material]


def _metrics(
    sources: Sources,
    trainer: Trainer,
    settings: LinearSettings,
    material: Sequence[Material],
    measured: Sequence[Figures],
) -> dict[str, Any]:
    lines: dict[str, int] = {}
    conversations: dict[str, int] = {}
    for one in material:
        source = one.labelled.source
        lines[source] = lines.get(source, 0) + len(one.texts)
        conversations[source] = conversations.get(source, 0) + (len(one.texts) > 1)
    return {
        "schema_version": 1,
        "folds": sources.folds,
        "seed": sources.seed,
        "intervals": INTERVALS,
        "precision": PRECISION,
        "useful_recall": USEFUL_RECALL,
        "material": {"lines": lines, "conversations": conversations},
        "network": trainer.facts,
        "linear": {name: getattr(settings, name) for name in settings.__slots__},
        "results": [{"data": one.data, **measures_document(one.measures)} for one in measured],
    }


def decisions_of(combination: Combination) -> dict[str, Any]:
    """What the coder as shipped states: each code's and flag's threshold (None: off), and why something is off."""
    return {
        "codes": {code: threshold for head in combination.heads.values() for code, threshold in head.sure.items()},
        "flags": {name: one.threshold for name, one in combination.evidence.items()},
        "off": dict(combination.off),
    }


def metrics_text(metrics: dict[str, Any]) -> str:
    """The metrics as they are written to ``metrics.json``."""
    return json.dumps(metrics, indent=1, ensure_ascii=False, default=str) + "\n"
