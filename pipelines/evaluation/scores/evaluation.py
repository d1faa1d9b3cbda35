"""Everything that is measured of suggested scores."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from models.agreement import pooled
from models.records.scoring import Suggestion
from pipelines.evaluation.coder.intervals import Draws, Estimate, group_sums
from pipelines.evaluation.scores.counts import ScoreCounts, count_score
from pipelines.evaluation.scores.judged import Judged
from pipelines.evaluation.scores.rates import RATES, VALUES, flat
from pipelines.labelled.records import GoldScore

ALL = "all"
NONE_TO_JUDGE = "There is nothing to judge this by."


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreMeasures:
    """Counts of one element, or of several together, and every rate by name with its interval."""

    counts: ScoreCounts
    rates: dict[str, Estimate]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoresMeasured:
    """What was measured on scored sessions; ``evidence`` says what the judge had: "flags" or "text".

    ``pooled`` has "all" and, where there are two, each setting. ``not_in_rubric`` counts people's scores of elements
    that the rubric does not have, by element; they are in no figure.
    """

    evidence: str
    sessions: int
    elements: dict[str, ScoreMeasures]
    pooled: dict[str, ScoreMeasures]
    not_in_rubric: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outcome:
    session: int
    setting: str
    element: str
    counts: ScoreCounts


def evaluate_scores(judged: Sequence[Judged], evidence: str) -> ScoresMeasured:
    """Every measure of the suggestions against people's scores; intervals by drawing sessions."""
    outcomes = list(_outcomes(judged))
    draws = Draws(len(judged))
    elements = dict.fromkeys(one.element for one in outcomes)
    settings = dict.fromkeys(one.setting for one in outcomes)
    groups = {ALL: outcomes}
    if len(settings) > 1:
        groups |= {setting: [one for one in outcomes if one.setting == setting] for setting in settings}
    missing: dict[str, int] = {}
    for one in judged:
        for element in one.labelled.scores.keys() - _suggested(one).keys():
            missing[element] = missing.get(element, 0) + 1
    return ScoresMeasured(
        evidence=evidence,
        sessions=len(judged),
        elements={
            name: _measured([one for one in outcomes if one.element == name], draws, judged) for name in elements
        },
        pooled={name: _measured(held, draws, judged) for name, held in groups.items()},
        not_in_rubric=dict(sorted(missing.items())),
    )


def _suggested(one: Judged) -> dict[str, Suggestion]:
    return {suggestion.element: suggestion for suggestion in one.scoring.suggestions}


def _outcomes(judged: Sequence[Judged]) -> Iterator[_Outcome]:
    for session, one in enumerate(judged):
        gold: dict[str, GoldScore] = one.labelled.scores
        for element, suggestion in _suggested(one).items():
            if element in gold:
                yield _Outcome(
                    session=session,
                    setting=one.labelled.conversation.setting.value,
                    element=element,
                    counts=count_score(gold[element], suggestion),
                )


def _measured(outcomes: Sequence[_Outcome], draws: Draws, judged: Sequence[Judged]) -> ScoreMeasures:
    counts = pooled(one.counts for one in outcomes) or ScoreCounts()
    rows = np.array([flat(one.counts) for one in outcomes]).reshape(-1, len(flat(counts)))
    by_session = group_sums(rows, np.array([one.session for one in outcomes], dtype=np.int64), len(judged))
    return ScoreMeasures(
        counts=counts,
        rates={
            name: draws.estimate(VALUES[name](counts), by_session[:, columns], rate, why_none=NONE_TO_JUDGE)
            for name, (columns, rate) in RATES.items()
        },
    )
