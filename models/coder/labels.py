"""What can be said of an utterance: heads with their classes, to whom each applies, and the code a class stands for.

A head gives each utterance one class; a class whose code is "none" is an answer, not a code. Behaviour and its
kinds follow AnnoMI (Wu et al. 2023); ``mi_code`` follows MITI 4.2.1's names with the local code ``structuring``,
and states only the acts that no other head states.
"""

from __future__ import annotations

from dataclasses import dataclass

from models.records.coding import Setting
from models.records.speech import Role

ACTS = ("persuade", "affirm", "seeking_collaboration", "emphasizing_autonomy", "confront", "structuring")
MI_CODES = (
    "open_question",
    "closed_question",
    "simple_reflection",
    "complex_reflection",
    "giving_information",
    *ACTS,
    "other",
)
"""One main code for a practitioner's utterance, as the development set gives it."""

NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """One question asked of every utterance of certain speakers; ``codes`` names each class as a code."""

    name: str
    classes: tuple[str, ...]
    codes: tuple[str, ...]
    of_scored_role: bool = True
    needs_goal: bool = False

    def applies(self, role: Role, setting: Setting, change_goal: str | None) -> bool:
        """Whether this head is asked of a speaker with this role in this conversation."""
        if self.of_scored_role:
            return role is setting.scored_role
        return role in (Role.PARENT_OR_CARER, Role.CHILD) and (change_goal is not None or not self.needs_goal)


HEADS = (
    Head(
        name="behaviour",
        classes=("question", "reflection", "input", "other"),
        codes=("question", "reflection", "input", "other"),
    ),
    Head(name="question", classes=("none", "open", "closed"), codes=("none", "open_question", "closed_question")),
    Head(
        name="reflection",
        classes=("none", "simple", "complex"),
        codes=("none", "simple_reflection", "complex_reflection"),
    ),
    Head(
        name="input",
        classes=("none", "information", "advice", "options", "negotiation"),
        codes=("none", "information", "advice", "options", "negotiation"),
    ),
    Head(
        name="talk",
        classes=("change", "sustain", "neutral"),
        codes=("change", "sustain", "neutral"),
        of_scored_role=False,
        needs_goal=True,
    ),
    Head(name="mi_code", classes=MI_CODES, codes=tuple(code if code in ACTS else "none" for code in MI_CODES)),
)
"""All heads, in the order of the network's outputs."""

HEAD = {head.name: head for head in HEADS}

ELEMENTS = (
    "empathy",
    "collaboration",
    "autonomy",
    "evocation",
    "purposefulness",
    "clarity_about_concerns",
    "child_focus",
)
DIMENSIONS = (
    "sup_clarity_risk_need",
    "sup_child_focus",
    "sup_purpose",
    "sup_practice_focus",
    "sup_analysis",
    "sup_family_voice",
    "sup_empathy_support",
    "sup_collaboration_autonomy",
)
DIRECTIONS = ("+", "-")
EVIDENCE = tuple(f"{element}{direction}" for element in (*ELEMENTS, *DIMENSIONS) for direction in DIRECTIONS)
"""What an utterance may be evidence of: an element or supervision dimension, and the direction."""

OUTPUTS = sum(len(head.classes) for head in HEADS) + len(EVIDENCE)
"""How many scores the networks give each line: every class of every head in order, then every evidence."""


def output_slices() -> dict[str, slice]:
    """Where each head's scores lie among the outputs; "evidence" is the last slice."""
    slices, start = {}, 0
    for head in HEADS:
        slices[head.name] = slice(start, start + len(head.classes))
        start += len(head.classes)
    return {**slices, "evidence": slice(start, OUTPUTS)}


def evidence_of(setting: Setting) -> tuple[str, ...]:
    """The evidence looked for in a setting: of the seven elements, or of the supervision dimensions."""
    elements = DIMENSIONS if setting is Setting.SUPERVISION else ELEMENTS
    return tuple(f"{element}{direction}" for element in elements for direction in DIRECTIONS)
