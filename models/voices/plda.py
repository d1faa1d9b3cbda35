"""Voice vectors brought into the space where distances between voices are comparable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.linalg import eigh

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Plda:
    """A trained projection: centre, reduce, centre again, then whiten what varies within one voice.

    ``mean`` (256,) and ``reduced_mean`` (128,) are subtracted before and after ``reduction`` (256, 128);
    ``centre`` (128,) and ``whitening`` (128, 128) map the result to the space where one voice varies by 1
    in every direction and voices differ by ``spread`` (128,), largest first.
    """

    mean: NDArray[np.float64]
    reduced_mean: NDArray[np.float64]
    reduction: NDArray[np.float64]
    centre: NDArray[np.float64]
    whitening: NDArray[np.float64]
    spread: NDArray[np.float64]

    def project(self, embeddings: NDArray[np.float32]) -> NDArray[np.float64]:
        """Voice vectors ``(n, 256)`` in the space of the model, ``(n, 128)``."""
        wide, narrow = self.reduction.shape
        first = np.sqrt(wide) * unit(embeddings.astype(np.float64) - self.mean)
        second = np.sqrt(narrow) * unit(first @ self.reduction - self.reduced_mean)
        projected: NDArray[np.float64] = (second - self.centre) @ self.whitening.T
        return projected


def plda_from_arrays(
    *,
    mean1: NDArray[np.float64],
    mean2: NDArray[np.float64],
    lda: NDArray[np.float64],
    mu: NDArray[np.float64],
    tr: NDArray[np.float64],
    psi: NDArray[np.float64],
) -> Plda:
    """Solve for the whitening that the six stored arrays stand for (the names are those of the weights)."""
    within = np.linalg.inv(tr.T @ tr)
    between = np.linalg.inv((tr.T / psi) @ tr)
    spread, vectors = eigh(between, within)
    return Plda(
        mean=mean1,
        reduced_mean=mean2,
        reduction=lda,
        centre=mu,
        whitening=np.ascontiguousarray(vectors.T[::-1]),
        spread=np.ascontiguousarray(spread[::-1]),
    )


def unit(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rows scaled to length 1; rows of zeros stay."""
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(length, np.finfo(np.float64).tiny))
