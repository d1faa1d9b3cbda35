"""Turns errors into answers: the handlers that the application registers, and nothing else does."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from models.errors import PracticeError
from service.api.errors import TooManyError
from service.api.logs import log_failure
from service.api.problems import MEDIA_TYPE, Fault, Problem, Row, problem_of, row_of, row_of_status
from service.api.request_ids import request_id_of
from service.people.errors import TooManyAttemptsError

API = "/api/"
"""Below this, programs ask: they get problems and no pages."""
MOST_FAULTS = 20
_PLACE = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}")
_PASSED_ON = ("allow", "www-authenticate", "content-range", "retry-after")
"""Headers of the framework's errors that are kept; all of them are made by the program."""


def register(app: FastAPI) -> None:
    """Answer every error with a problem."""
    app.add_exception_handler(PracticeError, _ours)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _framework)
    app.add_exception_handler(Exception, _unforeseen)


def answer_with(problem: Problem, row: Row, headers: Mapping[str, str] | None = None) -> Response:
    """The problem as a response."""
    given = dict(headers or {})
    if row.retry_after_s is not None:
        given.setdefault("Retry-After", str(row.retry_after_s))
    if row.status == 401:
        given.setdefault("WWW-Authenticate", "Bearer")
    content = problem.model_dump_json(exclude_none=True)
    return Response(content, row.status, headers=given, media_type=MEDIA_TYPE)


def answer_to(error: PracticeError, request_id: str) -> Response:
    """The response to an error of ours."""
    row, headers = row_of(type(error)), _headers(error)
    return answer_with(problem_of(row, request_id, str(error)), row, headers)


def _headers(error: PracticeError) -> dict[str, str]:
    wait_s = _wait_s(error)
    return {} if wait_s is None else {"Retry-After": str(wait_s)}


def _answered(request: Request, problem: Problem, row: Row, headers: Mapping[str, str] | None = None) -> Response:
    """As a page where a browser asked for one, as a problem otherwise."""
    shown = getattr(request.app.state, "problem_page", None)
    if shown is None or request.url.path.startswith(API) or "text/html" not in request.headers.get("accept", ""):
        return answer_with(problem, row, headers)
    page: Response = shown(request, problem, row)
    return page


def _wait_s(error: PracticeError) -> int | None:
    """How long the error itself says to wait, in whole seconds, which are enough."""
    if isinstance(error, TooManyAttemptsError):
        return max(1, math.ceil(error.wait_ms / 1000))
    return error.retry_after_s if isinstance(error, TooManyError) else None


def answer_in_kind(request: Request, error: PracticeError) -> Response:
    """The response to an error of ours: a page where a browser asked for one."""
    row = row_of(type(error))
    return _answered(request, problem_of(row, request_id_of(request.scope), str(error)), row, _headers(error))


async def _ours(request: Request, error: Exception) -> Response:
    assert isinstance(error, PracticeError)
    if row_of(type(error)).status >= 500:
        log_failure(error, request_id_of(request.scope))
    return answer_in_kind(request, error)


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    row = row_of_status(422)
    faults = [_fault(found) for found in error.errors()[:MOST_FAULTS]]
    return _answered(request, problem_of(row, request_id_of(request.scope), fields=faults), row)


async def _framework(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    row = row_of_status(error.status_code)
    headers = {name: value for name, value in (error.headers or {}).items() if name.lower() in _PASSED_ON}
    if error.status_code == 405:  # the framework names those of the first route that has the address, not of all
        state = request.app.state
        headers["Allow"] = ", ".join(state.methods.get(state.route_of(request.scope), ()))
    return _answered(request, problem_of(row, request_id_of(request.scope)), row, headers)


async def _unforeseen(request: Request, error: Exception) -> Response:
    """Logged where it ends up, at the boundary: it is raised again after this answer."""
    row = row_of(PracticeError)
    return _answered(request, problem_of(row, request_id_of(request.scope)), row)


def _fault(found: Mapping[str, object]) -> Fault:
    """Where and what kind, but not the value, nor a name that the sender made up."""
    given = found.get("loc", ())
    place = given if isinstance(given, tuple) else ()
    kind = str(found.get("type", ""))
    made_up = kind == "extra_forbidden"
    named = [_named(part, hide=made_up and number == len(place) - 1) for number, part in enumerate(place)]
    return Fault(field=".".join(named) or "request", fault=kind if _PLACE.fullmatch(kind) else "invalid")


def _named(part: object, *, hide: bool) -> str:
    if isinstance(part, int):
        return str(part)
    return part if isinstance(part, str) and not hide and _PLACE.fullmatch(part) else "?"
