"""The first page that each person sees: what needs them, by their roles."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from service.api.paging import Wanted
from service.api.principals import SignedIn
from service.database.words import StaffRole
from service.jobs.reasons import SENTENCES
from service.web.forms import page_for
from service.web.home import alike, coach_queue, own_sessions
from service.web.home_words import NEED_WORDS, TURN_WORDS
from service.web.kit import Kit
from service.web.words import SETTING_WORDS

Here = Annotated[SignedIn, Depends(page_for())]
Cursor = Annotated[str | None, Query(max_length=300)]
WORKERS = frozenset({StaffRole.PRACTITIONER, StaffRole.MANAGER})
ON_A_PAGE = 20


def home_pages(kit: Kit) -> APIRouter:
    """Home, by role."""
    router, parts = APIRouter(include_in_schema=False), kit.parts

    @router.get("/")
    def home(
        request: Request, who: Here, sessions: Cursor = None, queue: Cursor = None, released: bool = False
    ) -> Response:
        """What needs them. Each list has its own cursor; ``released``: the coach's sessions whose feedback is out."""
        actor = who.actor
        own = own_sessions(parts, actor, _wanted(sessions)) if WORKERS & actor.roles else None
        shared = (
            coach_queue(parts, actor, _wanted(queue), done=released) if StaffRole.COACH in actor.roles else None
        )  # fmt: skip
        return kit.pages.page(
            request, "home.html", who, own=own, shared=shared, released=released, need_words=NEED_WORDS,
            turn_words=TURN_WORDS, setting_words=SETTING_WORDS, failures=SENTENCES, later=bool(sessions or queue),
            alike_own=alike(own.items if own else ()), alike_shared=alike(shared.items if shared else ()),
        )  # fmt: skip

    return router


def _wanted(cursor: str | None) -> Wanted:
    return Wanted(limit=ON_A_PAGE, cursor=cursor)
