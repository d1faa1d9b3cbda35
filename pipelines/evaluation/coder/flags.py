"""How well the flags meet people's labels: by evidence, by element whatever the direction, and on average."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.agreement import Calibration, ClassCounts, Share
from models.coder.labels import DIMENSIONS, DIRECTIONS, ELEMENTS, evidence_of
from models.records.coding import CodedUtterance
from pipelines.evaluation.coder import rates
from pipelines.evaluation.coder.bins import bin_counts, calibration, ranking_steps
from pipelines.evaluation.coder.coded import CodedSet
from pipelines.evaluation.coder.heads import NO_LABELS, class_rates
from pipelines.evaluation.coder.intervals import Draws, Estimate, group_sums
from pipelines.evaluation.coder.rates import Counts
from pipelines.labelled.records import Gold

HALF = 0.5
LEAST_SUPPORT = 5
NO_PROBABILITY = "The coder gave no probability for this evidence."
NO_SUPPORT = "The data hold no line with this label."
NO_RIGHT_FLAG = "No flag was right."
TOO_FEW = f"No label has a support of {LEAST_SUPPORT}."


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagMeasures:
    """One kind of evidence ("empathy+"), or one element in either direction ("empathy").

    ``at_half`` counts probabilities of .5 or more as found: before thresholds. ``indicators`` are, of the right
    flags, those whose indicator is right too. Counts by group (groups, 3) allow means with intervals.
    """

    name: str
    counts: ClassCounts
    at_half: ClassCounts | None
    calibration: Calibration | None
    indicators: Share
    rates: dict[str, Estimate]
    by_group: Counts
    half_by_group: Counts | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MeanF1:
    """The mean F1 over ``labels``, those with a support of 5 or more; at the thresholds and at one half."""

    labels: tuple[str, ...]
    f1: Estimate
    f1_at_half: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagSample:
    """Lines on which flags were looked for, as arrays (n,); ``probability`` is nan where the coder gave none.

    ``indicators`` (n, 2) are the right flags with a right indicator, and all right flags.
    """

    gold: NDArray[np.bool_]
    flagged: NDArray[np.bool_]
    probability: NDArray[np.float64]
    groups: NDArray[np.int64]
    indicators: Counts


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagsMeasured:
    """All flags: by evidence, by element in either direction, and the means of groups of them."""

    lines: int
    evidence: dict[str, FlagMeasures]
    elements: dict[str, FlagMeasures]
    means: dict[str, MeanF1]


def measure_flags(coded: CodedSet, draws: Draws) -> FlagsMeasured:
    """Every measure of every flag that the conversations' settings have."""
    settings = {one.setting for one in coded.conversations}
    names = [name for setting in sorted(settings) for name in evidence_of(setting)]
    evidence = {name: measure_flag(name, (name,), coded, draws) for name in names}
    elements = {
        name[:-1]: measure_flag(name[:-1], (f"{name[:-1]}+", f"{name[:-1]}-"), coded, draws)
        for name in names
        if name.endswith("+")
    }
    return FlagsMeasured(
        lines=_looked_at(coded), evidence=evidence, elements=elements, means=_means(evidence, elements, draws)
    )


def measure_flag(name: str, evidence: tuple[str, ...], coded: CodedSet, draws: Draws) -> FlagMeasures:
    """One kind of evidence, or several taken as one: there if any is, with the highest probability.

    Several have no calibration, as the highest probability is not the probability that any is there.
    """
    sample = flag_sample(evidence, coded)
    by_group = _counts(sample.gold, sample.flagged, sample.groups, coded.groups)
    counts = class_counts(by_group)
    known = ~np.isnan(sample.probability)
    half = _half_counts(sample, known, coded.groups)
    by_indicator = group_sums(sample.indicators, sample.groups, coded.groups)
    indicators = Share(part=round(by_indicator[:, 0].sum()), whole=round(by_indicator[:, 1].sum()))
    calibrated, probable = _probable(sample, known, coded.groups, draws)
    if len(evidence) > 1:
        calibrated = None
        del probable["ece"]
    return FlagMeasures(
        name=name,
        counts=counts,
        at_half=None if half is None else class_counts(half),
        calibration=calibrated,
        indicators=indicators,
        rates=class_rates(counts, by_group, draws)
        | {"f1_at_half": _half(half, draws)}
        | probable
        | {"indicator_accuracy": draws.estimate(indicators.rate, by_indicator, rates.share, why_none=NO_RIGHT_FLAG)},
        by_group=by_group,
        half_by_group=half,
    )


def _half_counts(sample: FlagSample, known: NDArray[np.bool_], groups: int) -> Counts | None:
    """(groups, 3) where a probability of one half decides; None without probabilities."""
    if not known.any():
        return None
    return _counts(sample.gold[known], sample.probability[known] >= HALF, sample.groups[known], groups)


def _half(half: Counts | None, draws: Draws) -> Estimate:
    if half is None:
        return Estimate(value=None, reason=NO_PROBABILITY)
    return draws.estimate(class_counts(half).f1, half, rates.f1, why_none=NO_SUPPORT)


