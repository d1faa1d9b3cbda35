"""The queue of erasures, and the certificates that prove them."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from service.api.paging import Wanted
from service.erasure.overview import certificate_of, erasures_page
from service.web.admin.frame import USUAL, Administrator, Frame, PathId, Proved

ERASURES = "/administration/erasures"


def erasure_pages(frame: Frame) -> APIRouter:
    """The queue and its certificates."""
    router, parts = APIRouter(prefix=ERASURES, include_in_schema=False), frame.kit.parts

    @router.get("")
    def listed(request: Request, who: Administrator, after: str = "") -> Response:
        """Erasures, newest first."""
        found = erasures_page(parts, who.actor, Wanted(limit=USUAL, cursor=after[:300] or None))
        return frame.page(request, "erasures.html", who, found=found, after=after)

    @router.get("/{erasure_id}/certificate", response_class=Response)
    def certificate(erasure_id: PathId, who: Proved) -> Response:
        """The signed certificate, to be kept."""
        name = f"erasure-{erasure_id[:8]}.json"
        return Response(
            certificate_of(parts, who.actor, erasure_id), media_type="application/json",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )  # fmt: skip

    return router
