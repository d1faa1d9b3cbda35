"""What the pages are made of; the composition root puts it together once."""

from __future__ import annotations

from dataclasses import dataclass

from service.parts import Parts
from service.people.web import PeopleWeb
from service.web.rendering import Pages


@dataclass(frozen=True, slots=True, kw_only=True)
class Kit:
    """The service's parts, the people's, and what renders."""

    parts: Parts
    people: PeopleWeb
    pages: Pages
