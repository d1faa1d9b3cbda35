"""Every route of the service below /api/v1, each package's own put together in one place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter

from service.api.principals import needs_scope, public
from service.ingest.routes import tus_router
from service.ingest.usecases import Ingest
from service.parts import Parts
from service.people.records import Scope
from service.people.routes import people_routers
from service.people.web import PeopleWeb


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """What routes call."""

    parts: Parts
    people: PeopleWeb
    ingest: Ingest


def routers_of(served: Served) -> tuple[Sequence[APIRouter], Sequence[APIRouter]]:
    """Routers that belong below ``/api/v1``, and those whose paths are whole already."""
    below = people_routers(served.people)
    return below, (tus_router(served.ingest, needs_scope(Scope.UPLOADS_WRITE), anybody=public()),)
