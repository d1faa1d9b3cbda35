"""What each line of a coded supervision is likely to be spent on, by the classifier that comes with the program."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from models.coder.time_use.codes import TIME_USE as CODES
from models.coder.time_use.package import TimeUsePackage, read_time_use
from models.records.coding import Coding, Setting
from models.records.provenance import Engine
from models.records.scoring import Measure
from pipelines.stages.time_use import measure_name

TELLING = ("WHAT", "CHILD", "FAM", "DEC", "ADMIN")
"""Codes whose share tells one session from another: nearer to the coded share than the average of other sessions is,
and in about their order (Spearman 0.4 or more), by the table of docs/time-use.md. The others are switched off."""

NOT_TELLING = (
    "On sessions it had not learned from, the program told the share of this no better than the average of other "
    "sessions does. It is switched off."
)


@lru_cache(maxsize=1)
def shipped_time_use() -> TimeUsePackage:
    """The classifier that comes with the program, read and proved once. Raises WeightsError."""
    return read_time_use()


def time_use_engine(setting: Setting) -> Engine | None:
    """What tells time use in this setting, for provenance and for content keys; None where nothing does."""
    return shipped_time_use().engine if setting is Setting.SUPERVISION else None


def time_use_of(coding: Coding) -> NDArray[np.float64] | None:
    """[utterances, classes] of a supervision, in the order of `models.coder.time_use.codes.CLASSES`; None elsewhere.

    Raises WeightsError where the classifier's files are not as they were written.
    """
    if coding.setting is not Setting.SUPERVISION:
        return None
    return shipped_time_use().model.probabilities([one.text for one in coding.utterances])


def told_apart(measures: Iterable[Measure]) -> tuple[Measure, ...]:
    """The measures, without the shares of time that tell nothing of a session."""
    off = {measure_name(code) for code in CODES if code not in TELLING}
    return tuple(
        replace(one, value=None, low=None, high=None, reason=one.reason or NOT_TELLING) if one.name in off else one
        for one in measures
    )
