"""What a supervision was spent on, by both people: shares of its time from each line's probabilities. Not scores.

A share is of the time spoken, or of the words where there are no times, and of those lines only that are spent on
something: greetings and listeners' noises are left out by the probability that they are that.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from models.coder.time_use.codes import CLASSES, NOTHING, TIME_USE
from models.records.coding import Coding
from models.records.scoring import Measure
from pipelines.stages.measuring.draws import DRAWS, drawn_by
from pipelines.stages.measuring.times import Clock, lengths_of

NOT_ASKED = "Nobody has judged what each line of this session is spent on."
NOTHING_SAID = "Nobody says anything in this transcript that time could have been spent on."

LEAST = 0.5
"""So many words or milliseconds have to be spent on something, by the probabilities, for there to be shares of it."""

RUN = 3
"""So many lines are drawn together: talk stays with a code for about three lines (docs/time-use.md), as errors do."""

_SEED = 20_240_422
_BLOCK = 512
_INTERVAL = (10.0, 90.0)

Floats = NDArray[np.float64]


def measure_name(code: str) -> str:
    """The measure of a time-use code: "HOW" is `time_use_how`."""
    return f"time_use_{code.lower()}"


def time_use_measures(coding: Coding, clock: Clock, probabilities: Floats | None) -> tuple[Measure, ...]:
    """A share with its 80% interval for each code, in the rubric's order; the values add up to 1.

    ``probabilities`` [lines, classes] follows the coding's utterances and `CLASSES`; None where nobody asked for them.
    Raises ValueError where it has another shape.
    """
    if probabilities is None:
        return _unavailable(NOT_ASKED)
    if probabilities.shape != (len(coding.utterances), len(CLASSES)):
        raise ValueError("there must be one probability for each line and class")
    found = shares(np.array(lengths_of(coding, coding.utterances, clock), np.float64), probabilities)
    if found is None:
        return _unavailable(NOTHING_SAID)
    rows = zip(TIME_USE, *(column.tolist() for column in found), strict=True)
    return tuple(
        Measure(name=measure_name(code), unit="share", value=value, low=low, high=high)
        for code, value, low, high in rows
    )


def shares(lengths: Floats, probabilities: Floats) -> tuple[Floats, Floats, Floats] | None:
    """The share of each code [10], and the lower and upper end of its 80% interval; None where nothing is said.

    ``lengths`` [lines] weighs the lines of ``probabilities`` [lines, classes].
    """
    expected = lengths @ probabilities
    nothing = CLASSES.index(NOTHING)
    spent = np.delete(expected, nothing)
    if spent.sum() < LEAST:
        return None
    drawn = np.delete(_draws(lengths, probabilities), nothing, axis=0)
    whole = drawn.sum(0)
    low, high = np.percentile(drawn[:, whole > 0] / whole[whole > 0], _INTERVAL, axis=1)
    value = spent / spent.sum()
    return value, np.minimum(low, value), np.maximum(high, value)


def stated(probabilities: Floats, sure: Mapping[str, float]) -> tuple[str | None, ...]:
    """What may be said of each line: its likeliest code where ``sure`` has it and it is likely enough, else None."""
    answers = [CLASSES[at] for at in probabilities.argmax(1)]
    likely = probabilities.max(1, initial=0.0)
    return tuple(
        code if code in sure and chance >= sure[code] else None for code, chance in zip(answers, likely, strict=True)
    )


def _draws(lengths: Floats, probabilities: Floats) -> Floats:
    """What is spent on each class in each draw, [classes, draws]; runs of lines share their random number."""
    stream = np.random.default_rng(_SEED)
    begins = stream.integers(0, RUN, DRAWS)
    chances = stream.random((len(lengths) // RUN + 2, DRAWS), np.float32)
    spent = np.zeros((probabilities.shape[1], DRAWS))
    for start in range(0, len(lengths), _BLOCK):
        part = slice(start, start + _BLOCK)
        runs = (np.arange(start, start + len(lengths[part]))[:, None] + begins) // RUN
        drawn = drawn_by(probabilities[part], np.take_along_axis(chances, runs, 0))
        spent += np.einsum("l,lcd->cd", lengths[part], drawn)
    return spent


def _unavailable(reason: str) -> tuple[Measure, ...]:
    return tuple(Measure(name=measure_name(code), unit="share", value=None, reason=reason) for code in TIME_USE)
