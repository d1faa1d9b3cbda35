"""How lines become input of the network: roles as numbers, long lines shortened, how far the context reaches."""

from __future__ import annotations

from collections.abc import Sequence

from models.records.coding import Conversation, Line
from models.records.speech import Role

ROLES = ("scored", "family", "other")
"""Whose line it is: whose practice is looked at, parents, carers and children, or anybody else."""

AROUND = 10
"""How many lines before and after a line the network sees (published work finds about ten useful)."""

LONGEST = 96
"""The most tokens of a line, with the marks at its ends; longer lines lose their middle."""


def role_number(line: Line, conversation: Conversation) -> int:
    """The place of a line's role in ``ROLES``."""
    if line.role is conversation.setting.scored_role:
        return 0
    return 1 if line.role in (Role.PARENT_OR_CARER, Role.CHILD) else 2


def shorten(ids: Sequence[int], longest: int) -> list[int]:
    """Token ids of a line, cut in the middle so that its beginning and its end stay."""
    if len(ids) <= longest:
        return list(ids)
    start = longest // 2
    return [*ids[:start], *ids[len(ids) - (longest - start) :]]
