"""Every page's routes, put together in one place."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter

from service.web.feedback_pages import feedback_pages
from service.web.home_pages import home_pages
from service.web.kit import Kit
from service.web.look import look_router
from service.web.sign_in_pages import sign_in_pages
from service.web.static_files import static_router


def page_routers(kit: Kit) -> Sequence[APIRouter]:
    """The pages' routers; their paths are whole already."""
    return (
        static_router(),
        look_router(kit.pages.council),
        sign_in_pages(kit),
        home_pages(kit),
        *feedback_pages(kit),
    )
