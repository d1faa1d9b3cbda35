"""What each line of a coded supervision is likely to be spent on, by the classifier that comes with the program."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from models.coder.time_use.package import TimeUsePackage, read_time_use
from models.records.coding import Coding, Setting


@lru_cache(maxsize=1)
def shipped_time_use() -> TimeUsePackage:
    """The classifier that comes with the program, read and proved once. Raises WeightsError."""
    return read_time_use()


def time_use_of(coding: Coding) -> NDArray[np.float64] | None:
    """[utterances, classes] of a supervision, in the order of `models.coder.time_use.codes.CLASSES`; None elsewhere.

    Raises WeightsError where the classifier's files are not as they were written.
    """
    if coding.setting is not Setting.SUPERVISION:
        return None
    return shipped_time_use().model.probabilities([one.text for one in coding.utterances])
