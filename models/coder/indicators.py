"""The indicators of each evidence, as ids of the draft rubric 0.1.0: which wording earns or loses it."""

from __future__ import annotations

from models.coder.labels import EVIDENCE

RUBRIC = "msw-own-words 0.1.0-draft"
"""The rubric whose indicators these are."""

_COUNTS: dict[str, tuple[str, int, int]] = {
    "empathy": ("EM", 5, 4),
    "collaboration": ("CO", 6, 4),
    "autonomy": ("AU", 5, 4),
    "evocation": ("EV", 6, 4),
    "purposefulness": ("PU", 5, 4),
    "clarity_about_concerns": ("CL", 6, 5),
    "child_focus": ("CF", 6, 5),
    "sup_clarity_risk_need": ("sup_clarity_risk_need", 4, 3),
    "sup_child_focus": ("sup_child_focus", 3, 2),
    "sup_purpose": ("sup_purpose", 3, 3),
    "sup_practice_focus": ("sup_practice_focus", 4, 3),
    "sup_analysis": ("sup_analysis", 4, 3),
    "sup_family_voice": ("sup_family_voice", 3, 2),
    "sup_empathy_support": ("sup_empathy_support", 3, 3),
    "sup_collaboration_autonomy": ("sup_collaboration_autonomy", 3, 3),
}


def _indicators(evidence: str) -> tuple[str, ...]:
    short, positive, negative = _COUNTS[evidence[:-1]]
    count = positive if evidence[-1] == "+" else negative
    return tuple(f"{short}{evidence[-1]}{number}" for number in range(1, count + 1))


INDICATORS_OF = {evidence: _indicators(evidence) for evidence in EVIDENCE}
"""Evidence ("empathy+") -> its indicators ("EM+1", ...)."""

INDICATORS = tuple(indicator for names in INDICATORS_OF.values() for indicator in names)


def indicator_slices() -> dict[str, slice]:
    """Where each evidence's indicators lie among all of them."""
    slices, start = {}, 0
    for evidence, names in INDICATORS_OF.items():
        slices[evidence] = slice(start, start + len(names))
        start += len(names)
    return slices
