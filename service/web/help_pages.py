"""Pages for everybody, signed in or not: help, and how accessible the service is."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from service.api.principals import public
from service.web.kit import Kit


def help_pages(kit: Kit) -> APIRouter:
    """Who is signed in finds the help for their own roles first."""
    router = APIRouter(include_in_schema=False, dependencies=[Depends(public())])

    @router.get("/help")
    def helped(request: Request) -> Response:
        """Short help by role."""
        return kit.pages.page(request, "help.html", kit.people.before(request))

    @router.get("/accessibility")
    def accessibility(request: Request) -> Response:
        """What was checked, what is known not to work, and whom to tell."""
        return kit.pages.page(request, "accessibility.html", kit.people.before(request))

    return router
