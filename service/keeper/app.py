"""The key keeper's two routes: a key for a worker that holds a claim, and whether the keeper is there."""

from __future__ import annotations

import logging
from typing import Any

from anyio import fail_after, to_thread
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from service.api.logs import log_failure
from service.ids import new_id
from service.keeper.machines import Machine, Machines
from service.keeper.pace import Pace
from service.keybroker.errors import KeyNotLentError, NoSuchKeyError
from service.keybroker.lender import Lender, Wanted

LONGEST_BODY = 1024
BODY_S = 5.0
"""So long a body of that size may take to arrive."""
_ID = "^[0-9a-f]{32}$"
_LOG = logging.getLogger("practice.keeper")
_QUIET = {"Cache-Control": "no-store"}


class _Asked(BaseModel):
    """The body of a request for a key."""

    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)
    job: str = Field(pattern=_ID)
    session: str = Field(pattern=_ID)
    fence: int = Field(ge=0, lt=1 << 63)
    worker: str = Field(min_length=1, max_length=100)

    def wanted(self) -> Wanted:
        return Wanted(job_id=self.job, session_id=self.session, fence=self.fence, worker_id=self.worker)


class KeeperApp:
    """Answers machines by their token; says of a key that is refused no more than of one that is not there."""

    def __init__(self, lender: Lender, machines: Machines, pace: Pace, strangers: Pace | None = None) -> None:
        self._lender = lender
        self._machines = machines
        self._pace = pace
        self._strangers = strangers or Pace(at_once=20, each_s=2.0)
        self.asgi = Starlette(
            routes=[
                Route("/keys/open", self._open, methods=["POST"]),
                Route("/healthz", self._healthz, methods=["GET"]),
            ],
            exception_handlers={404: _nothing, 405: _nothing},
        )

    async def _open(self, request: Request) -> JSONResponse:
        known = await self._known(request)
        if isinstance(known, JSONResponse):
            return known
        if not self._pace.spend(known.id):
            return _slower()
        try:
            asked = _Asked.model_validate_json(await _body(request))
        except (ValidationError, ClientDisconnect, TimeoutError, ValueError):
            return _said(400, "This is no request for a key.")
        return await to_thread.run_sync(self._lent, known, asked.wanted())

    async def _healthz(self, request: Request) -> JSONResponse:
        """That it is there; to a machine that shows its token also whether it is known."""
        if "authorization" in request.headers:
            known = await self._known(request)
            if isinstance(known, JSONResponse):
                return known
        return JSONResponse({"status": "ok"}, headers=_QUIET)

    async def _known(self, request: Request) -> Machine | JSONResponse:
        address = request.client.host if request.client else ""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        try:
            found = await to_thread.run_sync(self._machines.of_token, token) if scheme.lower() == "bearer" else None
        except Exception as failed:
            return _failed(failed)
        if found is not None:
            return found
        if not self._strangers.spend(address):
            return _slower()
        _LOG.warning("a machine that is not known asked")
        return _said(401, "This machine is not known here.")

    def _lent(self, machine: Machine, wanted: Wanted) -> JSONResponse:
        if not self._pace.may_open(machine.id, wanted.session_id):
            return _slower()
        try:
            key = self._lender.lend(machine, wanted)
        except (KeyNotLentError, NoSuchKeyError):
            return _said(404, "There is no key here for this.")
        except Exception as failed:  # whatever it was, no key and no words of it
            return _failed(failed)
        self._pace.opened(machine.id, wanted.session_id)
        return JSONResponse({"key": key.hex()}, headers=_QUIET)


async def _body(request: Request) -> bytes:
    """The body, where it is short and comes at once. Raises ValueError, TimeoutError, ClientDisconnect."""
    body = b""
    with fail_after(BODY_S):
        async for chunk in request.stream():
            body += chunk
            if len(body) > LONGEST_BODY:
                raise ValueError("too long")
    return body


async def _nothing(request: Request, error: Exception) -> JSONResponse:
    return _said(404, "There is nothing here.")


def _said(status: int, sentence: str, **headers: str) -> JSONResponse:
    told: dict[str, Any] = {"detail": sentence}
    return JSONResponse(told, status_code=status, headers={**_QUIET, **headers})


def _slower() -> JSONResponse:
    return _said(429, "This machine asks too often. Try again later.", **{"Retry-After": "30"})


def _failed(error: Exception) -> JSONResponse:
    log_failure(error, new_id())
    return _said(503, "The key keeper could not look. Try again later.", **{"Retry-After": "5"})
