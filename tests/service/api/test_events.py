"""Streams of events end when there is no more, when the person may not look any more, and when the process stops."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable

import anyio
import pytest

from service.api.events import BEAT, Event, Pace, event_stream
from service.api.stopping import Stopping
from service.database.errors import DatabaseUnavailableError
from service.keybroker.errors import RefusedError
from tests.service.api.conftest import READER, Site

QUICK = Pace(every_s=0.01, beat_s=10.0)


def streamed(
    poll: Callable[[], list[Event] | None],
    again: Callable[[], None] = lambda: None,
    stopping: Stopping | None = None,
    pace: Pace = QUICK,
) -> str:
    async def everything() -> bytes:
        response = event_stream(poll, again, stopping or Stopping(), pace=pace)
        with anyio.fail_after(20):
            return b"".join([piece async for piece in response.body_iterator])  # type: ignore[misc]

    return anyio.run(everything).decode()


def last_word(text: str) -> str:
    last = text.strip().split("\n\n")[-1].splitlines()
    assert last[0] == "event: end"
    return str(json.loads(last[1].removeprefix("data: "))["why"])


def test_a_stream_tells_what_is_new_and_that_it_is_done(shared_site: Site) -> None:
    response = shared_site.client.get("/api/v1/progress?count=2", headers=READER)
    assert response.headers["content-type"].startswith("text/event-stream")
    assert response.text == (
        BEAT.decode()
        + 'event: stage\ndata: {"number":0}\nid: 1\n\n'
        + 'event: stage\ndata: {"number":1}\nid: 1\n\n'
        + 'event: end\ndata: {"why":"done"}\n\n'
    )


@pytest.mark.parametrize(
    ("error", "word"), [(RefusedError(), "nothing-here"), (DatabaseUnavailableError(), "unavailable")]
)
def test_a_stream_ends_with_the_problem_that_came_up(error: Exception, word: str) -> None:
    def poll() -> list[Event] | None:
        raise error

    assert last_word(streamed(poll)) == word


def test_a_stream_ends_once_the_person_is_signed_out_and_shows_nothing_more(site: Site) -> None:
    asked_before = site.resolver.asked

    def resolve(value: str, request_id: str) -> object:
        site.resolver.asked += 1
        return None if site.resolver.asked > asked_before + 3 else site.resolver.tokens.get(value)

    site.resolver.resolve_token = resolve  # type: ignore[assignment, method-assign]
    response = site.client.get("/api/v1/progress?count=50", headers=READER)
    assert last_word(response.text) == "not-signed-in"
    assert response.text.count("event: stage") == 2


def test_nothing_is_looked_up_for_who_may_not_see_it() -> None:
    def again() -> None:
        raise RefusedError

    assert last_word(streamed(lambda: pytest.fail("looked"), again)) == "nothing-here"


def test_a_stream_ends_soon_after_the_process_is_asked_to_stop() -> None:
    stopping = Stopping()
    threading.Timer(0.1, stopping.ask).start()
    begun = time.monotonic()
    assert last_word(streamed(list, stopping=stopping, pace=Pace(every_s=15.0))) == "stopping"
    assert time.monotonic() - begun < 5


def test_a_stream_without_news_shows_that_it_lives() -> None:
    left = iter(range(30))
    text = streamed(lambda: [] if next(left, None) is not None else None, pace=Pace(every_s=0.01, beat_s=0.02))
    assert text.count(BEAT.decode()) >= 3


def test_a_stream_ends_after_its_longest_time_for_the_browser_to_come_again() -> None:
    assert last_word(streamed(list, pace=Pace(every_s=0.01, longest_s=0.05))) == "time"


def test_a_stream_whose_reader_is_gone_looks_nothing_up_any_more() -> None:
    """The server cancels the response; no poll follows."""
    polls: list[int] = []

    async def leave() -> int:
        response = event_stream(lambda: polls.append(1) or [], lambda: None, Stopping(), pace=QUICK)
        scope = {"type": "http", "asgi": {"spec_version": "2.3"}}

        async def receive() -> dict[str, str]:
            await anyio.sleep(0.1)
            return {"type": "http.disconnect"}

        async def send(_: object) -> None:
            await anyio.sleep(0)

        with anyio.fail_after(20):
            await response(scope, receive, send)  # type: ignore[arg-type]
        counted = len(polls)
        await anyio.sleep(0.1)
        return len(polls) - counted

    assert anyio.run(leave) == 0
    assert polls


def test_an_event_is_one_block_whatever_its_words_hold() -> None:
    text = Event(name="stage", data={"a": "line\nevent: end\r\n\n"}).encoded().decode()
    assert text.count("\n\n") == 1
    assert text.count("event:") == 2
    assert len(text.strip().splitlines()) == 2
