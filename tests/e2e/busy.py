"""How busy a page's main thread was, in processor time: a figure that other programs on the machine hardly change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_TRACED = ["toplevel", "devtools.timeline", "disabled-by-default-devtools.timeline", "__metadata"]
_TASK = "RunTask"


def tasks_of(page: Any, do: Callable[[], object]) -> list[float]:
    """The tasks of the page's main thread while something is done, in ms of processor time, the longest first."""
    session, events, ended = page.context.new_cdp_session(page), [], []
    session.on("Tracing.dataCollected", lambda told: events.extend(told["value"]))
    session.on("Tracing.tracingComplete", lambda told: ended.append(told))
    config = {"includedCategories": _TRACED, "recordMode": "recordAsMuchAsPossible"}
    session.send("Tracing.start", {"transferMode": "ReportEvents", "traceConfig": config})
    do()
    page.wait_for_timeout(300)
    session.send("Tracing.end")
    while not ended:
        page.wait_for_timeout(50)
    session.detach()
    return _of_busiest(events)


def _of_busiest(events: list[dict[str, Any]]) -> list[float]:
    """Of the main thread that did most: browsers keep other pages of their own."""
    names = {(one["pid"], one["tid"]): one["args"]["name"] for one in events if one["name"] == "thread_name"}
    taken: dict[tuple[int, int], list[float]] = {}
    for one in events:
        thread = one["pid"], one["tid"]
        if one["ph"] == "X" and one["name"] == _TASK and names.get(thread) == "CrRendererMain":
            taken.setdefault(thread, []).append(one.get("tdur", 0) / 1_000)
    return sorted(max(taken.values(), key=sum, default=[]), reverse=True)
