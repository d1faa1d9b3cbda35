"""Which local voices are the same person: agglomeration to start, then a Bayesian mixture of voices.

The method is that of pyannote community-1 (Landini et al., "Bayesian HMM clustering of x-vector sequences",
without the chain), with its published settings unless measured otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.special import logsumexp, softmax

from models.voices.plda import Plda, unit

if TYPE_CHECKING:
    from numpy.typing import NDArray

ROUNDS = 20
START_SHARPNESS = 7.0
ENOUGH_GAIN = 1e-4
KEPT_SHARE = 1e-7


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusteringSettings:
    """``threshold`` is the distance between unit vectors at which the first agglomeration stops; ``evidence``
    and ``caution`` scale the statistics and the cost of a voice (Fa and Fb of the method)."""

    threshold: float = 0.6
    evidence: float = 0.07
    caution: float = 0.8


def find_voices(embeddings: NDArray[np.float32], plda: Plda, settings: ClusteringSettings) -> NDArray[np.float64]:
    """How far each of ``(n, 256)`` voice vectors belongs to each voice found, ``(n, voices)``, rows sum to 1.

    The number of voices is estimated. ``n`` is at least 1; memory grows with its square.
    """
    if len(embeddings) == 1:
        return np.ones((1, 1))
    tree = linkage(unit(embeddings.astype(np.float64)), method="centroid", metric="euclidean")
    start = fcluster(tree, settings.threshold, criterion="distance")
    _, labels = np.unique(start, return_inverse=True)
    shares, weights = _mixture(plda.project(embeddings), plda.spread, labels, settings)
    kept = shares[:, weights > KEPT_SHARE]
    return np.asarray(kept / kept.sum(axis=1, keepdims=True))


def _mixture(
    points: NDArray[np.float64], spread: NDArray[np.float64], labels: NDArray[np.int64], settings: ClusteringSettings
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Variational Bayes: responsibilities ``(n, voices)`` and the weight of each voice."""
    shares = softmax(np.eye(labels.max() + 1)[labels] * START_SHARPNESS, axis=1)
    weights = np.full(shares.shape[1], 1 / shares.shape[1])
    constant = -0.5 * ((points**2).sum(axis=1, keepdims=True) + points.shape[1] * np.log(2 * np.pi))
    scaled = points * np.sqrt(spread)
    ratio = settings.evidence / settings.caution
    bound = -np.inf
    for _ in range(ROUNDS):
        precision = 1 / (1 + ratio * shares.sum(axis=0)[:, None] * spread)
        means = ratio * precision * (shares.T @ scaled)
        fit = settings.evidence * (scaled @ means.T - 0.5 * (precision + means**2) @ spread + constant)
        joint = fit + np.log(weights + 1e-8)
        total = logsumexp(joint, axis=1, keepdims=True)
        shares = np.exp(joint - total)
        weights = shares.sum(axis=0) / shares.sum()
        before = bound
        bound = float(total.sum() + settings.caution * 0.5 * (np.log(precision) - precision - means**2 + 1).sum())
        if bound - before < ENOUGH_GAIN:
            break
    return shares, weights
