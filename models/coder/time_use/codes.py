"""The time-use codes of a supervision, as the draft rubric has them. They describe; none of them is a score."""

from __future__ import annotations

TIME_USE = ("NARR", "WHAT", "WHY", "HOW", "CHILD", "FAM", "RISK", "FEEL", "DEC", "ADMIN")
"""What a line of anybody's can be spent on, in the rubric's order."""

NOTHING = "-"
"""A greeting or a listener's noise: it is spent on none of them, and takes no part in their shares."""

CLASSES = (*TIME_USE, NOTHING)
"""What the classifier tells apart, in the order of its outputs."""
