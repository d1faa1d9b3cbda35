"""The rubric that sessions of a setting are looked at by."""

from __future__ import annotations

from models.records.coding import Setting
from models.records.rubric import Rubric


def rubric_for(setting: Setting) -> Rubric:
    """The rubric that comes with the program. What reads it is loaded with the first one, not at every start."""
    from pipelines.rubrics import shipped_rubric

    return shipped_rubric(setting)
