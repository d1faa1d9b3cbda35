"""The demo's service as `practice demo` fills it, with a session that the real pipeline worked on, in copies."""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import urljoin, urlsplit

from service.demo.people import ADMINISTRATOR, COACH, PASSWORD, WORKER
from service.demo.running import Running, start, stop

KEPT = "PRACTICE_TEST_DEMO"
"""Names a folder in which the filled demo is kept from one run of the tests to the next; delete it to begin anew."""
PATIENCE_S = 300
"""A machine that does much else takes long to start a service."""
MARKING_S = 600
PRIVATE = "UPDATE session SET shared_ms = NULL"
NAMES = {"worker": WORKER.sign_in_name, "coach": COACH.sign_in_name, "administrator": ADMINISTRATOR.sign_in_name}


@dataclass(frozen=True, kw_only=True)
class DemoPlace:
    """Where a copy is served, and the session in it."""

    url: str
    session_id: str

    @property
    def here(self) -> str:
        """The address of the session."""
        return f"{self.url}/sessions/{self.session_id}"

    def sign_in(self, page: Any, who: str) -> None:
        """As the worker, the coach or the administrator of the demo."""
        page.goto(f"{self.url}/sign-in")
        page.get_by_label("Sign-in name").fill(NAMES[who])
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_url(f"{self.url}/")


def filled(folder: Path) -> Path:
    """The folder of a demo that was filled and stopped again; one that is there already is taken as it is."""
    if (folder / "service" / "filled.json").exists():
        return folder / "service"
    for more in (("--serve", "--quiet"), ("--stop",)):
        given = [sys.executable, "-m", "service.cli", "demo", "--out", str(folder), *more]
        subprocess.run(given, check=True, stdout=subprocess.DEVNULL)
    return folder / "service"


@contextmanager
def copied(demo: Path, folder: Path, *, shared: bool = False) -> Iterator[DemoPlace]:
    """A copy of a demo, served until the ``with`` block ends; no review in it is blind by chance.

    ``shared``: the session is shared with the coach, as the demo begins.
    """
    shutil.copytree(demo, folder, ignore=shutil.ignore_patterns("running.json", "log"))
    with closing(sqlite3.connect(folder / "data" / "service.sqlite3")) as rows, rows:
        if not shared:
            rows.execute(PRIVATE)
        session_id = str(rows.execute("SELECT id FROM session").fetchone()[0])
    with patch.dict(os.environ, PRACTICE_BLIND_SHARE="0"), patch("service.demo.running.PATIENCE_S", PATIENCE_S):
        running = start(Running(folder=folder, port=free_port()))
    try:
        yield DemoPlace(url=running.url, session_id=session_id)
    finally:
        stop(running)


def free_port() -> int:
    """One that nothing on this machine listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def ready(page: Any) -> None:
    """Wait until the moments of the session on this page are marked with the roles that were just confirmed.

    Only then can it be shared. To go through its passages takes a person longer than that takes the program.
    """
    session, until = urlsplit(page.url).path.split("/")[2], time.monotonic() + MARKING_S
    while page.request.get(urljoin(page.url, f"/api/v1/sessions/{session}")).json()["state"] != "ready":
        assert time.monotonic() < until
        time.sleep(1)
