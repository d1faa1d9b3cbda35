"""Who may open a page, and forms that are sent from one: their token is a hidden field, so that no script need run."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from service.api.origin import SAFE_METHODS
from service.api.principals import CSRF_FIELD, SignedIn, declared_as, needs_role, needs_sign_in
from service.database.words import StaffRole

FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")
MOST_FIELDS = 6000
"""A box may be ticked for each utterance of four hours."""
HERE_FIELD = "here"
"""The page that a form stands on, for forms that may need a new proof first: browsers tell no referrer here."""
OURS = frozenset({CSRF_FIELD, HERE_FIELD})
"""Fields that nobody fills in: a form that has no other one is a button."""


async def fields_of(request: Request) -> Mapping[str, list[str]]:
    """The fields of a form as it was sent, each with all of its values; files are left out."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in FORM_TYPES:
        return {}
    form = await request.form(max_files=0, max_fields=MOST_FIELDS)
    return {name: [str(value) for value in form.getlist(name) if not isinstance(value, UploadFile)] for name in form}


class Fields:
    """What a form sent. Fields that were not sent are empty, and spaces around what was written are gone."""

    def __init__(self, sent: Mapping[str, list[str]]) -> None:
        self._sent = sent

    def one(self, name: str) -> str:
        """The last value of a field."""
        return self._sent.get(name, [""])[-1].strip()

    def as_typed(self, name: str) -> str:
        """The last value of a field with every blank of it, like a password."""
        return self._sent.get(name, [""])[-1]

    def all(self, name: str) -> list[str]:
        """Every value of a field, like boxes that were ticked."""
        return [value.strip() for value in self._sent.get(name, []) if value.strip()]

    def every(self, name: str) -> list[str]:
        """Every value of a field, as it was sent."""
        return list(self._sent.get(name, []))

    def version(self) -> int:
        """The version that the page was made from; -1 where none was sent."""
        given = self.one("version")
        return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else -1

    def names(self) -> list[str]:
        """The names of the fields."""
        return list(self._sent)


async def _fields(request: Request) -> Fields:
    return Fields(await fields_of(request))


Sent = Annotated[Fields, Depends(_fields)]
"""The form that was sent to a route."""
Visitor = Callable[[Request], Awaitable[SignedIn]]


def page_for(*roles: StaffRole, fresh: bool = False) -> Visitor:
    """Declare a page, or where its form is sent to, for people with one of these roles; for any of them without."""
    inner = needs_role(*roles, fresh=fresh) if roles else needs_sign_in(fresh=fresh)

    async def signed_in(request: Request) -> SignedIn:
        if request.method not in SAFE_METHODS:
            sent = await fields_of(request)
            request.state.csrf = sent.get(CSRF_FIELD, [""])[-1]
            request.state.sent = Fields(sent)
            request.state.here = sent.get(HERE_FIELD, [""])[-1]
        return await run_in_threadpool(inner, request)

    return declared_as(signed_in, inner)
