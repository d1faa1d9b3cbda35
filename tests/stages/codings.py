"""Small codings by hand: a line is who speaks, what is said and what the coder is sure it does."""

from __future__ import annotations

from collections.abc import Mapping

from models.coder.labels import ACTS, HEAD, HEADS
from models.records.coding import CodedUtterance, Coding, Off, Setting
from models.records.provenance import Engine
from models.records.speech import Role

WORKER, PARENT, SUPERVISOR = Role.PRACTITIONER, Role.PARENT_OR_CARER, Role.SUPERVISOR
ENGINE = Engine(name="made-by-hand", version="1")

Heads = Mapping[str, Mapping[str, float]]

_CERTAIN: dict[str, tuple[str, str]] = {
    "open": ("question", "open"),
    "closed": ("question", "closed"),
    "simple": ("reflection", "simple"),
    "complex": ("reflection", "complex"),
    "information": ("input", "information"),
    "change": ("talk", "change"),
    "sustain": ("talk", "sustain"),
    **{act: ("mi_code", act) for act in ACTS},
}


def worker(
    *does: str, text: str = "That has been a long week for you.", **heads: Mapping[str, float]
) -> CodedUtterance:
    """A line of the practitioner's that certainly does these things ("open", "affirm"); ``heads`` override."""
    return line(WORKER, *does, text=text, **heads)


def supervisor(*does: str, text: str = "That was a hard visit.", **heads: Mapping[str, float]) -> CodedUtterance:
    """The same, said by the supervisor."""
    return line(SUPERVISOR, *does, text=text, **heads)


def parent(*does: str, text: str = "It was, all of it.", **heads: Mapping[str, float]) -> CodedUtterance:
    """A line of the parent's, certainly neutral unless it is "change" or "sustain"."""
    return line(PARENT, *does, text=text, **heads)


def line(role: Role, *does: str, text: str, **heads: Mapping[str, float]) -> CodedUtterance:
    """One line; `session` numbers it."""
    certain = {head.name: _nothing(head.name) for head in HEADS if head.of_scored_role is (role is not PARENT)}
    for one in does:
        head, answer = _CERTAIN[one]
        certain[head] = dict.fromkeys(HEAD[head].classes, 0.0) | {answer: 1.0}
    given = {name: dict(classes) for name, classes in heads.items()}
    return CodedUtterance(id="", turn=0, speaker=role.value, role=role, text=text, heads=certain | given)


def session(
    *lines: CodedUtterance,
    goal: str | None = "calmer mornings",
    off: Mapping[str, str] | None = None,
    setting: Setting = Setting.DIRECT_PRACTICE,
) -> Coding:
    """The lines in order, with ids u1, u2 ...; ``off`` gives what is switched off, and why."""
    numbered = tuple(
        CodedUtterance(id=f"u{n}", turn=n, speaker=one.speaker, role=one.role, text=one.text, heads=one.heads)
        for n, one in enumerate(lines, 1)
    )
    return Coding(
        engine=ENGINE,
        setting=setting,
        change_goal=goal,
        utterances=numbered,
        off=tuple(Off(name=name, reason=reason) for name, reason in (off or {}).items()),
    )


def _nothing(head: str) -> dict[str, float]:
    answer = {"talk": "neutral", "mi_code": "other", "behaviour": "other"}.get(head, "none")
    return dict.fromkeys(HEAD[head].classes, 0.0) | {answer: 1.0}
