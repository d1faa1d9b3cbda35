"""The audit by person, session, action and time; whether its chain is whole; and the audit as a file. Never content."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import Response, StreamingResponse

from models.errors import BadInputError
from service.api.errors import CursorError
from service.audit.checking import check, export
from service.audit.errors import AnchorFileError
from service.audit.looking import look
from service.audit.reading import Filter
from service.audit.records import Action
from service.ids import is_id
from service.web.admin.errors import AuditFilterError
from service.web.admin.frame import USUAL, Administrator, Frame, Proved, begins, ends
from service.web.admin.machine import Machine

AUDIT = "/administration/audit"
_FIELDS = ("person", "session", "action", "since", "until")


def audit_pages(frame: Frame, machine: Machine) -> APIRouter:
    """Looking, checking and taking away."""
    router, parts = APIRouter(include_in_schema=False), frame.kit.parts

    @router.get(AUDIT)
    def listed(request: Request, who: Administrator) -> Response:
        """What was done, newest first."""
        asked = _asked(request)
        given = {"asked": asked, "names": frame.names(who), "state": machine.audit_state(), "now_ms": parts.clock()}
        given["anchoring_failed"] = machine.anchoring_failed()
        try:
            chosen, before = _filter(frame, asked), _before(request.query_params.get("before", ""))
            found = look(parts, who.actor, chosen, before=before, limit=USUAL)
        except BadInputError as refused:
            return frame.page(request, "audit.html", who, refused, found=None, **given)
        return frame.page(
            request, "audit.html", who, found=found, query=urlencode(asked), later=before is not None, **given
        )

    @router.get(f"{AUDIT}/check")
    def checked(request: Request, who: Administrator) -> Response:
        """Whether every row is as it was written."""
        try:
            found = check(parts, who.actor, machine.audit_keys, machine.anchors)
        except AnchorFileError as refused:
            return frame.page(request, "audit_check.html", who, refused, result=None)
        return frame.page(request, "audit_check.html", who, result=found.result, anchors=found.anchors)

    @router.get(f"{AUDIT}.csv", response_class=Response)
    def taken(request: Request, who: Proved) -> Response:
        """The audit as comma-separated values, oldest first."""
        lines = export(parts, who.actor, _filter(frame, _asked(request)))
        told = {"Content-Disposition": 'attachment; filename="audit.csv"'}
        return StreamingResponse(lines, media_type="text/csv; charset=utf-8", headers=told)

    return router


def _asked(request: Request) -> dict[str, str]:
    """What to filter by, as it was typed; what was left empty is left out."""
    given = {name: request.query_params.get(name, "").strip()[:100] for name in _FIELDS}
    return {name: value for name, value in given.items() if value}


def _filter(frame: Frame, asked: Mapping[str, str]) -> Filter:
    zone = frame.kit.pages.council.zone
    ids = [asked.get("person"), asked.get("session")]
    if any(one is not None and not is_id(one) for one in ids) or asked.get("action", Action.VIEW) not in list(Action):
        raise AuditFilterError
    actions = frozenset({Action(asked["action"])}) if "action" in asked else frozenset()
    return Filter(
        actor_id=ids[0], session_id=ids[1], actions=actions, since_ms=begins(asked.get("since", ""), zone),
        until_ms=ends(asked.get("until", ""), zone),
    )  # fmt: skip


def _before(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise CursorError
    return int(text)
