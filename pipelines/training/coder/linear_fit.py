"""Fits the linear part: one regularised multinomial model for all heads at once, on shares of annotators.

Minimises, by L-BFGS, the weighted cross-entropy of every head (classes weighted by the inverse of their share, so
that rare ones count) plus the weighted binary cross-entropy of every evidence, plus an L2 penalty.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix, hstack, vstack

from models.coder.labels import HEADS, OUTPUTS, output_slices
from models.coder.linear import FLOAT, SPACES, LinearModel, Space
from models.coder.ngrams import NUMBERS, Features, features
from pipelines.training.coder.material import Material

BARE_WEIGHT = 0.7
"""How much a line without punctuation and case counts, beside the line as written."""

Progress = Callable[[float], None]
LossAndSlope = Callable[[NDArray[np.float64]], tuple[float, NDArray[np.float64]]]
"""From scores [lines, outputs] to what is to become small, and its slope, of the scores' shape."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinearSettings:
    """``strength``: how strongly each head's data counts against the penalty; ``space_weight``: of each space."""

    least_lines: int = 3
    most_features: int = 60_000
    neighbour_features: int = 3_000
    strength: float = 2.0
    talk_strength: float = 0.7
    evidence_strength: float = 2.0
    neighbour_weight: float = 0.35
    rounds: int = 80


def fit_linear(material: Sequence[Material], settings: LinearSettings, progress: Progress) -> LinearModel:
    """The model fitted to the material, each line as written and bare."""
    lines: list[Features] = []
    targets, weights = [], []
    for one in material:
        for stripped, weight in ((False, 1.0), (True, BARE_WEIGHT)):
            lines += features(one.variant(stripped=stripped))
            targets.append(one.targets)
            weights.append(np.full(len(one.targets), one.weight * weight))
    loss = Loss(np.concatenate(targets), np.concatenate(weights), settings)
    return fit_lines(lines, loss, OUTPUTS, settings, progress)


def fit_lines(
    lines: Sequence[Features], loss: LossAndSlope, outputs: int, settings: LinearSettings, progress: Progress
) -> LinearModel:
    """The model with so many outputs that is least in ``loss``, of the scores [lines, outputs], plus the penalty."""
    spaces = {name: _space(lines, name, settings) for name in SPACES}
    matrix = hstack([_matrix(lines, spaces[name], name, settings) for name in SPACES] + [_numbers(lines)]).tocsr()
    return _model(_minimise(matrix, loss, outputs, settings, progress), spaces, settings)


def _space(lines: Sequence[Features], name: str, settings: LinearSettings) -> Space:
    seen: Counter[str] = Counter()
    for line in lines:
        seen.update(getattr(line, name).keys())
    most = settings.most_features if name == "now" else settings.neighbour_features
    kept = [word for word, lines_with in seen.most_common(most) if lines_with >= settings.least_lines * 2]
    idf = np.array([1 + np.log((1 + len(lines)) / (1 + seen[word])) for word in kept], FLOAT)
    return Space(rows={word: row for row, word in enumerate(kept)}, idf=idf)


def _matrix(lines: Sequence[Features], space: Space, name: str, settings: LinearSettings) -> csr_matrix:
    scale = 1.0 if name == "now" else settings.neighbour_weight
    at: list[int] = []
    values: list[NDArray[np.float32]] = []
    ends = [0]
    for line in lines:
        rows, found = space.row(getattr(line, name))
        at += rows
        values.append(found * scale)
        ends.append(len(at))
    return csr_matrix((np.concatenate(values), at, ends), shape=(len(lines), len(space.rows)), dtype=np.float64)


def _numbers(lines: Sequence[Features]) -> csr_matrix:
    return csr_matrix(np.array([line.numbers for line in lines]))


def _minimise(
    matrix: csr_matrix, loss: LossAndSlope, outputs: int, settings: LinearSettings, progress: Progress
) -> NDArray[np.float64]:
    """Weights [features + 1, outputs]; the last row is the bias, which the penalty leaves alone."""
    with_bias = vstack([matrix.T, np.ones((1, matrix.shape[0]))]).T.tocsr()
    transposed = with_bias.T.tocsr()
    shape = (with_bias.shape[1], outputs)
    rounds = [0]

    def value(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        current = flat.reshape(shape)
        total, gradient = loss(with_bias @ current)
        slope = transposed @ gradient
        slope[:-1] += current[:-1]
        return total + 0.5 * float((current[:-1] ** 2).sum()), slope.ravel()

    def tell(_: object) -> None:
        rounds[0] += 1
        progress(min(1.0, rounds[0] / settings.rounds))

    found = minimize(
        value,
        np.zeros(shape[0] * shape[1]),
        jac=True,
        method="L-BFGS-B",
        callback=tell,
        options={"maxiter": settings.rounds, "maxcor": 6, "ftol": 1e-6},
    )
    result: NDArray[np.float64] = found.x.reshape(shape)
    return result


class Loss:
    """The weighted cross-entropies of all heads, and their slope at the scores."""

    def __init__(self, targets: NDArray[np.float32], weights: NDArray[np.float64], settings: LinearSettings) -> None:
        self._parts: list[tuple[slice, NDArray[np.float64], NDArray[np.float64]]] = []
        slices = output_slices()
        for head in HEADS:
            part = targets[:, slices[head.name]].astype(np.float64)
            judged = ~np.isnan(part[:, 0])
            known = np.where(judged[:, None], part, 0.0)
            strength = settings.talk_strength if head.name == "talk" else settings.strength
            share = (known * weights[:, None]).sum(0) + 1
            balance = share.sum() / (share * len(share))
            row = weights * judged * (known @ balance) * strength
            self._parts.append((slices[head.name], known, row))
        evidence = targets[:, slices["evidence"]].astype(np.float64)
        judged = ~np.isnan(evidence)
        self._slice = slices["evidence"]
        self._evidence = np.where(judged, evidence, 0.0)
        positive = (self._evidence * weights[:, None]).sum(0) + 1
        negative = ((judged - self._evidence) * weights[:, None]).sum(0) + 1
        lift = np.clip(np.sqrt(negative / positive), 1, 8)
        self._weights = weights[:, None] * judged * np.where(self._evidence > 0, lift, 1.0) * settings.evidence_strength

    def __call__(self, scores: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        """The loss at these scores [lines, outputs], and its slope, of the same shape."""
        gradient = np.zeros_like(scores)
        total = 0.0
        for part, known, row in self._parts:
            shifted = scores[:, part] - scores[:, part].max(1, keepdims=True)
            logs = shifted - np.log(np.exp(shifted).sum(1, keepdims=True))
            total -= float((row[:, None] * known * logs).sum())
            gradient[:, part] = row[:, None] * (np.exp(logs) - known)
        raw = scores[:, self._slice]
        total += float((self._weights * (np.logaddexp(0, raw) - self._evidence * raw)).sum())
        gradient[:, self._slice] = self._weights * (1 / (1 + np.exp(-raw)) - self._evidence)
        return total, gradient


def _model(found: NDArray[np.float64], spaces: dict[str, Space], settings: LinearSettings) -> LinearModel:
    weights: dict[str, NDArray[np.float32]] = {}
    start = 0
    for name in SPACES:
        size = len(spaces[name].rows)
        scale = 1.0 if name == "now" else settings.neighbour_weight
        weights[name] = (found[start : start + size] * scale).astype(FLOAT)
        start += size
    numbers = found[start : start + len(NUMBERS)].astype(FLOAT)
    return LinearModel(spaces=spaces, weights=weights, numbers=numbers, bias=found[-1].astype(FLOAT))
