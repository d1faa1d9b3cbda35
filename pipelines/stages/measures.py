"""From a coding to the measures of a session: counts, shares and ratios with the coder's doubt in them.

The rules paraphrase MITI 4.2.1; docs/measures.md tells them, as ``python -m pipelines.stages.measures`` prints it.
"""

from __future__ import annotations

import sys

import numpy as np
from numpy.typing import NDArray

from models.records.coding import Coding, Setting
from models.records.scoring import Circumstances, Measure
from pipelines.stages.measuring.document import explanation_text
from pipelines.stages.measuring.floor import floor_of
from pipelines.stages.measuring.kinds import MEASURES, MeasureKind, kinds_of
from pipelines.stages.measuring.times import clock_of, lengths_of
from pipelines.stages.measuring.values import unavailable, value_of, why_not
from pipelines.stages.measuring.volleys import tally_of
from pipelines.stages.time_use import time_use_measures

__all__ = ["MEASURES", "MeasureKind", "measures"]


def measures(
    coding: Coding, circumstances: Circumstances, time_use: NDArray[np.float64] | None = None
) -> tuple[Measure, ...]:
    """Every measure of the coding's setting, in the order of `MEASURES`; what cannot be told has no value, and why.

    Times are used where every utterance has one. ``time_use`` [utterances, classes] says what each is likely to be
    spent on, in a supervision; None where nobody was asked. Equal input gives equal measures. Raises ValueError where
    ``time_use`` has another shape.
    """
    floor, clock = floor_of(coding), clock_of(coding, circumstances)
    off = {one.name for one in coding.off}
    tally = tally_of(floor, lengths_of(coding, floor.scored, clock), off)
    supervision = coding.setting is Setting.SUPERVISION
    spent = {one.name: one for one in time_use_measures(coding, clock, time_use)} if supervision else {}
    found = []
    for kind in kinds_of(coding.setting):
        if kind.name in spent:
            found.append(spent[kind.name])
            continue
        reason = why_not(kind, coding, floor)
        found.append(unavailable(kind, reason) if reason else value_of(kind, coding, clock, tally))
    return tuple(found)


if __name__ == "__main__":
    sys.stdout.write(explanation_text())
