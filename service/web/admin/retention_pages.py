"""For how long each kind is kept, what goes soon, and deleting at once what is due."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from models.errors import BadInputError
from service.api.principals import SignedIn
from service.retention import overview, usecases
from service.retention.errors import ClockNotTrustedError
from service.retention.schedule import DEFAULT_DAYS, NOTICE_MS, Kind
from service.retention.watch import ClockWatch
from service.web.admin.errors import DaysError
from service.web.admin.frame import Administrator, Frame, Proved
from service.web.forms import Sent

RETENTION = "/administration/retention"
MOST_SHOWN = 200
_NOTICE_DAYS = NOTICE_MS // 86_400_000


def retention_pages(frame: Frame, watch: ClockWatch) -> APIRouter:
    """The schedule, its changes, the clock and a run. ``watch`` is this router's own."""
    router, parts, pages = APIRouter(prefix=RETENTION, include_in_schema=False), frame.kit.parts, frame.kit.pages

    @router.get("")
    def shown(request: Request, who: Administrator) -> Response:
        """The schedule and what goes soon."""
        return _page(frame, request, who, "retention.html", schedules=usecases.periods(parts))

    @router.post("/clock")
    def confirmed(who: Proved) -> Response:
        """The machine's clock is right."""
        watch.confirm(who.actor)
        return pages.seen(RETENTION, "admin-clock")

    @router.get("/run")
    def ask_run(request: Request, who: Proved) -> Response:
        """What is deleted by it."""
        return _page(frame, request, who, "retention_run.html")

    @router.post("/run")
    def ran(request: Request, who: Proved) -> Response:
        """Delete what is due."""
        if overview.run_now(parts, watch, who.actor).paused:
            return _page(frame, request, who, "retention_run.html", ClockNotTrustedError())
        return pages.seen(RETENTION, "admin-deleted")

    @router.get("/{kind}")
    def asked(request: Request, kind: Kind, who: Proved) -> Response:
        """The form for one kind."""
        return _kind(frame, request, who, kind)

    @router.post("/{kind}")
    def changed(request: Request, kind: Kind, who: Proved, sent: Sent) -> Response:
        """Keep a kind for so many days."""
        try:
            usecases.set_days(parts, who.actor, kind, _days(sent.one("days")))
        except BadInputError as refused:
            return _kind(frame, request, who, kind, refused, sent.one("days"))
        return pages.seen(RETENTION, "admin-kept")

    return router


def _page(
    frame: Frame, request: Request, who: SignedIn, name: str, refused: BadInputError | None = None, **given: object
) -> Response:
    parts, now = frame.kit.parts, frame.kit.parts.clock()
    due = usecases.preview(parts, who.actor)
    with parts.database.reading() as rows:
        clock = overview.clock_state(rows, now)
    given |= {"due": due[:MOST_SHOWN], "many_due": len(due), "clock": clock, "now_ms": now, "notice_days": _NOTICE_DAYS}
    given["ready"] = [one for one in due if one.due_ms <= now and not one.held]
    return frame.page(request, name, who, refused, **given)


def _kind(
    frame: Frame, request: Request, who: SignedIn, kind: Kind, refused: BadInputError | None = None, typed: str = ""
) -> Response:
    schedule, now = usecases.periods(frame.kit.parts)[kind], frame.kit.parts.clock()
    given = {
        "kind": kind,
        "usual": DEFAULT_DAYS[kind],
        "periods": schedule.periods,
        "days": next(one.days for one in reversed(schedule.periods) if one.from_ms <= now),
        "typed": typed,
        "notice_days": _NOTICE_DAYS,
        "now_ms": now,
    }
    return frame.page(request, "retention_kind.html", who, refused, **given)


def _days(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 6):
        raise DaysError
    return int(text)
