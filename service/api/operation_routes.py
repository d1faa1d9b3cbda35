"""Routes for whoever runs the service: life, readiness, metrics, and what a problem's type means."""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Callable

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse, Response

from service.api.health import Readiness
from service.api.metrics import MEDIA_TYPE, Metrics
from service.api.principals import operators_only, public
from service.api.problems import rows
from service.api.stopping import Stopping
from service.keybroker.errors import RefusedError

FORWARDED = ("x-forwarded-for", "forwarded", "x-real-ip")


class Life(BaseModel):
    """The process answers."""

    status: str = Field(examples=["ok"])


class ReadyState(BaseModel):
    """Whether requests should come here, and each part: ``ok`` or the class of what is wrong with it."""

    ready: bool
    stopping: bool
    parts: dict[str, str] = Field(examples=[{"database": "ok", "blobs": "ok", "worker": "SilentWorkerError"}])


class ProblemKind(BaseModel):
    """One kind of problem."""

    type: str = Field(examples=["/problems/nothing-here"])
    title: str
    status: int


def operator_from(token: str | None) -> Callable[[Request], bool]:
    """Whether a request is an operator's: it brings the token, or, where none is set, comes from this machine.

    A proxy on this machine passes on requests of strangers, so what was passed on never counts as coming from here.
    """

    def is_operator(request: Request) -> bool:
        if token is not None:
            given = request.headers.get("authorization", "").encode()
            return hmac.compare_digest(given, f"Bearer {token}".encode())
        if any(name in request.headers for name in FORWARDED) or request.client is None:
            return False
        try:
            return ipaddress.ip_address(request.client.host).is_loopback
        except ValueError:
            return False

    return is_operator


def operation_router(readiness: Readiness, metrics: Metrics, stopping: Stopping) -> APIRouter:
    """The routes, which stand outside of ``/api``."""
    router = APIRouter(tags=["operation"])

    @router.get("/healthz", dependencies=[Depends(public())], response_model=Life)
    def life() -> Life:
        """Whether the process answers; it looks at nothing."""
        return Life(status="ok")

    @router.get(
        "/readyz", dependencies=[Depends(public())], response_model=ReadyState, responses={503: {"model": ReadyState}}
    )
    def ready() -> JSONResponse:
        """Whether requests should be sent here."""
        found = readiness.state()
        state = ReadyState(ready=found.ready and not stopping.asked, stopping=stopping.asked, parts=found.parts)
        return JSONResponse(state.model_dump(), 200 if state.ready else 503)

    @router.get(
        "/metrics",
        dependencies=[Depends(operators_only())],
        response_class=Response,
        responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
    )
    def numbers() -> Response:
        """Numbers in the text form of Prometheus."""
        return Response(metrics.text(), headers={"Content-Type": MEDIA_TYPE})

    @router.get("/problems/{slug}", dependencies=[Depends(public())], response_model=ProblemKind)
    def kind_of_problem(slug: str) -> ProblemKind:
        """What a problem's type means."""
        row = rows().get(slug)
        if row is None:
            raise RefusedError("problem")
        return ProblemKind(type=f"/problems/{row.slug}", title=row.title, status=row.status)

    return router
