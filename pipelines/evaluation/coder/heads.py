"""How well one head tells its classes apart, how honest its probabilities are, and what it does where it is sure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from models.agreement import Calibration, ClassCounts, Confusion, Share
from models.coder.labels import NONE, Head
from pipelines.evaluation.coder import rates
from pipelines.evaluation.coder.bins import bin_counts, calibration
from pipelines.evaluation.coder.coded import CodedSet
from pipelines.evaluation.coder.head_samples import HeadSample, head_sample
from pipelines.evaluation.coder.intervals import Draws, Estimate, group_sums
from pipelines.evaluation.coder.rates import Counts

NO_LABELS = "The data hold no such label."
NOT_CODED = "The coder gave no answer to any labelled line."
NOTHING_SHOWN = "No answer was above its threshold."
NOTHING_STATED = "No most likely class stands for a code."
NO_ROOM = "One class alone leaves no room for agreement beyond chance."
NEVER = "The class was neither found nor there."
NOT_FOUND = "The class was never found."
NOT_THERE = "The data hold no line of this class."


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassMeasures:
    """One class against the others."""

    counts: ClassCounts
    calibration: Calibration
    rates: dict[str, Estimate]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadMeasures:
    """Everything measured of one head. ``reason`` says why nothing is, and then there are no rates.

    ``not_coded`` are labelled lines that the coder did not answer; they are in no other figure. ``covered`` are,
    of the lines whose most likely class stands for a code, those where it was above its threshold.
    """

    name: str
    not_coded: int
    reason: str | None = None
    confusion: Confusion
    classes: dict[str, ClassMeasures] = field(default_factory=dict)
    calibration: Calibration | None = None
    covered: Share = field(default_factory=Share)
    rates: dict[str, Estimate] = field(default_factory=dict)


def measure_head(head: Head, coded: CodedSet, draws: Draws) -> HeadMeasures:
    """Every measure of one head; without a line that both judged, the reason."""
    sample = head_sample(head, coded)
    tables = _tables(head, sample, coded.groups)
    if not len(sample.gold):
        reason = NOT_CODED if sample.not_coded else NO_LABELS
        return HeadMeasures(
            name=head.name, not_coded=sample.not_coded, reason=reason, confusion=_confusion(head, tables)
        )
    answer = sample.answer
    top = sample.probabilities[np.arange(len(answer)), answer]
    edges, bins = bin_counts(top, answer == sample.gold, sample.groups, coded.groups)
    calibrated = calibration(edges, bins)
    by_class = [_class_bins(sample, at, coded.groups) for at in range(len(head.classes))]
    apart = [calibration(*one) for one in by_class]
    return HeadMeasures(
        name=head.name,
        not_coded=sample.not_coded,
        confusion=_confusion(head, tables),
        classes={
            name: _class(head, name, tables, apart[at], by_class[at][1], draws) for at, name in enumerate(head.classes)
        },
        calibration=calibrated,
        covered=Share(part=int(sample.sure.sum()), whole=int(sample.stated.sum())),
        rates=_agreement(_confusion(head, tables), tables, draws)
        | {
            "ece": draws.estimate(calibrated.error, bins, rates.calibration_error, why_none=NO_LABELS),
            "classwise_ece": draws.estimate(
                _mean([one.error for one in apart]), _padded(by_class), rates.classwise_error, why_none=NO_LABELS
            ),
        }
        | _covered(head, sample, coded.groups, draws),
    )


def _agreement(confusion: Confusion, tables: Counts, draws: Draws) -> dict[str, Estimate]:
    return {
        "macro_f1": draws.estimate(confusion.macro_f1, tables, rates.macro_f1, why_none=NO_LABELS),
        "accuracy": draws.estimate(confusion.accuracy, tables, rates.accuracy, why_none=NO_LABELS),
        "kappa": draws.estimate(confusion.kappa, tables, rates.kappa, why_none=NO_ROOM),
    }


def _covered(head: Head, sample: HeadSample, groups: int, draws: Draws) -> dict[str, Estimate]:
    """How many lines have their code shown, and how well those are told apart; F1 over classes that are codes."""
    tables = _tables(head, sample, groups, only=sample.sure)
    confusion = _confusion(head, tables)
    stating = [at for at, code in enumerate(head.codes) if code != NONE]
    shown = group_sums(np.stack([sample.sure, sample.stated], axis=1).astype(float), sample.groups, groups)
    share = Share(part=int(sample.sure.sum()), whole=int(sample.stated.sum()))
    macro = _mean([confusion.of(head.classes[at]).f1 for at in stating])

    def stated_f1(counts: Counts) -> rates.Rates:
        return rates.mean_f1(rates.by_class(counts)[..., stating, :])

    return {
        "coverage": draws.estimate(share.rate, shown, rates.share, why_none=NOTHING_STATED),
        "covered_accuracy": draws.estimate(confusion.accuracy, tables, rates.accuracy, why_none=NOTHING_SHOWN),
        "covered_macro_f1": draws.estimate(macro, tables, stated_f1, why_none=NOTHING_SHOWN),
    }


def _class(head: Head, name: str, tables: Counts, calibrated: Calibration, bins: Counts, draws: Draws) -> ClassMeasures:
    counts = _confusion(head, tables).of(name)
    by_group = rates.by_class(tables)[:, head.classes.index(name)]
    return ClassMeasures(
        counts=counts,
        calibration=calibrated,
        rates=class_rates(counts, by_group, draws)
        | {"ece": draws.estimate(calibrated.error, bins, rates.calibration_error, why_none=NO_LABELS)},
    )


def class_rates(counts: ClassCounts, by_group: Counts, draws: Draws) -> dict[str, Estimate]:
    """Precision, recall and F1 of a class, code or flag, from its counts (groups, 3)."""
    return {
        "precision": draws.estimate(counts.precision, by_group, rates.precision, why_none=NOT_FOUND),
        "recall": draws.estimate(counts.recall, by_group, rates.recall, why_none=NOT_THERE),
        "f1": draws.estimate(counts.f1, by_group, rates.f1, why_none=NEVER),
    }


def _tables(head: Head, sample: HeadSample, groups: int, only: NDArray[np.bool_] | None = None) -> Counts:
    """(groups, classes, classes) of people's choice by the coder's answer."""
    tables = np.zeros((groups, len(head.classes), len(head.classes)))
    kept = slice(None) if only is None else only
    np.add.at(tables, (sample.groups[kept], sample.gold[kept], sample.answer[kept]), 1)
    return tables


def _confusion(head: Head, tables: Counts) -> Confusion:
    return Confusion(classes=head.classes, counts=tuple(tuple(round(n) for n in row) for row in tables.sum(0)))


def _class_bins(sample: HeadSample, at: int, groups: int) -> tuple[tuple[float, ...], Counts]:
    return bin_counts(sample.probabilities[:, at], sample.gold == at, sample.groups, groups)


def _padded(by_class: Sequence[tuple[tuple[float, ...], Counts]]) -> Counts:
    """(groups, classes, bins, 3), with empty bins where a class has fewer."""
    most = max(bins.shape[1] for _, bins in by_class)
    return np.stack([np.pad(bins, ((0, 0), (0, most - bins.shape[1]), (0, 0))) for _, bins in by_class], axis=1)


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None
