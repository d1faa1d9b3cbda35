"""What the pages are made of; the composition root puts it together once."""

from __future__ import annotations

from dataclasses import dataclass

from service.api.principals import SignedIn
from service.parts import Parts
from service.people.records import SignedIn as AtBrowser
from service.people.web import PeopleWeb
from service.web.rendering import Pages


@dataclass(frozen=True, slots=True, kw_only=True)
class Kit:
    """The service's parts, the people's, and what renders."""

    parts: Parts
    people: PeopleWeb
    pages: Pages


def at_browser(who: SignedIn) -> AtBrowser:
    """Who is signed in, as the package of people knows them."""
    if not isinstance(who, AtBrowser):
        raise TypeError("pages are for people who signed in here")
    return who
