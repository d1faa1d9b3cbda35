"""The composition root of the web process. It imports no model library: recordings are the worker's business."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from fastapi import APIRouter, FastAPI, Request
from fastapi.routing import iter_route_contexts
from fastapi.telemetry import TelemetryConfig
from starlette.types import ASGIApp, Scope

from service.api import answers
from service.api.about import Program, about_router
from service.api.boundary import Boundary, BoundaryRules
from service.api.denials import denials
from service.api.description import ERRORS, describe, description_router, methods_of, refuse_undeclared
from service.api.headers import HeaderTable
from service.api.health import Check, Readiness, usual_checks
from service.api.metrics import AuditLook, Metrics
from service.api.operation_routes import operation_router, operator_from
from service.api.origin import origins_of
from service.api.principals import COOKIE, LOCAL_COOKIE, Door, Resolver
from service.api.stopping import Stopping
from service.parts import Parts
from service.settings_service import ServiceSettings

API = "/api/v1"
DESCRIPTION = "Recordings of social-work sessions, their transcripts, codes and suggestions, for a coach to confirm."
UPLOADS = f"{API}/uploads"
NO_ROUTE = "none"
"""What the log and the metrics call an address that there is not."""
_NO_TELEMETRY: TelemetryConfig = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}
"""The framework has telemetry of its own that an environment variable can turn on, with errors' texts in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebParts:
    """What the web process is made of besides `Parts`.

    ``secret``: 32 bytes of this installation, for keyed hashes. ``checks``: what readiness looks at besides the usual.
    ``microphone_paths``: the pages on which a recording can be made. ``at_end``: called after the last request.
    """

    resolver: Resolver
    secret: bytes = field(repr=False)
    program: Program
    checks: Sequence[Check] = ()
    audit: AuditLook | None = None
    microphone_paths: frozenset[str] = frozenset()
    at_end: Sequence[Callable[[], None]] = ()


class WebApp(FastAPI):
    """FastAPI with the boundary round everything, also round what answers when all else fails."""

    rules: BoundaryRules

    def build_middleware_stack(self) -> ASGIApp:
        """The framework's layers inside of ours."""
        return Boundary(super().build_middleware_stack(), self.rules)


def create_app(
    parts: Parts,
    settings: ServiceSettings,
    web: WebParts,
    *,
    routers: Sequence[APIRouter] = (),
    pages: Sequence[APIRouter] = (),
) -> FastAPI:
    """The application. ``routers`` come below ``/api/v1``, ``pages`` at the root.

    Raises UndeclaredRouteError where a route does not say who may use it.
    """
    stopping, metrics = Stopping(), Metrics(parts, web.audit)
    readiness = Readiness((*usual_checks(parts), *web.checks))
    app = _bare_app(stopping, web.program.version)
    app.state.door = Door(
        resolver=web.resolver,
        origins=origins_of(settings.public_url),
        cookie=COOKIE if settings.https else LOCAL_COOKIE,
        is_operator=operator_from(settings.metrics_token),
        denied=denials(parts),
    )
    app.state.repeat_secret = web.secret
    app.state.stopping = stopping
    for hook in web.at_end:
        stopping.at_end(hook)
    answers.register(app)
    app.include_router(operation_router(readiness, metrics, stopping))
    app.include_router(description_router(app, docs=settings.api_docs))
    for router in (about_router(web.program, parts.database), *routers):
        app.include_router(router, prefix=API)
    for router in pages:
        app.include_router(router)
    refuse_undeclared(app)
    app.state.methods, app.state.route_of = methods_of(app), _templates(app)
    app.rules = BoundaryRules(
        headers=HeaderTable(https=settings.https, microphone_paths=web.microphone_paths),
        route_of=app.state.route_of,
        told=metrics.ended,
        stopping=stopping,
        own_limits=(UPLOADS,),
        answered=lambda scope, error: answers.answer_in_kind(Request(scope), error),
    )
    return app


def _bare_app(stopping: Stopping, version: str) -> WebApp:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        stopping.end()

    app = WebApp(
        title="Practice",
        description=DESCRIPTION,
        version=version,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        responses=ERRORS,
        lifespan=lifespan,
        telemetry=_NO_TELEMETRY,
    )
    app.openapi = lambda: describe(app)  # type: ignore[method-assign]
    return app


def _templates(app: FastAPI) -> Callable[[Scope], str]:
    """For a scope, the whole template of the route that served it: an included route knows only its own part."""
    whole = {id(context.original_route): context.path_format or NO_ROUTE for context in iter_route_contexts(app.routes)}

    def template(scope: Scope) -> str:
        return whole.get(id(scope.get("route")), NO_ROUTE)

    return template
