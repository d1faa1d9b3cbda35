"""Fits the two parts of the time-use classifier: the lines' n-grams, and how codes follow one another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.coder.linear import LinearModel, strongest
from models.coder.ngrams import Features, features
from models.coder.time_use.classifier import Chain
from models.coder.time_use.codes import CLASSES
from pipelines.training.coder.linear_fit import BARE_WEIGHT, LinearSettings, fit_lines
from pipelines.training.time_use.material import Coded, Hint

HINT_WEIGHT = 0.3
"""How much a hint counts beside a line of a session; it stands alone, and was not coded for this."""

KEPT_NGRAMS = 6_000
"""How many n-grams of the line itself are kept, those that weigh most, so that the weights stay small."""

SMOOTHING = 1.0
"""How many lines are supposed to have been seen of each step from one code to another."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """The numbers of a chain that are chosen out of fold."""

    scale: float
    hold: float
    relief: float


class CrossEntropy:
    """The weighted cross-entropy of one choice among the classes, and its slope."""

    def __init__(self, codes: NDArray[np.intp], weights: Floats) -> None:
        self._targets = np.eye(len(CLASSES))[codes]
        self._weights = weights[:, None]

    def __call__(self, scores: Floats) -> tuple[float, Floats]:
        """The loss at these scores [lines, classes], and its slope, of the same shape."""
        shifted = scores - scores.max(1, keepdims=True)
        logs = shifted - np.log(np.exp(shifted).sum(1, keepdims=True))
        total = -float((self._weights * self._targets * logs).sum())
        return total, np.asarray(self._weights * (np.exp(logs) - self._targets))


def fit_words(sessions: Sequence[Coded], hints: Sequence[Hint], strength: float) -> LinearModel:
    """The linear part; ``strength`` is how much the data counts against the penalty. Equal data, equal model."""
    lines: list[Features] = []
    codes, weights = [], []
    for one in sessions:
        for texts, weight in ((one.texts, 1.0), (one.bare, BARE_WEIGHT)):
            lines += features(texts)
            codes.append(one.codes)
            weights.append(np.full(len(one.codes), weight * strength))
    for hint in hints:
        lines += features([hint.text])
    codes.append(np.array([hint.code for hint in hints], np.intp))
    weights.append(np.full(len(hints), HINT_WEIGHT * strength))
    loss = CrossEntropy(np.concatenate(codes), np.concatenate(weights))
    settings = LinearSettings(least_lines=2, neighbour_features=2_000, rounds=60)
    return strongest(fit_lines(lines, loss, len(CLASSES), settings, lambda part: None), KEPT_NGRAMS)


def fit_chain(sessions: Sequence[Coded], flow: Flow) -> Chain:
    """How codes follow one another in these sessions, smoothed."""
    count = len(CLASSES)
    start, prior, steps = (np.full(shape, SMOOTHING) for shape in (count, count, (count, count)))
    for one in sessions:
        start[one.codes[0]] += 1
        np.add.at(prior, one.codes, 1)
        np.add.at(steps, (one.codes[:-1], one.codes[1:]), 1)
    return Chain(
        start=np.log(start / start.sum()),
        steps=np.log(steps / steps.sum(1, keepdims=True)),
        prior=np.log(prior / prior.sum()),
        scale=flow.scale,
        hold=flow.hold,
        relief=flow.relief,
    )
