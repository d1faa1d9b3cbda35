"""What each line of a supervision is likely to be spent on: n-grams of the line and its neighbours, then the flow.

The linear part looks at one line and those beside it. A supervision stays with a topic for several lines, so a chain
over the whole conversation (forward and backward) weighs each line's scores against those before and after it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.coder.combination import log_softmax
from models.coder.linear import LinearModel
from models.coder.text import clean

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """How lines follow one another, over the K classes.

    ``start`` [K] and ``steps`` [K, K] (from, to) are log-probabilities of the first class and of each next one,
    ``prior`` [K] of any class. ``scale`` weighs the line's own scores, ``hold`` the chain, ``relief`` takes so much of
    the prior out of the scores, since the chain brings it too.
    """

    start: Floats
    steps: Floats
    prior: Floats
    scale: float
    hold: float
    relief: float

    def probabilities(self, scores: NDArray[np.float32]) -> Floats:
        """Raw scores [lines, K] of a whole conversation, in order, to calibrated probabilities of the same shape."""
        own = _log_shares(self.scale * scores.astype(np.float64)) - self.relief * self.prior
        if not len(own):
            return own
        steps = self.hold * self.steps
        ahead, behind = np.empty_like(own), np.zeros_like(own)
        ahead[0] = self.hold * self.start + own[0]
        for line in range(1, len(own)):
            ahead[line] = own[line] + _log_sum(_log_shares(ahead[line - 1])[:, None] + steps)
        for line in range(len(own) - 2, -1, -1):
            behind[line] = _log_sum((steps + own[line + 1] + _log_shares(behind[line + 1])).T)
        return np.asarray(np.exp(_log_shares(ahead + behind)))


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeUseModel:
    """Both parts. ``sure`` gives the codes that may be stated of a single line, each with its least probability."""

    linear: LinearModel
    chain: Chain
    sure: Mapping[str, float]

    def probabilities(self, texts: Sequence[str]) -> Floats:
        """[lines, classes] in the order of `models.coder.time_use.codes.CLASSES`, from a conversation's lines."""
        return self.chain.probabilities(self.linear.scores([clean(text) for text in texts]))


def _log_shares(scores: Floats) -> Floats:
    return np.asarray(log_softmax(scores), np.float64)  # type: ignore[arg-type]


def _log_sum(scores: Floats) -> Floats:
    """The logarithm of the sum of the exponentials of each column."""
    most = scores.max(0)
    return np.asarray(most + np.log(np.exp(scores - most).sum(0)))
