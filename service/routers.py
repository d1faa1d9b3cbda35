"""Every route of the service below /api/v1, each package's own put together in one place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fastapi import APIRouter

from service.api.metrics import AuditState
from service.api.principals import needs_scope, public
from service.audit.routes import audit_router
from service.feedback.routes import feedback_routers
from service.ingest.routes import tus_router
from service.ingest.usecases import Ingest
from service.jobs.routes import jobs_router
from service.parts import Parts
from service.people.records import Scope
from service.people.routes import people_routers
from service.people.web import PeopleWeb
from service.permissions.routes import permissions_routers
from service.reflection.routes import reflection_router
from service.retention.routes import retention_router
from service.retention.watch import ClockWatch
from service.reviews.routes import reviews_routers
from service.sessions.routes import sessions_routers
from service.subject_access.routes import subject_access_router
from service.transcripts.routes import transcripts_router


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """What routes call. ``audit_state`` says how long the chain is and when it was last anchored.

    ``council``: whose name stands on documents.
    """

    parts: Parts
    people: PeopleWeb
    ingest: Ingest
    audit_state: Callable[[], AuditState]
    council: str


def routers_of(served: Served) -> tuple[Sequence[APIRouter], Sequence[APIRouter]]:
    """Routers that belong below ``/api/v1``, and those whose paths are whole already."""
    parts = served.parts
    below = (
        *people_routers(served.people),
        *sessions_routers(parts),
        transcripts_router(parts),
        *permissions_routers(parts),
        *reviews_routers(parts),
        reflection_router(parts),
        *feedback_routers(parts, served.council),
        subject_access_router(parts),
        retention_router(parts, ClockWatch(parts)),
        jobs_router(parts),
        audit_router(parts, served.audit_state),
    )
    return below, (tus_router(served.ingest, needs_scope(Scope.UPLOADS_WRITE), anybody=public()),)
