"""The web process on a real port: how soon it is there, what it takes, and how it stops."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

ROOT = Path(__file__).resolve().parents[3]
LONGEST_START_S = 3.0
MOST_MB = 200


@dataclass
class Web:
    process: subprocess.Popen[str]
    made: dict[str, Any]
    log: Path
    ready_s: float = 0.0
    load: float = 0.0

    def ready(self) -> bool:
        try:
            return httpx2.get(f"{self.url}/readyz", timeout=20).status_code == 200
        except httpx2.ConnectError:
            return False

    @property
    def url(self) -> str:
        return f"http://localhost:{self.made['port']}"

    def memory_mb(self) -> float:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024

    def logged_once(self, route: str) -> dict[str, Any]:
        """The line about the route's last request, which is written just after its answer has gone."""
        until = time.monotonic() + 20
        while time.monotonic() < until:
            lines = [line for line in self.logged() if line.get("route") == route]
            if lines:
                return lines[-1]
            time.sleep(0.02)
        raise AssertionError(f"nothing is logged about {route}")

    def logged(self) -> list[dict[str, Any]]:
        """The lines so far; every one has to be JSON."""
        return [json.loads(line) for line in self.log.read_text().splitlines()]


def started(folder: Path) -> Web:
    log = folder / "log"
    begun = time.perf_counter()
    with log.open("w") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.service.api.web_process", str(folder)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=stream,
            text=True,
        )
    assert process.stdout is not None
    made = json.loads(process.stdout.readline())
    found = Web(process=process, made=made, log=log)
    while not found.ready():
        assert time.perf_counter() - begun < 60
        time.sleep(0.02)
    found.ready_s = time.perf_counter() - begun
    found.load = os.getloadavg()[0]
    return found


def killed(web: Web) -> None:
    if web.process.poll() is None:
        web.process.kill()
    web.process.communicate()


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    found = started(tmp_path_factory.mktemp("web"))
    yield found
    killed(found)


@pytest.fixture
def web_to_stop(tmp_path: Path) -> Iterator[Web]:
    found = started(tmp_path)
    yield found
    killed(found)


def test_it_is_small_and_has_loaded_no_model_library(web: Web) -> None:
    assert web.made["heavy"] == []
    for _ in range(50):
        httpx2.get(f"{web.url}/api/v1/things", headers={"Authorization": "Bearer reads"})
    assert web.memory_mb() <= MOST_MB


@pytest.mark.slow
def test_it_is_ready_within_three_seconds_of_its_start(web: Web) -> None:
    """Seconds of a machine that does nothing else; which modules a start loads is held by the test before."""
    busy = web.load / (os.cpu_count() or 1)
    if busy > 1:
        pytest.skip(f"the machine was busy ({busy:.1f} waiting for each core), so seconds say nothing")
    assert web.ready_s <= LONGEST_START_S


def test_it_tells_nobody_what_it_is_made_of(web: Web) -> None:
    headers = httpx2.get(f"{web.url}/healthz").headers
    assert "server" not in headers
    assert "strict-transport-security" not in headers
    assert headers["cache-control"] == "no-store"


def test_a_signal_ends_open_streams_at_once_then_calls_the_hooks(web_to_stop: Web) -> None:
    process = web_to_stop.process
    endless = f"{web_to_stop.url}/api/v1/progress?count=100000"
    with httpx2.stream("GET", endless, headers={"Authorization": "Bearer reads"}, timeout=30) as response:
        pieces = response.iter_text()
        next(pieces)
        begun = time.perf_counter()
        process.send_signal(signal.SIGTERM)
        rest = "".join(pieces)
    assert '"why":"stopping"' in rest
    out, _ = process.communicate(timeout=60)
    assert time.perf_counter() - begun < 10
    assert process.returncode in (0, -signal.SIGTERM)
    assert "hook called" in out
    assert {line["level"] for line in web_to_stop.logged()} == {"info"}


def test_an_error_of_a_route_is_logged_in_one_line_without_its_text(web: Web) -> None:
    assert httpx2.get(f"{web.url}/api/v1/failing/unforeseen").status_code == 500
    request = web.logged_once("/api/v1/failing/{way}")
    failure = next(line for line in web.logged() if line["event"] == "failure")
    assert (request["status"], request["request_id"]) == (500, failure["request_id"])
    assert failure["error"] == "KeyError"
    assert any("things.py" in place for place in failure["places"])
    assert "private words" not in web.log.read_text()


def test_what_is_no_http_does_not_stop_it(web: Web) -> None:
    for sent in (b"\x16\x03\x01\x02\x00garbage\r\n\r\n", b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", web.made["port"]), timeout=10) as raw:
            raw.sendall(sent)
            raw.recv(4096)
    assert httpx2.get(f"{web.url}/healthz").status_code == 200


def test_a_body_that_never_ends_is_refused_at_the_limit(web: Web) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(10_000):
            yield bytes(65_536)

    headers = {"Authorization": "Bearer writes", "Content-Type": "application/json"}
    try:
        response = httpx2.post(f"{web.url}/api/v1/things", headers=headers, content=endless(), timeout=60)
        assert response.status_code == 413
    except (httpx2.WriteError, httpx2.ReadError, httpx2.RemoteProtocolError):
        pass
    assert web.memory_mb() <= MOST_MB
    deadline = time.monotonic() + 20
    while not any(line.get("status") == 413 for line in web.logged()):
        assert time.monotonic() < deadline
        time.sleep(0.02)
