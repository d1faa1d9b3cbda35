"""What the administration pages share: who they are for, their frame, and days as people write them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Depends, Path, Request
from starlette.responses import Response

from models.errors import PracticeError
from service.api.fields import ID
from service.api.principals import SignedIn
from service.api.problems import row_of
from service.database.words import StaffRole
from service.people.staff import list_people
from service.web.admin.errors import DayError
from service.web.admin.words import WORDS
from service.web.forms import page_for
from service.web.kit import Kit

Administrator = Annotated[SignedIn, Depends(page_for(StaffRole.ADMINISTRATOR))]
"""Whoever administers, signed in with a browser."""
Proved = Annotated[SignedIn, Depends(page_for(StaffRole.ADMINISTRATOR, fresh=True))]
"""The same, with a proof from the last minutes: for whatever changes something, and for what is taken away."""
PathId = Annotated[str, Path(pattern=ID)]
USUAL = 25
"""Rows on a page."""
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Renders the pages of administration."""

    kit: Kit

    def page(
        self, request: Request, name: str, who: SignedIn, refused: PracticeError | None = None, /, **given: object
    ) -> Response:
        """A template of ``admin/``, with the words of administration; ``refused``: what is wrong with what was sent."""
        status = 200 if refused is None else row_of(type(refused)).status
        problem = None if refused is None else str(refused)
        return self.kit.pages.page(
            request, f"admin/{name}", who, status=status, **WORDS, problem=problem, **given
        )  # fmt: skip

    def names(self, who: SignedIn) -> dict[str, str]:
        """What everybody is called, by their ids. Raises RefusedError."""
        return {one.id: one.shown_name for one in list_people(self.kit.parts, who.actor)}


def begins(text: str, zone: ZoneInfo) -> int | None:
    """The first moment of a day like 2026-11-22 in ms since 1970, None where nothing is written. Raises DayError."""
    return None if not text else _ms(_day(text), zone)


def ends(text: str, zone: ZoneInfo) -> int | None:
    """The moment at which that day is over, None where nothing is written. Raises DayError."""
    return None if not text else _ms(_day(text) + _DAY, zone)


def _day(text: str) -> date:
    try:
        read = date.fromisoformat(text)
    except ValueError:
        raise DayError from None
    if not 2000 <= read.year <= 2200:
        raise DayError
    return read


def _ms(day: date, zone: ZoneInfo) -> int:
    return int(datetime.combine(day, time(), zone).timestamp() * 1000)
