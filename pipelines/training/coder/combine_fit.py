"""Fits how the two networks' scores combine: calibrated out of fold, choices for rare classes, thresholds by precision.

Everything here sees only scores of conversations that neither network was trained on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from models.coder.combination import Combination, EvidenceCombination, HeadCombination, log_softmax
from models.coder.labels import EVIDENCE, HEADS, NONE, Head, output_slices
from pipelines.training.coder.material import Material

PRECISION = 0.6
USEFUL_RECALL = 0.15
"""What a code or flag must reach out of fold to be stated at all."""

_FROM_ANNOMI = frozenset({"behaviour", "question", "reflection", "input"})
_CHOICES = np.exp(np.arange(-0.9, 1.81, 0.15))
_PULL = 4.0
_ENOUGH = 20

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    """One conversation with the scores of networks that did not learn from it, each [lines, outputs]."""

    material: Material
    linear: NDArray[np.float32]
    network: NDArray[np.float32]


def fit_combination(unseen: Sequence[Unseen]) -> Combination:
    """The combination fitted to conversations scored out of fold."""
    off: dict[str, str] = {}
    heads = {head.name: _fit_head(head, unseen, off) for head in HEADS}
    evidence = _fit_evidence([one for one in unseen if len(one.linear) > 1], off)
    return Combination(heads=heads, evidence=evidence, off=off)


def _speaks_for(head: Head, one: Unseen) -> bool:
    """Whether a conversation's labels for this head are of the kind that the head is calibrated on."""
    source = one.material.labelled.source
    if head.name == "talk":
        return True
    return (source == "annomi") == (head.name in _FROM_ANNOMI) and len(one.linear) > 1


def _fit_head(head: Head, unseen: Sequence[Unseen], off: dict[str, str]) -> HeadCombination:
    at = output_slices()[head.name]
    rows = [one for one in unseen if _speaks_for(head, one)]
    linear = np.concatenate([one.linear[:, at] for one in rows]).astype(float)
    network = np.concatenate([one.network[:, at] for one in rows]).astype(float)
    shares = np.concatenate([one.material.targets[:, at] for one in rows]).astype(float)
    judged = ~np.isnan(shares[:, 0])
    linear, network, shares = log_softmax(linear[judged]), log_softmax(network[judged]), shares[judged]
    classes = len(head.classes)

    def value(flat: Floats) -> tuple[float, Floats]:
        logs = log_softmax(flat[0] * linear + flat[1] * network + flat[2:])
        error = np.exp(logs) - shares
        slope = np.concatenate([[(error * linear).sum(), (error * network).sum()], error.sum(0)])
        pulled = flat - start
        return float(-(shares * logs).sum() + 0.5 * _PULL * pulled @ pulled), slope + _PULL * pulled

    start = np.concatenate([[0.5, 0.5], np.zeros(classes)])
    bounds = [(0.0, 4.0), (0.0, 4.0), *[(None, None)] * classes]
    found = minimize(value, start, jac=True, method="L-BFGS-B", bounds=bounds).x
    probabilities = np.exp(log_softmax(found[0] * linear + found[1] * network + found[2:]))
    gold = shares.argmax(1)
    choice = _choose(probabilities, gold)
    return HeadCombination(
        linear=round(float(found[0]), 5),
        network=round(float(found[1]), 5),
        bias=tuple(round(float(value), 5) for value in found[2:]),
        choice=tuple(round(float(value), 5) for value in choice),
        sure=_sure(head, probabilities, (probabilities * choice).argmax(1), gold, off),
    )


def _choose(probabilities: Floats, gold: NDArray[np.intp]) -> Floats:
    """Weights of the classes that give the best macro-F1, found one class at a time on a coarse grid."""
    choice = np.ones(probabilities.shape[1])
    best = macro_f1((probabilities * choice).argmax(1), gold, len(choice))
    for _ in range(3):
        for place in range(len(choice)):
            for weight in _CHOICES:
                tried = choice.copy()
                tried[place] = weight
                reached = macro_f1((probabilities * tried).argmax(1), gold, len(choice))
                if reached > best + 1e-6:
                    best, choice = reached, tried
    result: Floats = choice / choice.max()
    return result


