"""How the web process answers 50 people while a real session is transcribed on the same machine (SECURITY 5.7, L1).

    python -m benchmarks.load                     50 people, 200 sessions, 60 seconds
    python -m benchmarks.load --seconds 20 --people 10

The database is filled through the use cases, then `python -m service.cli serve` starts on it in a folder of its own,
the sample recording is uploaded, and once the worker is at it everybody asks once a second: 70 of 100 requests read, 20
write and 10 look through lists, for there is no other search yet. The clients run on the same cores as the service, so
what they cost is in the figures. Readiness is measured from the start of the process to the first good /readyz. The
exit code is 1 where a request failed, or a figure is over its limit: p95 300 ms, p99 800 ms, 200 MB, ready after 3 s.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from random import Random

from benchmarks.load_people import Visitor, filled
from pipelines.demo import demo_recording

ROOT = Path(__file__).resolve().parent.parent
API = "/api/v1"
READS = ("GET /sessions/{id}", "GET /sessions/{id}/participants", "GET /me", "GET /sessions/{id}/jobs")
WRITES = ("PUT /sessions/{id}/details", "PUT /sessions/{id}/lawful-basis")
LISTS = ("GET /sessions?limit=50", "GET /retention/mine")
PATIENCE_S = 120.0
LIMITS = {"p95 ms": 300.0, "p99 ms": 800.0, "memory MB": 200.0, "ready s": 3.0}
Told = list[tuple[str, float, bool]]
"""For each request its route, its milliseconds, and whether it was answered well."""


def main() -> int:
    """Fill, start, load, print. The exit code is 1 where a request failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--sessions", type=int, default=200)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        port = _free_port()
        told = {
            "PRACTICE_DATA": f"{folder}/data",
            "PRACTICE_PORT": str(port),
            "PRACTICE_URL": f"http://localhost:{port}",
        }
        visitors = filled(told, given.people, given.sessions)
        with _served(told, folder) as first:  # leaves compiled modules behind, as an installation has them
            _until(port, "/readyz", time.monotonic())
            first.terminate()
            first.wait(60)
        begun = time.monotonic()
        with _served(told, folder) as served:
            answers_s = _until(port, "/healthz", begun)
            ready_s = _until(port, "/readyz", begun)
            print(f"start to the first answer {answers_s:.2f} s, to ready {ready_s:.2f} s", end=", ")
            print(f"of which the web process computed {_computed_s(served.pid):.2f} s")
            print(f"resident memory of the web process before: {_resident_mb(served.pid):.0f} MB")
            return _judged(_loaded(port, served.pid, visitors, given.seconds) | {"ready s": ready_s})


