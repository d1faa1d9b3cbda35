"""Progress as it happens: server-sent events, each looked up anew, until there are no more or nobody may see them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import anyio
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from models.errors import PracticeError
from service.api.problems import row_of
from service.api.stopping import Stopping

BEAT = b": still here\n\n"
END = "end"
"""The last event. Its data's ``why`` is ``done``, ``stopping``, ``time`` or the problem that came up; the browser opens
a new stream after it, unless the page closes it, which it does after all but ``stopping`` and ``time``."""
_STEP_S = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A word of the route's own list, and ids, words and numbers. ``id`` is what the browser resumes with."""

    name: str
    data: Mapping[str, Any]
    id: str | None = None

    def encoded(self) -> bytes:
        """As it goes over the wire; JSON has no line ends of its own, and the words are the program's."""
        lines = [f"event: {self.name}", f"data: {json.dumps(dict(self.data), separators=(',', ':'))}"]
        if self.id is not None:
            lines.append(f"id: {self.id}")
        return ("\n".join(lines) + "\n\n").encode()


Poll = Callable[[], Iterable[Event] | None]
"""What is new since the call before; None: that was the last. Called in a worker thread, never twice at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Seconds: between two polls, between two signs of life, and after which a stream ends for the browser to reopen.

    The person is asked for again at each poll.
    """

    every_s: float = 1.0
    beat_s: float = 15.0
    longest_s: float = 1800.0


def event_stream(
    poll: Poll, again: Callable[[], None], stopping: Stopping, *, pace: Pace | None = None
) -> StreamingResponse:
    """Send what ``poll`` finds; ends when it says so, when the browser goes, and when the process is to stop.

    ``again`` raises once the person may no longer see it (see `principals.asks_again`); the stream then ends.
    """
    content = _events(poll, again, stopping, pace or Pace())
    return StreamingResponse(content, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


async def _events(poll: Poll, again: Callable[[], None], stopping: Stopping, pace: Pace) -> AsyncIterator[bytes]:
    begun = beaten = anyio.current_time()
    yield BEAT
    while True:
        found, why = await run_in_threadpool(_look, poll, again)
        for event in found:
            yield event.encoded()
        now = anyio.current_time()
        if not why and now - begun >= pace.longest_s:
            why = "time"
        if not why and await _rest(pace.every_s, stopping):
            why = "stopping"
        if why:
            yield Event(name=END, data={"why": why}).encoded()
            return
        if found:
            beaten = now
        elif now - beaten >= pace.beat_s:
            beaten = now
            yield BEAT


def _look(poll: Poll, again: Callable[[], None]) -> tuple[list[Event], str]:
    """What is new, and why this was the last look, "" if it was not. Nothing is shown to who may not see it."""
    try:
        again()
        found = poll()
    except PracticeError as error:
        return [], row_of(type(error)).slug
    return ([], "done") if found is None else (list(found), "")


async def _rest(seconds: float, stopping: Stopping) -> bool:
    """Wait, but not on when the process is to stop; whether it is."""
    until = anyio.current_time() + seconds
    while not stopping.asked and (left := until - anyio.current_time()) > 0:
        await anyio.sleep(min(left, _STEP_S))
    return stopping.asked
