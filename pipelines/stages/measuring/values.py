"""From draws to a measure: the middle draw with an 80% interval, or no value and why."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.records.coding import Coding
from models.records.scoring import Measure
from pipelines.stages.measuring.draws import CODES
from pipelines.stages.measuring.floor import Floor
from pipelines.stages.measuring.kinds import MeasureKind
from pipelines.stages.measuring.times import Clock, interruptions, talk_share
from pipelines.stages.measuring.volleys import Tally

LEAST_DENOMINATOR = 1.0
"""A ratio needs at least this much to be expected under its line, on average over the draws."""

PERCENTILES = (10.0, 50.0, 90.0)

Counts = NDArray[np.int64]

NO_PERMISSION = "Whether advice was asked for or agreed to is not coded, so it cannot be told from other persuading."
NO_GOAL = (
    "No change goal was stated, and without one nobody can say what is change talk. State the goal to have it measured."
)
NO_OVERLAP = "No two voices overlap anywhere in this transcript, so it does not show who spoke over whom."
NO_WORDS = "Nobody says anything in this transcript."


def why_not(kind: MeasureKind, coding: Coding, floor: Floor) -> str:
    """Why a measure cannot be computed for this coding at all; empty where it can."""
    role = coding.setting.scored_role
    if not any(one.role is role for one in coding.utterances):
        return f"Nobody here is known as the {role.value}, whose practice is looked at. Say who it is."
    if kind.name == "count_persuade_with_permission":
        return NO_PERMISSION
    if kind.needs_goal and not coding.change_goal:
        return NO_GOAL
    return _switched_off(kind, coding) or _not_answered(kind, floor)


def _switched_off(kind: MeasureKind, coding: Coding) -> str:
    off = {one.name: one.reason for one in coding.off}
    names = [code for code in kind.codes if code in off]
    if not names:
        return ""
    reasons = " ".join(dict.fromkeys(off[name] for name in names))
    return f"The coder does not state {' and '.join(name.replace('_', ' ') for name in names)}. {reasons}"


def _not_answered(kind: MeasureKind, floor: Floor) -> str:
    """A head that nobody's line has was not asked; with no line to ask it of, there is nothing to miss."""
    for head in kind.heads:
        lines = floor.family if head == "talk" else floor.scored
        if lines and not any(one.heads.get(head) for one in lines):
            return f"This coder gives no probabilities for {head.replace('_', ' ')}."
    return ""


def value_of(kind: MeasureKind, coding: Coding, clock: Clock, tally: Tally) -> Measure:
    """The measure of a kind that can be computed, with its interval; no value where there is nothing to divide by."""
    if kind.name.startswith("talk_share"):
        share = talk_share(coding, clock)
        return unavailable(kind, NO_WORDS) if share is None else _measure(kind, np.array([share]))
    if kind.name == "interruptions":
        return _interruptions(kind, coding, clock)
    if kind.name == "longest_monologue":
        return _longest(kind, clock, tally)
    if kind.per:
        return _ratio(kind, *_fractions(tally)[kind.name])
    return _measure(kind, _counts(tally)[kind.name])


def unavailable(kind: MeasureKind, reason: str) -> Measure:
    """A measure without a value, and why."""
    return Measure(name=kind.name, unit=kind.unit, value=None, reason=reason)


def _counts(tally: Tally) -> dict[str, Counts]:
    codes = dict(zip(CODES, tally.codes, strict=True))
    return {
        **{f"count_{code}": drawn for code, drawn in codes.items()},
        "count_question": tally.questions,
        "count_reflection": tally.reflections,
        "mi_adherent_total": codes["seeking_collaboration"] + codes["affirm"] + codes["emphasizing_autonomy"],
        "mi_non_adherent_total": codes["persuade"] + codes["confront"],
        "longest_question_run": tally.question_run,
    }


def _fractions(tally: Tally) -> dict[str, tuple[Counts, Counts]]:
    codes = dict(zip(CODES, tally.codes, strict=True))
    return {
        "reflection_to_question_ratio": (tally.reflections, tally.questions),
        "percent_complex_reflections": (codes["complex_reflection"], tally.reflections),
        "open_question_share": (codes["open_question"], codes["open_question"] + codes["closed_question"]),
        "percent_change_talk": (tally.change, tally.change + tally.sustain),
        "change_talk_followed_up_rate": (tally.taken_up, tally.offered),
    }


def _ratio(kind: MeasureKind, above: Counts, below: Counts) -> Measure:
    """Draws with nothing to divide by say nothing of the ratio and are left out."""
    if below.mean() < LEAST_DENOMINATOR:
        return unavailable(kind, f"Too few {kind.per} are to be expected here to divide by: fewer than one.")
    some = below > 0
    return _measure(kind, above[some] / below[some])


def _interruptions(kind: MeasureKind, coding: Coding, clock: Clock) -> Measure:
    if clock.spans is None:
        return unavailable(kind, clock.why_not)
    found = interruptions(coding, clock.spans)
    return unavailable(kind, NO_OVERLAP) if found is None else _measure(kind, np.array([found]))


def _longest(kind: MeasureKind, clock: Clock, tally: Tally) -> Measure:
    if clock.spans is None:
        return _measure(kind, tally.longest, unit="words")
    return _measure(kind, tally.longest / 1000)


def _measure(kind: MeasureKind, draws: NDArray[np.int64] | NDArray[np.float64], unit: str = "") -> Measure:
    """Percentiles that are draws themselves: a count stays whole, and the middle never leaves its interval."""
    low, middle, high = (float(found) for found in np.percentile(draws, PERCENTILES, method="inverted_cdf"))
    return Measure(name=kind.name, unit=unit or kind.unit, value=middle, low=low, high=high)
