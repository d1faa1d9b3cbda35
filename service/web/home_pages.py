"""The first page that each person sees: what needs them, by their roles."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from service.api.principals import SignedIn
from service.sessions.usecases import Sessions
from service.web.forms import page_for
from service.web.kit import Kit

Here = Annotated[SignedIn, Depends(page_for())]


def home_pages(kit: Kit) -> APIRouter:
    """Home, by role."""
    router, pages = APIRouter(include_in_schema=False), kit.pages
    sessions = Sessions(parts=kit.parts, visible=kit.parts.broker.visible_sessions)

    @router.get("/")
    def home(request: Request, who: Here) -> Response:
        """What needs them."""
        return pages.page(request, "home.html", who, sessions=sessions.page(who.actor).items)

    return router
