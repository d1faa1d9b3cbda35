"""The words that are read aloud before somebody answers, for whom, and as a page shows them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup, escape

from models.records.speech import Role
from service.permissions.wording import Audience, Statement, statements

_NUMBERED = re.compile(r"\d+\. ")
_STRONG = re.compile(r"\*\*(.+?)\*\*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A heading, a paragraph (one item each) or a list."""

    kind: str
    parts: tuple[Markup, ...]


def audience_of(role: Role, *, through_parent: bool = False) -> Audience:
    """Whose words somebody with a role hears; whoever answers for a child hears an adult's."""
    if role is Role.CHILD and not through_parent:
        return Audience.CHILD
    return Audience.WORKER if role in (Role.PRACTITIONER, Role.SUPERVISOR) else Audience.ADULT


def newest_statement(audience: Audience) -> Statement:
    """The newest words for them."""
    found = [one for one in statements().values() if one.audience is audience]
    return max(found, key=lambda one: int(one.name.rpartition("-")[2]))


def blocks_of(words: str) -> Iterator[Block]:
    """The words of a statement, which are a little Markdown: headings, paragraphs, numbered lists and strong words."""
    for piece in words.strip().split("\n\n"):
        if piece.startswith("# "):
            yield Block(kind="heading", parts=(_marked(piece[2:]),))
        elif _NUMBERED.match(piece):
            items = re.split(r"\n(?=\d+\. )", piece)
            yield Block(kind="list", parts=tuple(_marked(_NUMBERED.sub("", one, count=1)) for one in items))
        else:
            yield Block(kind="paragraph", parts=(_marked(piece),))


def _marked(text: str) -> Markup:
    joined = " ".join(text.split())
    return Markup(_STRONG.sub(r"<strong>\1</strong>", str(escape(joined))))  # noqa: S704 - escaped just before