def _probable(
    sample: FlagSample, known: NDArray[np.bool_], groups: int, draws: Draws
) -> tuple[Calibration | None, dict[str, Estimate]]:
    """What the probabilities are worth, thresholds aside."""
    if not known.any():
        nothing = Estimate(value=None, reason=NO_PROBABILITY if len(known) else NO_LABELS)
        return None, {"average_precision": nothing, "ece": nothing}
    gold, probability, group = sample.gold[known], sample.probability[known], sample.groups[known]
    edges, bins = bin_counts(probability, gold, group, groups)
    calibrated = calibration(edges, bins)
    steps = ranking_steps(probability, gold, group, groups)
    precise = float(rates.average_precision(steps.sum(0))) if gold.any() else None
    return calibrated, {
        "average_precision": draws.estimate(precise, steps, rates.average_precision, why_none=NO_SUPPORT),
        "ece": draws.estimate(calibrated.error, bins, rates.calibration_error, why_none=NO_LABELS),
    }


def flag_sample(evidence: tuple[str, ...], coded: CodedSet) -> FlagSample:
    """Gather the lines on which people looked for flags, in conversations whose setting has this evidence."""
    gold, flagged, probability, groups, indicators = [], [], [], [], []
    for one in coded.conversations:
        if evidence[0] not in evidence_of(one.setting):
            continue
        for _, label, utterance in one.lines:
            if label.labels is None:
                continue
            gold.append(any(told.evidence in evidence for told in label.labels))
            flagged.append(any(f"{flag.element}{flag.direction}" in evidence for flag in utterance.flags))
            known = [utterance.evidence[name] for name in evidence if name in utterance.evidence]
            probability.append(max(known, default=np.nan))
            groups.append(one.group)
            indicators.append(_right_indicators(label, utterance, evidence))
    return FlagSample(
        gold=np.array(gold, dtype=bool),
        flagged=np.array(flagged, dtype=bool),
        probability=np.array(probability, dtype=float),
        groups=np.array(groups, dtype=np.int64),
        indicators=np.array(indicators, dtype=float).reshape(-1, 2),
    )


def _right_indicators(label: Gold, utterance: CodedUtterance, evidence: tuple[str, ...]) -> tuple[int, int]:
    """This line's right flags whose indicator a person gave too, and all its right flags."""
    told: dict[str, set[str]] = {}
    for one in label.labels or ():
        if one.evidence in evidence:
            told.setdefault(one.evidence, set()).add(one.indicator)
    right = [flag for flag in utterance.flags if f"{flag.element}{flag.direction}" in told]
    same = [flag for flag in right if flag.indicator in told[f"{flag.element}{flag.direction}"]]
    return len(same), len(right)


def _looked_at(coded: CodedSet) -> int:
    return sum(label.labels is not None for one in coded.conversations for label in one.labelled.gold)


def _counts(gold: NDArray[np.bool_], found: NDArray[np.bool_], groups: NDArray[np.int64], count: int) -> Counts:
    """(groups, 3) right, wrong, missed."""
    return group_sums(np.stack([gold & found, ~gold & found, gold & ~found], axis=1).astype(float), groups, count)


def class_counts(by_group: Counts) -> ClassCounts:
    """(groups, 3) right, wrong, missed, all groups together."""
    right, wrong, missed = (round(n) for n in by_group.sum(0))
    return ClassCounts(right=right, wrong=wrong, missed=missed)


def _means(evidence: dict[str, FlagMeasures], elements: dict[str, FlagMeasures], draws: Draws) -> dict[str, MeanF1]:
    """Means over elements and over supervision dimensions: all evidence, each direction, either direction as one."""
    means = {}
    for kind, members in (("elements", ELEMENTS), ("dimensions", DIMENSIONS)):
        mine = [one for one in evidence.values() if one.name[:-1] in members]
        means[kind] = mean_f1(mine, draws)
        for direction in DIRECTIONS:
            means[f"{kind}{direction}"] = mean_f1([one for one in mine if one.name.endswith(direction)], draws)
        means[f"{kind}_either"] = mean_f1([one for one in elements.values() if one.name in members], draws)
    return means


def mean_f1(flags: Sequence[FlagMeasures], draws: Draws) -> MeanF1:
    """The mean over the flags with enough support; one that was never found counts 0."""
    enough = [flag for flag in flags if flag.counts.support >= LEAST_SUPPORT]
    return MeanF1(
        labels=tuple(flag.name for flag in enough),
        f1=_mean(enough, lambda flag: flag.by_group, draws),
        f1_at_half=_mean(enough, lambda flag: flag.half_by_group, draws),
    )


def _mean(flags: Sequence[FlagMeasures], counts: Callable[[FlagMeasures], Counts | None], draws: Draws) -> Estimate:
    if not flags:
        return Estimate(value=None, reason=TOO_FEW)
    known = [found for flag in flags if (found := counts(flag)) is not None]
    if len(known) < len(flags):
        return Estimate(value=None, reason=NO_PROBABILITY)
    values = [class_counts(found).f1 or 0.0 for found in known]
    return draws.estimate(sum(values) / len(values), np.stack(known, axis=1), rates.mean_f1, why_none=TOO_FEW)
