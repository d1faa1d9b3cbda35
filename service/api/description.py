"""The API described in OpenAPI: every route with who may use it, and the one form that every error has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Depends, FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import iter_route_contexts
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse

from service.api.errors import UndeclaredRouteError
from service.api.principals import Access, Kind, access_of, public
from service.api.problems import MEDIA_TYPE, Problem
from service.api.templates import page

ADDRESS = "/api/v1/openapi.json"
DOCS = "/api/v1/docs"
METHODS = ("get", "put", "post", "delete", "patch", "head", "options")
ERRORS: dict[int | str, dict[str, Any]] = {
    "default": {
        "description": "A problem, as RFC 9457 says it",
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
}
"""Given to the application as what every route may answer with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteFacts:
    """One method of one route: its template and who may use it, None where it does not say."""

    method: str
    path: str
    access: Access | None


def routes_of(app: FastAPI) -> Iterator[RouteFacts]:
    """Every route of the application, those of included routers with their whole paths.

    ``app.routes`` alone does not show them: since 0.137 FastAPI keeps an included router as one entry.
    """
    for context in iter_route_contexts(app.routes):
        for method in sorted(getattr(context, "methods", None) or {"*"}):
            path = context.path_format or context.path or "?"
            yield RouteFacts(method=method, path=path, access=access_of(context))


def methods_of(app: FastAPI) -> dict[str, list[str]]:
    """For each address, as a template, the methods that any of its routes takes."""
    found: dict[str, set[str]] = {}
    for route in routes_of(app):
        found.setdefault(route.path, set()).add(route.method)
    return {path: sorted(methods) for path, methods in found.items()}


def refuse_undeclared(app: FastAPI) -> None:
    """Raise UndeclaredRouteError unless every route says exactly once who may use it."""
    if any(route.access is None for route in routes_of(app)):
        raise UndeclaredRouteError


def describe(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document; made once."""
    if app.openapi_schema is None:
        made = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
        parts = made.setdefault("components", {})
        parts.setdefault("schemas", {})["Problem"] = Problem.model_json_schema(
            ref_template="#/components/schemas/{model}"
        )
        parts["schemas"].update(parts["schemas"]["Problem"].pop("$defs", {}))
        parts["securitySchemes"] = _schemes(app)
        for route in routes_of(app):
            operation = made["paths"].get(route.path, {}).get(route.method.lower())
            if operation is not None and route.access is not None:
                operation.update(_told(route.access))
        app.openapi_schema = made
    return app.openapi_schema


def description_router(app: FastAPI, *, docs: bool) -> APIRouter:
    """The document, and a page of it for people where ``docs`` asks for one."""
    router = APIRouter(include_in_schema=False, dependencies=[Depends(public())])

    @router.get(ADDRESS)
    def document(request: Request) -> JSONResponse:
        """The OpenAPI document."""
        return JSONResponse(describe(app))

    if docs:

        @router.get(DOCS)
        def read_by_people(request: Request) -> HTMLResponse:
            """The document as a page without scripts."""
            return HTMLResponse(page("operations.html.j2", document=describe(app), methods=METHODS))

    return router


def _schemes(app: FastAPI) -> dict[str, Any]:
    return {
        "token": {"type": "http", "scheme": "bearer", "description": "A personal access token with scopes"},
        "session": {"type": "apiKey", "in": "cookie", "name": app.state.door.cookie},
    }


def _told(access: Access) -> dict[str, Any]:
    """What OpenAPI and its readers are told about who may use a route."""
    told: dict[str, Any] = {"x-access": access.kind.value, "security": []}
    if access.kind is Kind.SIGNED_IN:
        told["security"] = [{"session": []}, *([{"token": [access.scope]}] if access.scope else [])]
    if access.scope:
        told["x-scope"] = access.scope
    if access.roles:
        told["x-roles"] = sorted(role.value for role in access.roles)
    if access.fresh:
        told["x-fresh"] = True
    return told