@contextmanager
def _served(told: Mapping[str, str], folder: str) -> Iterator[subprocess.Popen[bytes]]:
    """`practice serve`, whose log goes into the folder; compiled modules go there too, whatever this process does."""
    environment = {**os.environ, **told, "PYTHONPYCACHEPREFIX": f"{folder}/compiled"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    with open(f"{folder}/log", "ab") as log:  # noqa: PTH123 (a process writes into it)
        serve = [sys.executable, "-m", "service.cli", "serve"]
        served = subprocess.Popen(serve, cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        yield served
    finally:
        served.terminate()
        served.wait(60)


def _loaded(port: int, pid: int, visitors: Sequence[Visitor], seconds: int) -> dict[str, float]:
    session_id = uploaded(port, visitors[0])
    _until_running(port, visitors[0], session_id)
    before = job_of(port, visitors[0], session_id)
    asked: list[Told] = [[] for _ in visitors]
    end = time.monotonic() + seconds
    threads = [
        threading.Thread(target=_visit, args=(port, one, Random(number), end, asked[number], number / len(visitors)))
        for number, one in enumerate(visitors)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    after = job_of(port, visitors[0], session_id)
    print(f"the session's job: {before} before, {after} after")
    memory = _resident_mb(pid, "VmHWM")
    print(f"resident memory of the web process: {_resident_mb(pid):.0f} MB, at most {memory:.0f} MB")
    return _printed([one for each in asked for one in each], seconds) | {"memory MB": memory}


def _visit(port: int, visitor: Visitor, chosen: Random, end: float, told: Told, after_s: float) -> None:
    """One person's browser: a request each second, counted from when it was due, so that waiting is not left out."""
    connection, due = HTTPConnection("localhost", port, timeout=30), time.monotonic() + after_s
    while due < end:
        time.sleep(max(0.0, due - time.monotonic()))
        route, (method, path, body) = _next(visitor, chosen)
        status, answer = _asked(connection, visitor, method, path, body)
        told.append((route, 1000 * (time.monotonic() - due), 200 <= status < 300))
        if route in WRITES and "version" in answer:
            visitor.versions[path.split("/")[2]] = answer["version"]
        due += 1.0
    connection.close()


def _next(visitor: Visitor, chosen: Random) -> tuple[str, tuple[str, str, object]]:
    """A route and what is sent to it: 70 of 100 read, 20 write, 10 look through lists."""
    kind = chosen.random()
    route = chosen.choice(READS if kind < 0.7 else WRITES if kind < 0.9 else LISTS)
    method, _, path = route.partition(" ")
    one = chosen.choice(sorted(visitor.versions))
    bodies: dict[str, object] = {
        WRITES[0]: {"title": "Visit", "notes": "A note of a working day. " * 8},
        WRITES[1]: {"lawful_basis": "public-task"},
    }
    return route, (method, path.replace("{id}", one), bodies.get(route))


def _asked(
    connection: HTTPConnection, visitor: Visitor, method: str, path: str, body: object = None, **more: str
) -> tuple[int, dict[str, object]]:
    """The status and the answer; status 0 where none came."""
    headers = {**visitor.headers, "Content-Type": "application/json", **more}
    if path.endswith("/details"):
        headers["If-Match"] = f'"v{visitor.versions[path.split("/")[2]]}"'
    sent = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else None
    try:
        connection.request(method, API + path, body=sent, headers=headers)
        response = connection.getresponse()
        content = response.read()
    except (OSError, HTTPException):
        connection.close()
        return 0, {}
    if location := response.headers.get("Location"):
        return response.status, {"location": location}
    if response.status == 204 and (etag := response.headers.get("ETag")):
        return response.status, {"version": int(etag.strip('"v'))}
    return response.status, json.loads(content) if content else {}


def uploaded(port: int, visitor: Visitor) -> str:
    """Send the sample recording into the session whose participants agreed; the session's id."""
    connection, sound = HTTPConnection("localhost", port, timeout=60), demo_recording().read_bytes()
    tus = {"Tus-Resumable": "1.0.0"}
    told = {"Upload-Length": str(len(sound)), "Upload-Metadata": visitor.metadata, **tus}
    status, made = _asked(connection, visitor, "POST", "/uploads", **told)
    assert status == 201, status
    path = str(made["location"]).partition(API)[2]
    more = {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream", **tus}
    status, _ = _asked(connection, visitor, "PATCH", path, sound, **more)
    assert status == 204, status
    return visitor.agreed


def job_of(port: int, visitor: Visitor, session_id: str) -> str:
    """The session's newest job: its state, its stage and how far that is."""
    _, found = _asked(HTTPConnection("localhost", port, timeout=30), visitor, "GET", f"/sessions/{session_id}/jobs")
    items = found.get("items")
    job = items[0] if isinstance(items, list) and items else {"state": "none", "stage": None, "fraction": 0.0}
    return f"{job['state']} {job['stage'] or ''} {job['fraction']:.2f}"


def _until_running(port: int, visitor: Visitor, session_id: str) -> None:
    end = time.monotonic() + PATIENCE_S
    while not job_of(port, visitor, session_id).startswith("running"):
        assert time.monotonic() < end, f"the job does not run: {job_of(port, visitor, session_id)}"
        time.sleep(0.2)


def _until(port: int, path: str, begun: float) -> float:
    """Seconds from ``begun`` until the address answers well."""
    while time.monotonic() < begun + PATIENCE_S:
        connection = HTTPConnection("localhost", port, timeout=5)
        try:
            connection.request("GET", path)
            if connection.getresponse().status == 200:
                return time.monotonic() - begun
        except OSError:
            pass
        finally:
            connection.close()
        time.sleep(0.02)
    raise TimeoutError(path)


def _judged(found: Mapping[str, float]) -> int:
    """1 where a request failed or a figure is over its limit; says which."""
    over = {name: limit for name, limit in LIMITS.items() if found[name] > limit}
    for name, limit in over.items():
        print(f"over the limit: {name} {found[name]:.1f}, at most {limit:.0f}")
    return int(bool(over) or found["failed"] > 0)


def _printed(told: Told, seconds: int) -> dict[str, float]:
    failed = sum(not well for *_, well in told)
    print(f"{'route':34} {'requests':>8} {'p50 ms':>7} {'p95 ms':>7} {'p99 ms':>7} {'failed':>6}")
    for route in sorted({route for route, *_ in told}):
        _row(route, [one for one in told if one[0] == route])
    _, p95, p99 = _row("all", told)
    print(f"{len(told) / seconds:.1f} requests a second, {failed} failed")
    return {"p95 ms": p95, "p99 ms": p99, "failed": float(failed)}


def _row(name: str, told: Told) -> tuple[float, float, float]:
    times = sorted(ms for _, ms, _ in told)
    p50, p95, p99 = (times[min(len(times) - 1, int(len(times) * part))] for part in (0.5, 0.95, 0.99))
    print(f"{name:34} {len(told):8} {p50:7.0f} {p95:7.0f} {p99:7.0f} {sum(not well for *_, well in told):6}")
    return p50, p95, p99


def _resident_mb(pid: int, which: str = "VmRSS") -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{which}:")) / 1024


def _computed_s(pid: int) -> float:
    """Seconds of processor time, so that a busy machine can be told from a slow start."""
    after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")


def _free_port() -> int:
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])


if __name__ == "__main__":
    sys.exit(main())