def macro_f1(answers: NDArray[np.intp], gold: NDArray[np.intp], classes: int) -> float:
    """The mean F1 of the classes that occur."""
    table = np.bincount(gold * classes + answers, minlength=classes * classes).reshape(classes, classes)
    right = np.diag(table)
    whole = table.sum(0) + table.sum(1)
    return float((2 * right[whole > 0] / whole[whole > 0]).mean())


def _sure(
    head: Head, probabilities: Floats, answers: NDArray[np.intp], gold: NDArray[np.intp], off: dict[str, str]
) -> dict[str, float]:
    sure = {}
    for place, code in enumerate(head.codes):
        if code == NONE:
            continue
        chance = np.where(answers == place, probabilities[:, place], 0.0)
        threshold = best_threshold(chance, gold == place, lambda precision, recall: recall)
        if threshold is None:
            off[code] = _reason(int((gold == place).sum()))
        else:
            sure[code] = threshold
    return sure


def best_threshold(chance: Floats, there: NDArray[np.bool_], worth: Callable[[float, float], float]) -> float | None:
    """The threshold of most worth among those that keep the precision at a useful recall; None without one."""
    order = np.argsort(-chance, kind="stable")
    order = order[chance[order] > 0]
    right = np.cumsum(there[order])
    best: tuple[float, float] | None = None
    for place in range(len(order)):
        if place + 1 < len(order) and chance[order[place + 1]] == chance[order[place]]:
            continue
        precision, recall = right[place] / (place + 1), right[place] / max(1, int(there.sum()))
        if precision >= PRECISION and recall >= USEFUL_RECALL:
            reached = worth(float(precision), float(recall))
            if best is None or reached > best[0]:
                following = float(chance[order[place + 1]]) if place + 1 < len(order) else 0.0
                best = reached, (float(chance[order[place]]) + following) / 2
    return None if best is None else round(best[1], 5)


def _reason(support: int) -> str:
    return (
        f"Out of fold ({support} examples) it never was right in {PRECISION:.0%} of its findings while finding "
        f"{USEFUL_RECALL:.0%} of what was there. Do not flag."
    )


def _f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall)


def _fit_evidence(sessions: Sequence[Unseen], off: dict[str, str]) -> dict[str, EvidenceCombination]:
    """Every evidence near what all share: their slopes are pulled to common ones, since examples are few."""
    start = output_slices()["evidence"].start
    columns = []
    for place in range(len(EVIDENCE)):
        held = [
            (one.linear[:, start + place], one.network[:, start + place], one.material.targets[:, start + place])
            for one in sessions
        ]
        linear, network, there = (np.concatenate(part).astype(float) for part in zip(*held, strict=True))
        judged = ~np.isnan(there)
        columns.append((linear[judged], network[judged], there[judged]))
    common = np.array([0.5, 0.5])
    for _ in range(3):
        fitted = [_fit_one(*column, common) for column in columns]
        known = [one[:2] for one, column in zip(fitted, columns, strict=True) if column[2].sum() >= _ENOUGH]
        common = np.mean(known, 0) if known else common
    evidence = {}
    for name, found, (linear, network, there) in zip(EVIDENCE, fitted, columns, strict=True):
        chance = 1 / (1 + np.exp(-(found[0] * linear + found[1] * network + found[2])))
        threshold = best_threshold(chance, there > 0, _f1)
        if threshold is None:
            off[name] = _reason(int(there.sum()))
        evidence[name] = EvidenceCombination(
            linear=round(float(found[0]), 5),
            network=round(float(found[1]), 5),
            bias=round(float(found[2]), 5),
            threshold=threshold,
        )
    return evidence


def _fit_one(linear: Floats, network: Floats, there: Floats, common: Floats) -> Floats:
    def value(flat: Floats) -> tuple[float, Floats]:
        mixed = flat[0] * linear + flat[1] * network + flat[2]
        error = 1 / (1 + np.exp(-mixed)) - there
        pulled = np.array([*(flat[:2] - common), 0.0])
        slope = np.array([error @ linear, error @ network, error.sum()]) + 10 * _PULL * pulled
        return float((np.logaddexp(0, mixed) - there * mixed).sum() + 5 * _PULL * pulled @ pulled), slope

    begin = np.array([*common, -2.0])
    result: Floats = minimize(value, begin, jac=True, method="L-BFGS-B", bounds=[(0, 4), (0, 4), (None, None)]).x
    return result
