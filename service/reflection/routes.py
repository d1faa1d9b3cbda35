"""A worker's reflection over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from service.api.conditional import etag_of, unchanged, version_seen
from service.api.fields import PathId
from service.api.principals import SignedIn, needs_scope
from service.parts import Parts
from service.people.records import Scope
from service.reflection.forms import RatedForm, ReflectionForm, ReflectionShown
from service.reflection.records import Kept
from service.reflection.usecases import Reflections

Reader = Annotated[SignedIn, Depends(needs_scope(Scope.SESSIONS_READ))]
Worker = Annotated[SignedIn, Depends(needs_scope(Scope.SESSIONS_WRITE))]


def reflection_router(parts: Parts) -> APIRouter:
    """Reading and writing one's own reflection, and going on to the suggestions."""
    router = APIRouter(prefix="/sessions/{session_id}/reflection", tags=["reflection"])
    reflections = Reflections(parts=parts)

    @router.get("", response_model=ReflectionShown, responses={304: {"description": "Nothing changed since"}})
    def one(session_id: PathId, who: Reader, request: Request, response: Response) -> Response | ReflectionShown:
        """What one wrote for oneself about one's own session. Nobody else can read it."""
        kept = reflections.look(who.actor, session_id)
        return unchanged(request, etag_of(kept.version)) or _shown(kept, response)

    @router.put("")
    def changed(
        session_id: PathId,
        body: ReflectionForm,
        who: Worker,
        version: Annotated[int, Depends(version_seen)],
        response: Response,
    ) -> ReflectionShown:
        """Keep it, whole. Where it was changed since the version of If-Match, what was sent is kept beside (412)."""
        return _shown(reflections.change(who.actor, session_id, body.sent(version)), response)

    @router.post("/rated")
    def rated(session_id: PathId, body: RatedForm, who: Worker, response: Response) -> ReflectionShown:
        """Say that one has rated oneself, or goes on without. From then on the pages show what was suggested."""
        return _shown(reflections.rate(who.actor, session_id, without=body.without_rating), response)

    return router


def _shown(kept: Kept, response: Response) -> ReflectionShown:
    response.headers["ETag"] = etag_of(kept.version)
    return ReflectionShown.of(kept)
