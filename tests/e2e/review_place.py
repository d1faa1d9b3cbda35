"""A council that is served on this machine, with sessions that a coach can review in a browser."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from service.api.server import web_server
from service.installation import opened_installation
from service.people import sign_in_rows
from service.settings_service import ServiceSettings
from service.web_process import web_app
from tests.service.council import Council, standing_council
from tests.service.stand_ins import ToldClock


@dataclass(frozen=True)
class Place:
    """Where it is served, the cookie of each person by name, and what ``made`` gave."""

    url: str
    cookies: dict[str, str]
    made: dict[str, str]
    settings: ServiceSettings


@contextmanager
def served_council(folder: Path, make: Callable[[Council], dict[str, str]], port: int = 0) -> Iterator[Place]:
    """A council on which ``make`` was done, served until the ``with`` block ends."""
    with standing_council(folder) as council:
        made = make(council)
        ids = {name: caller.actor.person_id for name, caller in council.callers.items()}
    held = socket.create_server(("127.0.0.1", port))
    url = f"http://127.0.0.1:{held.getsockname()[1]}"
    settings = ServiceSettings.from_environment({"PRACTICE_DATA": str(folder / "data"), "PRACTICE_URL": url})
    clock = ToldClock()
    with opened_installation(settings, clock=clock) as installation:
        with installation.parts.database.writing() as rows:
            cookies = {name: sign_in_rows.begin(rows, one, clock(), fresh_ms=clock()) for name, one in ids.items()}
        server = web_server(web_app(installation), settings)
        running = threading.Thread(target=server.run, kwargs={"sockets": [held]})
        running.start()
        try:
            yield Place(url, cookies, made, settings)
        finally:
            server.should_exit = True
            running.join(30)
