"""Problems as pages: who asked with a browser reads what went wrong and what to do, in the frame of every page."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from service.api.origin import SAFE_METHODS
from service.api.problems import Problem, Row
from service.web.rendering import Pages

SIGN_IN = "/sign-in"
CONFIRM = "/confirm"


def problem_pages(pages: Pages) -> Callable[[Request, Problem, Row], Response]:
    """What answers a browser with a problem; who is not signed in, or not lately, is led there and back."""

    def shown(request: Request, problem: Problem, row: Row) -> Response:
        if row.status == 401:
            return RedirectResponse(_led(SIGN_IN, request), 303)
        if row.slug == "confirm-sign-in":
            return RedirectResponse(_led(CONFIRM, request), 303)
        return pages.page(request, "error.html", status=row.status, problem=problem)

    return shown


def _led(to: str, request: Request) -> str:
    """With the page that was asked for, which is where it goes on; a form that was sent is not sent again."""
    came = request.url.path if request.method in SAFE_METHODS else request.headers.get("referer", "")
    return f"{to}?next={quote(came)}" if came.startswith("/") and came != "/" else to


def next_page(given: str) -> str:
    """A page of this service to go on to; home for everything that might lead elsewhere."""
    fits = given.startswith("/") and not given.startswith(("//", "/\\")) and given.isprintable() and len(given) < 500
    return given if fits else "/"
