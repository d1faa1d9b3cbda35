"""The rates of ``models.agreement`` over many samples at once: arrays of counts in, arrays of rates out.

Leading axes are samples (or none); a rate without a base is nan. The records give the figure, these its interval.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.float64]
Rates = NDArray[np.float64]

RIGHT, WRONG, MISSED = 0, 1, 2
COUNT, CONFIDENCE, CORRECT = 0, 1, 2


def ratio(part: Counts, whole: Counts) -> Rates:
    """``part`` by ``whole``, nan where the whole is 0."""
    part, whole = np.broadcast_arrays(np.asarray(part, dtype=float), np.asarray(whole, dtype=float))
    rates: Rates = np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole != 0)
    return rates


def mean_known(rates: Rates) -> Rates:
    """The mean over the last axis of what is not nan."""
    known = ~np.isnan(rates)
    return ratio(np.where(known, rates, 0.0).sum(-1), known.sum(-1).astype(float))


def share(counts: Counts) -> Rates:
    """(..., 2) part and whole to their share."""
    return ratio(counts[..., 0], counts[..., 1])


def precision(counts: Counts) -> Rates:
    """(..., 3) right, wrong, missed to precision."""
    return ratio(counts[..., RIGHT], counts[..., RIGHT] + counts[..., WRONG])


def recall(counts: Counts) -> Rates:
    """(..., 3) right, wrong, missed to recall."""
    return ratio(counts[..., RIGHT], counts[..., RIGHT] + counts[..., MISSED])


def f1(counts: Counts) -> Rates:
    """(..., 3) right, wrong, missed to F1."""
    return ratio(2 * counts[..., RIGHT], 2 * counts[..., RIGHT] + counts[..., WRONG] + counts[..., MISSED])


def mean_f1(counts: Counts) -> Rates:
    """(..., labels, 3) to the mean F1 of the labels that have one."""
    return mean_known(f1(counts))


def by_class(confusion: Counts) -> Counts:
    """(..., classes, classes) reference by result, to (..., classes, 3) right, wrong, missed."""
    right = np.diagonal(confusion, axis1=-2, axis2=-1)
    return np.stack([right, confusion.sum(-2) - right, confusion.sum(-1) - right], axis=-1)


def macro_f1(confusion: Counts) -> Rates:
    """(..., classes, classes) to the mean F1 of the classes that occur."""
    return mean_f1(by_class(confusion))


def accuracy(confusion: Counts) -> Rates:
    """(..., classes, classes) to the share on the diagonal."""
    return ratio(np.diagonal(confusion, axis1=-2, axis2=-1).sum(-1), confusion.sum((-2, -1)))


def kappa(confusion: Counts) -> Rates:
    """(..., classes, classes) to Cohen's kappa."""
    by_chance = ratio((confusion.sum(-1) * confusion.sum(-2)).sum(-1), confusion.sum((-2, -1)) ** 2)
    return ratio(accuracy(confusion) - by_chance, 1 - by_chance)


def calibration_error(bins: Counts) -> Rates:
    """(..., bins, 3) count, confidence, right to the expected calibration error."""
    return ratio(np.abs(bins[..., CONFIDENCE] - bins[..., CORRECT]).sum(-1), bins[..., COUNT].sum(-1))


def classwise_error(bins: Counts) -> Rates:
    """(..., classes, bins, 3) to the mean calibration error of the classes."""
    return mean_known(calibration_error(bins))


def average_precision(steps: Counts) -> Rates:
    """(..., steps, 2) right and all answers at each step down the ranking, to average precision."""
    found = steps[..., 0]
    precise = ratio(found.cumsum(-1), steps[..., 1].cumsum(-1))
    return ratio((found * np.nan_to_num(precise)).sum(-1), found.sum(-1))
