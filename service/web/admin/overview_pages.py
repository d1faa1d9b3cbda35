"""What needs an administrator's attention, first of all."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from service.oversight.usecases import attention
from service.web.admin.frame import Administrator, Frame
from service.web.admin.machine import Machine


def overview_pages(frame: Frame, machine: Machine) -> APIRouter:
    """The first page of administration."""
    router, parts = APIRouter(include_in_schema=False), frame.kit.parts

    @router.get("/administration")
    def overview(request: Request, who: Administrator) -> Response:
        """What needs attention now."""
        return frame.page(
            request, "overview.html", who, found=attention(parts, who.actor), audit=machine.audit_state(),
            anchoring_failed=machine.anchoring_failed(), now_ms=parts.clock(),
        )  # fmt: skip

    return router
