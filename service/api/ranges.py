"""Playback: a part of something stored, read piece by piece as the listener takes it (RFC 9110, section 14)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import anyio
from anyio import CapacityLimiter
from fastapi import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from service.api.answers import answer_with
from service.api.headers import SANDBOX_POLICY
from service.api.problems import problem_of, row_of_status
from service.api.request_ids import request_id_of

_RANGE = re.compile(r"bytes[ \t]*=[ \t]*(?:([0-9]{1,19})-([0-9]{0,19})|-([0-9]{1,19}))[ \t]*", re.IGNORECASE)

Pieces = Callable[[int, int], Iterator[bytes]]
"""Gives the bytes ``[start, end)`` in pieces, each read only when it is asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Bytes ``[start, end)``, at least one."""

    start: int
    end: int


class UnsatisfiableError(ValueError):
    """The range lies behind the end."""


def span_of(header: str | None, size: int) -> Span | None:
    """What a Range header asks for of ``size`` bytes; None: everything.

    A header that is not understood or that names several ranges is left aside, as the standard allows. Raises
    UnsatisfiableError for a range of which there is no byte.
    """
    match = _RANGE.fullmatch(header or "")
    if match is None:
        return None
    first, last, suffix = match.groups()
    if suffix is not None:
        start, end = max(0, size - int(suffix)), size
    else:
        start, end = int(first), min(size, int(last) + 1) if last else size
        if last and int(last) < start:
            return None
    if start >= end:
        raise UnsatisfiableError
    return Span(start=start, end=end)


class PieceResponse(StreamingResponse):
    """Pieces as they are asked for, each in a worker thread, one after the other; what they come from is closed."""

    def __init__(
        self, pieces: Iterator[bytes], close: Callable[[], None], *, headers: dict[str, str], status: int
    ) -> None:
        super().__init__(pieces, status, headers=headers)
        self._close = close

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it; also when the listener goes, what is read is closed."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            with anyio.CancelScope(shield=True):
                await anyio.to_thread.run_sync(self._close, limiter=CapacityLimiter(1))


def play(
    request: Request, size: int, pieces: Pieces, close: Callable[[], None], *, media_type: str, etag: str
) -> Response:
    """Answer with the part that Range asks for: 206, everything with 200, or 416.

    ``close`` is called once, when the answer has ended however it ended. An error of ``pieces``, as when a permission
    is withdrawn, cuts the answer off where it is. ``media_type`` is exact, like ``audio/ogg``.
    """
    headers = {
        "Accept-Ranges": "bytes",
        "Content-Type": media_type,
        "Content-Disposition": "inline",
        "Content-Security-Policy": SANDBOX_POLICY,
        "ETag": etag,
    }
    try:
        span = span_of(_wanted(request, etag), size)
    except UnsatisfiableError:
        return _nothing_there(request, size, close)
    start, end = (span.start, span.end) if span else (0, size)
    headers["Content-Length"] = str(end - start)
    if span:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    given = iter(()) if request.method == "HEAD" else pieces(start, end)
    return PieceResponse(given, close, headers=headers, status=206 if span else 200)


def _wanted(request: Request, etag: str) -> str | None:
    """The one Range header, unless If-Range says that the listener has parts of another version."""
    told, only_if = request.headers.getlist("range"), request.headers.get("if-range")
    return told[0] if len(told) == 1 and only_if in (None, etag) else None


def _nothing_there(request: Request, size: int, close: Callable[[], None]) -> Response:
    close()
    row = row_of_status(416)
    more = {"Content-Range": f"bytes */{size}", "Accept-Ranges": "bytes"}
    return answer_with(problem_of(row, request_id_of(request.scope)), row, more)
