"""The policy written out for people: docs/policy.md."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from string import Template

from service.database.words import Content
from service.keybroker.policy import CREATORS, POLICY, Condition, Relationship, Row

_RELATIONSHIPS = {
    Relationship.OWN: "is the session's worker",
    Relationship.COACH: "coaches the session's worker now; nobody coaches themself",
    Relationship.LEAD: "leads now the session's team, or a team that its worker is in now",
    Relationship.TEAM: "is now in the session's team, or in one with its worker, without leading it",
    Relationship.APART: "none of the above",
    Relationship.ANY: "is any person, whatever else holds",
    Relationship.SYSTEM: "is the process that works on sessions",
}
_CONDITIONS = {
    Condition.SHARED: "the worker has shared the session",
    Condition.RELEASED: "feedback on the session is released",
    Condition.AUTHOR: "the coach has written feedback on the session",
    Condition.SUPERVISION: "the session is a supervision",
}
_FRAME = Path(__file__).with_name("policy_page.md")


def policy_page() -> str:
    """The page as Markdown."""
    heads = ("Role", "Relationship", "Purpose", "Content", "Actions", "Permission of everybody", "Condition")
    return Template(_FRAME.read_text("utf-8")).substitute(
        relationships=_listed(("Relationship", "Holds where the actor"), _RELATIONSHIPS.items()),
        conditions=_listed(("Condition", "Holds where"), _CONDITIONS.items()),
        table=_listed(heads, map(_cells, POLICY)),
        makers=" or ".join(CREATORS),
        reach=_listed(("Content", "Opens to"), ((content, _reach(content)) for content in Content)),
    )


def _reach(content: Content) -> str:
    """The roles, and how they stand to the session, that open this kind of content at all."""
    return _joined(dict.fromkeys(f"{row.role} ({row.relationship})" for row in POLICY if content in row.contents))


def _cells(row: Row) -> tuple[str, ...]:
    further = (*row.conditions, "also in quarantine") if row.in_quarantine else row.conditions
    return (
        row.role,
        row.relationship,
        row.purpose,
        _joined(row.contents),
        _joined(row.actions),
        _joined(row.permissions) or "none needed",
        _joined(further),
    )


def _joined(words: Iterable[str]) -> str:
    return ", ".join(words)


def _listed(heads: tuple[str, ...], lines: Iterable[tuple[str, ...]]) -> str:
    rule = "|" + "---|" * len(heads)
    return "\n".join((_line(heads), rule, *map(_line, lines))) + "\n"


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"
