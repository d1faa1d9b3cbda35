"""The outermost layer: every request gets its id, every response its headers and its line in the log, and no error
goes further than this."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from models.errors import PracticeError
from service.api.answers import answer_to
from service.api.errors import TooLargeError
from service.api.headers import HeaderTable
from service.api.logs import log_failure, log_request
from service.api.request_ids import HEADER, give_id, request_id_of
from service.api.stopping import Stopping

LONGEST_BODY = 1024 * 1024
"""Bytes of a body, except where a package counts for itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A request that has ended: what the log and the metrics are told of it."""

    method: str
    route: str
    status: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundaryRules:
    """``own_limits``: paths below which a package counts the body's bytes itself. ``route_of``: a scope's template.

    ``answered`` makes the response to a request that was too large.
    """

    headers: HeaderTable
    route_of: Callable[[Scope], str]
    told: Callable[[Ended], None]
    stopping: Stopping
    own_limits: tuple[str, ...] = ()
    answered: Callable[[Scope, PracticeError], Response] = lambda scope, error: answer_to(error, request_id_of(scope))
    longest_body: int = LONGEST_BODY


class Boundary:
    """Wraps the whole application, the framework's own error pages included."""

    def __init__(self, app: ASGIApp, rules: BoundaryRules) -> None:
        self._app = app
        self._rules = rules

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection of ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = give_id(scope)
        served = _Served(scope, receive, send, self._rules, request_id)
        begun = time.perf_counter()
        try:
            with self._rules.stopping.one_request():
                await self._serve(served)
        finally:
            self._tell(scope, served, time.perf_counter() - begun)

    async def _serve(self, served: _Served) -> None:
        try:
            if served.declared_too_large():
                raise TooLargeError
            await self._app(served.scope, served.receive, served.send)
        except TooLargeError as error:
            await served.answer(error)
        except ClientDisconnect:
            served.cut = True
        except Exception as error:
            if served.too_large:
                await served.answer(TooLargeError())
                return
            log_failure(error, served.request_id)  # here it ends: the server would log the error's own text
            served.cut = served.started and not served.finished
            if not served.started:
                await served.answer(PracticeError())

    def _tell(self, scope: Scope, served: _Served, seconds: float) -> None:
        route = self._rules.route_of(scope)
        log_request(
            request_id=served.request_id,
            actor_id=scope["state"].get("actor_id"),
            method=scope["method"],
            route=route,
            status=served.status,
            ms=round(seconds * 1000),
            size=served.sent,
            cut=served.cut,
        )
        self._rules.told(Ended(method=scope["method"], route=route, status=served.status, seconds=seconds))


@dataclass(slots=True)
class _Served:
    """One request on its way: what came and what went."""

    scope: Scope
    _receive: Receive
    _send: Send
    rules: BoundaryRules
    request_id: str
    status: int = 0
    sent: int = 0
    received: int = 0
    started: bool = False
    finished: bool = False
    cut: bool = False
    too_large: bool = False
    limited: bool = field(init=False)

    def __post_init__(self) -> None:
        path = self.scope["path"]
        self.limited = not any(path == below or path.startswith(f"{below}/") for below in self.rules.own_limits)

    def declared_too_large(self) -> bool:
        """Whether Content-Length alone is too much; what is not declared is counted as it comes."""
        told = [value for name, value in self.scope["headers"] if name == b"content-length"]
        return self.limited and any(value.isdigit() and int(value[:20]) > self.rules.longest_body for value in told)

    async def receive(self) -> Message:
        """The next piece of the body. Raises TooLargeError where it goes over the limit."""
        message = await self._receive()
        if message["type"] == "http.request" and self.limited:
            self.received += len(message.get("body", b""))
            if self.received > self.rules.longest_body:
                self.too_large = True
                raise TooLargeError
        return message

    async def send(self, message: Message) -> None:
        """Pass on a part of the response, with the headers; of a request that was too large only the refusal."""
        if message["type"] == "http.response.start":
            if self.too_large and message["status"] != 413:
                raise TooLargeError
            self.started = True
            self.status = message["status"]
            own: list[Any] = list(message.get("headers", []))
            headers = self.rules.headers.applied(self.scope["path"], self.status, own)
            message = {**message, "headers": [*headers, (HEADER, self.request_id.encode())]}
        elif message["type"] == "http.response.body":
            self.sent += len(message.get("body", b""))
            self.finished = not message.get("more_body", False)
        await self._send(message)

    async def answer(self, error: PracticeError) -> None:
        """Answer with a problem, unless an answer has begun."""
        if not self.started:
            made = self.rules.answered if isinstance(error, TooLargeError) else self._plainly
            await made(self.scope, error)(self.scope, self._receive, self.send)

    def _plainly(self, _: Scope, error: PracticeError) -> Response:
        """What still works where nothing else did."""
        return answer_to(error, self.request_id)
