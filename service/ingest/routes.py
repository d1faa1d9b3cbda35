"""Uploads over HTTP, by tus 1.0.0. Errors leave as exceptions: `protocol.STATUSES` says how each is answered."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Protocol

from fastapi import APIRouter, Depends, Request, Response
from fastapi.routing import APIRoute
from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive, Scope, Send

from service.ids import is_id
from service.ingest import described, protocol
from service.ingest.body import Threads, chunks_of
from service.ingest.errors import UploadRequestError
from service.ingest.records import Upload
from service.ingest.usecases import Ingest
from service.keybroker.errors import RefusedError
from service.keybroker.ports import Actor

PATH = "/api/v1/uploads"


class SignedIn(Protocol):
    """Who sent the request; more may be known about them elsewhere."""

    @property
    def actor(self) -> Actor:
        """As whom they act."""


class TusRoute(APIRoute):
    """Says the protocol's version on every answer, whoever makes it."""

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""

        async def said(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Tus-Resumable"] = protocol.VERSION
                if message["status"] == 412:
                    headers["Tus-Version"] = protocol.VERSION
            await send(message)

        await super().handle(scope, receive, said)


class _Handlers:
    """One upload request each: parse, call one use case, answer."""

    def __init__(self, ingest: Ingest, threads: Threads, silence_s: float) -> None:
        self._ingest = ingest
        self._threads = threads
        self._silence_s = silence_s

    async def begin(self, actor: Actor, request: Request) -> Response:
        asked = protocol.asked_for(request.headers)
        has_body = request.headers.get("content-type") is not None and protocol.announced_in(request.headers) != 0
        if has_body:
            protocol.check_body_type(request.headers)
        upload = await self._threads.run(partial(self._ingest.begin, actor, asked))
        if has_body and upload.received == 0:
            upload = await self._receive(actor, request, upload.id, 0)
        location = {"Location": f"{PATH}/{upload.id}"}
        return Response(status_code=201, headers=protocol.standing_headers(upload) | location)

    async def stand(self, actor: Actor, request: Request, upload_id: str) -> Response:
        upload = await self._threads.run(partial(self._ingest.standing, actor, _checked(upload_id)))
        return Response(status_code=200, headers=protocol.head_headers(upload))

    async def add(self, actor: Actor, request: Request, upload_id: str) -> Response:
        protocol.check_body_type(request.headers)
        upload = await self._receive(actor, request, _checked(upload_id), protocol.offset_in(request.headers))
        return Response(status_code=204, headers=protocol.standing_headers(upload))

    async def cancel(self, actor: Actor, request: Request, upload_id: str) -> Response:
        await self._threads.run(partial(self._ingest.terminate, actor, _checked(upload_id)))
        return Response(status_code=204)

    async def instead(self, actor: Actor, request: Request, upload_id: str) -> Response:
        """For clients behind proxies that let only GET and POST through, as the protocol demands."""
        meant = request.headers.get("x-http-method-override", "").upper()
        if meant not in ("PATCH", "DELETE", "HEAD"):
            raise UploadRequestError("Send PATCH, HEAD or DELETE here, or name one in X-HTTP-Method-Override.")
        handler = {"PATCH": self.add, "DELETE": self.cancel, "HEAD": self.stand}[meant]
        return await handler(actor, request, upload_id)

    async def _receive(self, actor: Actor, request: Request, upload_id: str, offset: int) -> Upload:
        return await self._threads.run(
            partial(
                self._ingest.receive, actor, upload_id, offset, chunks_of(request, self._silence_s),
                announced=protocol.announced_in(request.headers), checksum=protocol.checksum_in(request.headers),
            )
        )  # fmt: skip


def tus_router(
    ingest: Ingest,
    signed_in: Callable[..., Any],
    *,
    anybody: Callable[..., Any] | None = None,
    most_at_once: int = 32,
    silence_s: float = 30.0,
) -> APIRouter:
    """The routes under `PATH`. ``signed_in`` is a dependency that gives a `SignedIn` or refuses the request.

    ``anybody`` is the dependency of the one route that says what this server can, which the protocol keeps open.
    ``most_at_once``: requests of uploads that are served at a time; ``silence_s``: seconds without a byte after which a
    connection is given up, and what it brought is kept.
    """
    router = APIRouter(prefix=PATH, route_class=TusRoute, tags=["uploads"])
    handlers = _Handlers(ingest, Threads(most_at_once), silence_s)
    known = Depends(signed_in)

    @router.options("", status_code=204, dependencies=[Depends(anybody)] if anybody else [], **described.OPTIONS)
    def abilities() -> Response:
        return Response(status_code=204, headers=protocol.options_headers(ingest.limits))

    @router.post("", status_code=201, **described.BEGIN)
    async def begin(request: Request, who: Any = known) -> Response:
        return await _answered(handlers.begin, who, request)

    @router.head("/{upload_id}", **described.STAND)
    async def stand(request: Request, upload_id: str, who: Any = known) -> Response:
        return await _answered(handlers.stand, who, request, upload_id)

    @router.patch("/{upload_id}", status_code=204, **described.ADD)
    async def add(request: Request, upload_id: str, who: Any = known) -> Response:
        return await _answered(handlers.add, who, request, upload_id)

    @router.delete("/{upload_id}", status_code=204, **described.CANCEL)
    async def cancel(request: Request, upload_id: str, who: Any = known) -> Response:
        return await _answered(handlers.cancel, who, request, upload_id)

    @router.post("/{upload_id}", status_code=204, **described.INSTEAD)
    async def instead(request: Request, upload_id: str, who: Any = known) -> Response:
        return await _answered(handlers.instead, who, request, upload_id)

    return router


async def _answered(
    handler: Callable[..., Awaitable[Response]], who: SignedIn, request: Request, *path: str
) -> Response:
    protocol.check_version(request.headers)
    try:
        return await handler(who.actor, request, *path)
    except ClientDisconnect:
        return Response(status_code=400)  # what came is kept, and nobody is there to be told


def _checked(upload_id: str) -> str:
    if not is_id(upload_id):
        raise RefusedError("no id")
    return upload_id
