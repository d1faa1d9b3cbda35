"""MI codes as sets: what all heads together say of an utterance, against the one or two codes a person gave it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.agreement import ClassCounts
from models.coder.labels import ACTS, HEAD, MI_CODES, NONE
from models.records.coding import CodedUtterance
from pipelines.evaluation.coder.coded import CodedSet
from pipelines.evaluation.coder.flags import LEAST_SUPPORT, TOO_FEW, class_counts
from pipelines.evaluation.coder.head_samples import answer_of
from pipelines.evaluation.coder.heads import NO_LABELS, NOT_CODED, class_rates
from pipelines.evaluation.coder.intervals import Draws, Estimate
from pipelines.evaluation.coder.rates import Counts, mean_f1

OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeMeasures:
    """One MI code, found or missed in the set of an utterance's codes."""

    counts: ClassCounts
    rates: dict[str, Estimate]


@dataclass(frozen=True, slots=True, kw_only=True)
class MiCodesMeasured:
    """Each of the twelve codes, and the mean F1 over ``labels``, those with a support of 5 or more."""

    lines: int
    not_coded: int
    reason: str | None
    codes: dict[str, CodeMeasures]
    labels: tuple[str, ...]
    mean_f1: Estimate


def stated_codes(utterance: CodedUtterance) -> frozenset[str]:
    """The codes that the heads' most likely classes say together; "other" where they say none."""
    said = {code for name in ("question", "reflection") if (code := _code(name, utterance)) is not None}
    given = answer_of(HEAD["input"], utterance)
    if given is not None and given[0] == "information":
        said.add("giving_information")
    act = answer_of(HEAD["mi_code"], utterance)
    if act is not None and act[0] in ACTS:
        said.add(act[0])
    return frozenset(said) or frozenset({OTHER})


def _code(name: str, utterance: CodedUtterance) -> str | None:
    answer = answer_of(HEAD[name], utterance)
    if answer is None:
        return None
    code = HEAD[name].codes[HEAD[name].classes.index(answer[0])]
    return None if code == NONE else code


def measure_mi_codes(coded: CodedSet, draws: Draws) -> MiCodesMeasured:
    """Every code against the sets that people gave; lines that no head answered are counted apart."""
    by_group = np.zeros((coded.groups, len(MI_CODES), 3))
    lines = not_coded = 0
    for one in coded.conversations:
        for _, label, utterance in one.lines:
            if not label.mi_codes:
                continue
            if not utterance.heads:
                not_coded += 1
                continue
            lines += 1
            by_group[one.group] += _line(frozenset(label.mi_codes), stated_codes(utterance))
    counts = {code: class_counts(by_group[:, at]) for at, code in enumerate(MI_CODES)}
    enough = [at for at, code in enumerate(MI_CODES) if counts[code].support >= LEAST_SUPPORT]
    return MiCodesMeasured(
        lines=lines,
        not_coded=not_coded,
        reason=None if lines else NOT_CODED if not_coded else NO_LABELS,
        codes={
            code: CodeMeasures(counts=counts[code], rates=class_rates(counts[code], by_group[:, at], draws))
            for at, code in enumerate(MI_CODES)
        },
        labels=tuple(MI_CODES[at] for at in enough),
        mean_f1=_mean(by_group[:, enough], draws),
    )


def _line(gold: frozenset[str], said: frozenset[str]) -> Counts:
    """(codes, 3) right, wrong, missed of one utterance."""
    return np.array([(code in gold & said, code in said - gold, code in gold - said) for code in MI_CODES], dtype=float)


def _mean(by_group: Counts, draws: Draws) -> Estimate:
    if not by_group.shape[1]:
        return Estimate(value=None, reason=TOO_FEW)
    return draws.estimate(float(mean_f1(by_group.sum(0))), by_group, mean_f1, why_none=TOO_FEW)
