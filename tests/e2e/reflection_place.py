"""The service on a port of this machine, with a worker's sessions that are known, as a browser asks for it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import delete

from pipelines.demo import demo_recording
from service.api.server import listening, web_server
from service.database.tables import artefact
from service.installation import opened_installation
from service.jobs.records import Document
from service.people import sign_in_rows
from service.settings_service import ServiceSettings
from service.web_process import web_app
from tests.e2e.demo_place import free_port
from tests.service.council import VISIT, Council, standing_council
from tests.service.stand_ins import ToldClock

Make = Callable[[Council], dict[str, str]]


@dataclass(frozen=True)
class Place:
    """Where it is served, the worker's cookie there, and the ids that were made, by name."""

    url: str
    cookie: str
    made: dict[str, str]


def with_sound(council: Council) -> str:
    """A session whose recording can really be played: the sample one, as it was uploaded."""
    made: str = council.worker.done("POST", "/sessions", VISIT)["id"]
    council.agree(made)
    council.upload(made, demo_recording().read_bytes())
    council.work()
    with council.parts.database.writing() as rows:  # the pretended copy for listening is no m4a
        rows.execute(delete(artefact).where(artefact.c.session_id == made, artefact.c.stage == Document.LISTENING))
    return made


@contextmanager
def served_place(folder: Path, make: Make, port: int | None = None) -> Iterator[Place]:
    """A council on which ``make`` was done, served until the ``with`` block ends."""
    with standing_council(folder) as council:
        made, worker = make(council), council.worker.actor.person_id
    told = {"PRACTICE_DATA": str(folder), "PRACTICE_PORT": str(port or free_port())}
    held = listening(ServiceSettings.from_environment(told))
    url = f"http://127.0.0.1:{held.getsockname()[1]}"
    settings = ServiceSettings.from_environment({"PRACTICE_DATA": str(folder / "data"), "PRACTICE_URL": url})
    clock = ToldClock()
    with opened_installation(settings, clock=clock) as installation:
        with installation.parts.database.writing() as rows:
            cookie = sign_in_rows.begin(rows, worker, clock(), fresh_ms=clock())
        server = web_server(web_app(installation), settings)
        running = threading.Thread(target=server.run, kwargs={"sockets": [held]})
        running.start()
        try:
            yield Place(url, cookie, made)
        finally:
            server.should_exit = True
            running.join(30)
