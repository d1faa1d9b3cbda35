"""Problems as pages: who asked with a browser reads what went wrong and what to do, in the frame of every page."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

from fastapi import Request
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import RedirectResponse, Response

from models.errors import PracticeError
from service.api.onwards import next_page
from service.api.origin import SAFE_METHODS
from service.api.principals import SignedIn
from service.api.problems import Problem, Row
from service.web.forms import HERE_FIELD, OURS, Fields
from service.web.rendering import Pages

SIGN_IN = "/sign-in"
CONFIRM = "/confirm"


def problem_pages(
    pages: Pages,
    before: Callable[[Request], SignedIn | None],
    confirming: Callable[[Request, SignedIn, str, Fields], Response],
) -> Callable[[Request, Problem, Row], Response]:
    """What answers a browser with a problem; who is not signed in, or not lately, is led there and back.

    ``before`` finds who is signed in, where that can be found out. ``confirming`` asks them for a new proof, with the
    page to go on to and the form that they sent.
    """

    def shown(request: Request, problem: Problem, row: Row) -> Response:
        if row.status == 401:
            return RedirectResponse(_led(SIGN_IN, request), 303)
        if row.slug == "confirm-sign-in":
            sent, who = getattr(request.state, "sent", None), _known(request)
            if sent is not None and who is not None and set(sent.names()) - OURS:
                return confirming(request, who, next_page(str(request.state.here)), sent)
            return RedirectResponse(_led(CONFIRM, request), 303)
        return pages.page(request, "error.html", _known(request), status=row.status, problem=problem)

    def _known(request: Request) -> SignedIn | None:
        try:
            return before(request)
        except (PracticeError, SQLAlchemyError):  # what is wrong may be the database itself
            return None

    return shown


def _led(to: str, request: Request) -> str:
    """With the page that was asked for, which is where it goes on; a form that was sent is not sent again."""
    asked = f"?{request.url.query}" if request.url.query else ""
    safe = request.method in SAFE_METHODS
    came = next_page(f"{request.url.path}{asked}" if safe else str(getattr(request.state, HERE_FIELD, "")))
    return f"{to}?next={quote(came)}" if came != "/" else to
