"""A council on a port of this machine, with a session that a machine wrote down and a sound of its length."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from models.records.session import Session
from service.api.server import web_server
from service.web_process import web_app
from tests.outputs.sound import hum
from tests.service.council import VISIT, Council, standing_council
from tests.service.transcripts.made import keep


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where it is served, and the worker's cookie."""

    url: str
    cookie: str
    council: Council
    folder: Path

    def session(self, made: Session, sound: bytes | None = None) -> str:
        """A new session of the worker's; its id."""
        hummed = self.folder / f"{len(made.utterances)}.wav"
        content = sound or hum(min(made.recording.duration_ms, 60_000), hummed).read_bytes()
        session_id: str = self.council.worker.done("POST", "/sessions", VISIT)["id"]
        self.council.agree(session_id)
        self.council.upload(session_id, content)
        self.council.work()
        keep(self.council, session_id, made, self.council.clock() + 1)
        return session_id


@contextmanager
def served_council(folder: Path) -> Iterator[Place]:
    """Served until the ``with`` block ends."""
    held = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{held.getsockname()[1]}"
    with standing_council(folder) as council:
        here = replace(council.installation, settings=replace(council.installation.settings, public_url=url))
        server = web_server(web_app(here), here.settings)
        running = threading.Thread(target=server.run, kwargs={"sockets": [held]})
        running.start()
        try:
            cookie = council.worker.headers["Cookie"].partition("=")[2]
            yield Place(url=url, cookie=cookie, council=council, folder=folder)
        finally:
            server.should_exit = True
            running.join(30)
