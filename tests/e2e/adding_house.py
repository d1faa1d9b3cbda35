"""The service on a port of this machine, as Chromium asks for it, with a worker who is signed in."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from sqlalchemy import insert
from starlette.testclient import TestClient

from service.clock import now_ms
from service.database.tables import person, role_grant
from service.database.words import StaffRole
from service.ids import new_id
from service.installation import opened_installation
from service.people import sign_in_rows
from service.people.principal import csrf_token, resolve_cookie
from service.settings_service import ServiceSettings
from service.web_process import people_parts, web_app
from tests.service.council import Caller, Council


@dataclass
class Served:
    """``url`` without a slash at its end; ``cookie`` is the worker's."""

    url: str
    cookie: str
    council: Council


@contextmanager
def served(folder: Path) -> Iterator[Served]:
    """Everything is real but the engines of `Council.work`."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    settings = ServiceSettings.from_environment({"PRACTICE_DATA": str(folder / "data"), "PRACTICE_URL": url})
    with opened_installation(settings, may_begin=True) as installation:
        app = web_app(installation)
        server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning"))
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        deadline = time.monotonic() + 30
        while not server.started:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        council = Council(installation, app, TestClient(app, base_url=url), now_ms, folder)  # type: ignore[arg-type]
        try:
            yield Served(url, _worker(council, url), council)
        finally:
            server.should_exit = True
            thread.join(10)


def _worker(council: Council, url: str) -> str:
    """A practitioner; returns their cookie."""
    one, now = new_id(), now_ms()
    with council.parts.database.writing() as rows:
        rows.execute(insert(person).values(
            id=one, sign_in_name=one, shown_name="Worker", state="active", created_ms=0, changed_ms=0
        ))  # fmt: skip
        rows.execute(insert(role_grant).values(id=new_id(), person_id=one, role=StaffRole.PRACTITIONER, from_ms=0))
        cookie = sign_in_rows.begin(rows, one, now, fresh_ms=now)
    people = people_parts(council.installation)
    signed = resolve_cookie(people, cookie, new_id())
    assert signed is not None
    headers = {"Cookie": f"sid={cookie}", "Origin": url, "X-CSRF": csrf_token(people, signed) or ""}
    council.callers["worker"] = Caller(signed.actor, council.client, headers)
    return cookie
