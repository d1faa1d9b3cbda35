"""Plain words for what a coding holds: codes, elements, flags and what is off, the same in every output."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from models.coder.labels import DIMENSIONS, ELEMENTS
from models.records.coding import Code, Coding, Flag, Off, Setting

SUGGESTION_NOTICE = (
    "Every code and flag is a suggestion for a person to confirm. The coder learned from invented and demonstration "
    "talk and has not been validated on social work: it can be wrong in any line."
)

_CODES = {
    "question": "question",
    "open_question": "open question",
    "closed_question": "closed question",
    "reflection": "reflection",
    "simple_reflection": "simple reflection",
    "complex_reflection": "complex reflection",
    "input": "gives input",
    "information": "gives information",
    "advice": "gives advice",
    "options": "offers options",
    "negotiation": "negotiates",
    "persuade": "persuades",
    "affirm": "affirms",
    "seeking_collaboration": "seeks collaboration",
    "emphasizing_autonomy": "emphasises autonomy",
    "confront": "confronts",
    "structuring": "structures the talk",
    "change": "change talk",
    "sustain": "sustain talk",
    "neutral": "neutral talk",
    "other": "other",
}

_KIND_OF = {
    "open_question": "question",
    "closed_question": "question",
    "simple_reflection": "reflection",
    "complex_reflection": "reflection",
    "information": "input",
    "advice": "input",
    "options": "input",
    "negotiation": "input",
}
"""Codes that say more exactly what another one says."""

_ELEMENTS = {
    "clarity_about_concerns": "Clarity about concerns",
    "child_focus": "Child focus",
    "sup_clarity_risk_need": "Clarity about risk and need",
    "sup_child_focus": "Child focus",
    "sup_purpose": "Purpose and decision",
    "sup_practice_focus": "Support for practice",
    "sup_analysis": "Reflection and analysis",
    "sup_family_voice": "Family's voice",
    "sup_empathy_support": "Empathy and emotional support",
    "sup_collaboration_autonomy": "Collaboration and autonomy",
}

_OFF = {"talk": "Change talk", "unsure_roles": "Unsure roles", "flags": "Flags"}


def code_name(code: str) -> str:
    """A code in plain words."""
    return _CODES.get(code, code.replace("_", " "))


def element_name(element: str) -> str:
    """An element or supervision dimension as a person writes it."""
    return _ELEMENTS.get(element, element.replace("_", " ").capitalize())


def code_phrase(code: Code) -> str:
    """A code with how sure the coder is, such as "open question (likely)"."""
    return f"{code_name(code.code)} ({'likely' if code.sure else 'unsure'})"


def flag_phrase(flag: Flag) -> str:
    """A flag such as "+ Empathy EM+1 (0.83)"."""
    parts = (flag.direction, element_name(flag.element), flag.indicator, f"({flag.probability:.2f})")
    return " ".join(part for part in parts if part)


def telling(codes: Iterable[Code]) -> tuple[Code, ...]:
    """The codes without those that another one says more exactly, and at least as surely."""
    codes = tuple(codes)
    said = {_KIND_OF[code.code]: code.sure for code in codes if code.code in _KIND_OF}
    return tuple(code for code in codes if code.code not in said or (code.sure and not said[code.code]))


def flag_counts(coding: Coding) -> tuple[tuple[str, int, int], ...]:
    """Every element of the setting with how many flags are for and against it."""
    counts = Counter((flag.element, flag.direction) for one in coding.utterances for flag in one.flags)
    elements = DIMENSIONS if coding.setting is Setting.SUPERVISION else ELEMENTS
    return tuple((element_name(element), counts[element, "+"], counts[element, "-"]) for element in elements)


def off_phrase(off: Off) -> str:
    """What is off and why, such as "Change talk: no goal is stated."."""
    name = off.name.rstrip("+-")
    sign = off.name[len(name) :]
    plain = _OFF.get(off.name) or (_CODES[name].capitalize() if name in _CODES else element_name(name))
    return f"{plain} ({sign}): {off.reason}" if sign else f"{plain}: {off.reason}"
