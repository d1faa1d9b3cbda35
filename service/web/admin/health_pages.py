"""How the service is: workers, queues, what failed, room, versions and keys."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from service.api.about import engines_in_use
from service.api.health import Readiness
from service.database.upgrade import revision
from service.oversight.usecases import MOST_FAILED, running
from service.web.admin.frame import Administrator, Frame
from service.web.admin.machine import Machine


def health_pages(frame: Frame, machine: Machine) -> APIRouter:
    """The page of health."""
    router, parts = APIRouter(include_in_schema=False), frame.kit.parts
    readiness = Readiness(machine.checks)

    @router.get("/administration/health")
    def health(request: Request, who: Administrator) -> Response:
        """How everything is now."""
        return frame.page(
            request, "health.html", who, found=running(parts, who.actor), most=MOST_FAILED,
            engines=engines_in_use(parts.database),
            ready=readiness.state(), rooms=machine.rooms(), epochs=machine.epochs(), program=machine.program,
            schema=revision(parts.database), audit=machine.audit_state(), now_ms=parts.clock(),
            anchoring_failed=machine.anchoring_failed(), engine="SQLite" if parts.database.is_sqlite else "PostgreSQL",
        )  # fmt: skip

    return router
