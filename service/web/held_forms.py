"""A form that was sent without a proof of the last minutes. The page that asks for the proof holds it, and gives it on.

It is kept nowhere but in that page, and it is sent again by whoever typed it, with one button.
"""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request

from service.api.onwards import next_page
from service.web.forms import OURS, Fields

TO = "held-to"
BEFORE = "held."
"""What stands before the names of its fields in the page that holds it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldForm:
    """Where it was sent, and its fields in their order; a name may come more than once. No token is among them."""

    to: str
    fields: tuple[tuple[str, str], ...]

    @classmethod
    def just_sent(cls, request: Request, sent: Fields) -> HeldForm:
        """The form that this request is."""
        return cls(to=next_page(request.url.path), fields=_fields(sent, ""))

    @classmethod
    def kept(cls, sent: Fields) -> HeldForm | None:
        """The form that the page held; None where it held none."""
        to = sent.one(TO)
        return cls(to=next_page(to), fields=_fields(sent, BEFORE)) if to else None


def _fields(sent: Fields, before: str) -> tuple[tuple[str, str], ...]:
    named = [(name, name.removeprefix(before)) for name in sent.names() if name.startswith(before)]
    return tuple((plain, value) for name, plain in named if plain not in OURS for value in sent.every(name))
