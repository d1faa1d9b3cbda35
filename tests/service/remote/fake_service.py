"""A small service that speaks the API on a port of this machine, forgets nothing that it hears, and fails on demand."""

from __future__ import annotations

import base64
import json
import re
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOKEN = "prt_" + "kept-in-one-file-alone"
PASSWORD = "kettle under nine ladders"
FIRST, INVITED = "first-secret-of-a-link", "secret-of-an-invitation"
CSRF = "from-the-page"
SESSION, JOB, RECORDING, UPLOAD = "5e" * 16, "70" * 16, "4c" * 16, "0f" * 16
STATEMENTS = ("adult-1", "adult-2", "adult-10", "child-1", "worker-1")
PURPOSES = ("reflection", "coaching", "research", "model-improvement")
PUBLIC = {("POST", "/sign-in"), ("POST", "/links/first"), ("POST", "/links/accept")}
BROWSERS = ("/me", "/sign-out")
END = ("end", {"why": "done"})


@dataclass
class Seen:
    """A request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any = None
    query: str = ""


@dataclass
class Answer:
    """What is answered; ``body`` bytes as they are, else as JSON."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


def problem(status: int, detail: str, slug: str = "nothing-here", **more: Any) -> Answer:
    body = {
        "type": f"/problems/{slug}",
        "title": "No",
        "status": status,
        "detail": detail,
        "instance": "0" * 32,
        **more,
    }
    return Answer(status, body, {"Content-Type": "application/problem+json"})


def job(state: str = "done", stage: str | None = "documents", fraction: float = 1.0, **more: Any) -> dict[str, Any]:
    stages = ["decode", "transcribe", "documents"]
    told = {"id": JOB, "session_id": SESSION, "recording_id": RECORDING, "state": state, "stages": stages}
    return {**told, "stage": stage, "fraction": fraction, "reason": None, "sentence": None, "created_ms": 5, **more}


class FakeService:
    """What it keeps, and what it is to do wrong. ``instead``: answers by method and path, used up one by one."""

    def __init__(self) -> None:
        self.origin = ""
        self.seen: list[Seen] = []
        self.instead: dict[tuple[str, str], list[Answer]] = {}
        self.drops: list[int] = []
        self.content = bytearray()
        self.length: int | None = None
        self.creations: dict[str, dict[str, str]] = {}
        self.answers: dict[str, dict[str, Any]] = {}
        self.roles = ["practitioner", "parent_or_carer", "child"]
        self.facts: dict[str, Any] = {"id": SESSION, "held_on": "2026-11-20", "setting": "direct_practice",
                                      "state": "ready", "shared_ms": None}  # fmt: skip
        self.streams: list[list[tuple[str, dict[str, Any]]]] = [[("progress", job()), END]]
        self.job: dict[str, Any] | None = job()
        self.documents: dict[str, bytes] = {}
        self.tokens: set[str] = {TOKEN}
        self.certificate: bytes | None = None
        self.staff = ["practitioner"]

    def told(self, method: str, path: str) -> list[Seen]:
        return [one for one in self.seen if (one.method, one.path) == (method, path)]

    @property
    def participants(self) -> list[dict[str, Any]]:
        places: dict[str, int] = {}
        rows = []
        for number, role in enumerate(self.roles):
            places[role] = places.get(role, 0) + 1
            rows.append({"id": f"{number + 1:032x}", "role": role, "place": places[role]})
        return rows

    def answer(self, seen: Seen) -> Answer:
        queued = self.instead.get((seen.method, seen.path))
        if queued:
            return queued.pop(0)
        if (seen.method, seen.path) not in PUBLIC and not self._known(seen):
            return problem(401, "You are not signed in. Sign in, then try again.", "not-signed-in")
        for method, pattern, handler in ROUTES:
            found = re.fullmatch(pattern, seen.path)
            if method == seen.method and found:
                return handler(self, seen, *found.groups())
        return problem(404, "There is nothing here that you may see.")

    def _known(self, seen: Seen) -> bool:
        browser = "sid=a-cookie" in seen.headers.get("cookie", "")
        if browser and seen.method not in ("GET", "HEAD"):
            browser = seen.headers.get("origin") == self.origin and seen.headers.get("x-csrf") == CSRF
        token = seen.headers.get("authorization", "").removeprefix("Bearer ")
        return browser or (token in self.tokens and not seen.path.startswith(BROWSERS))


def sign_in(service: FakeService, seen: Seen) -> Answer:
    if seen.body != {"sign_in_name": "o.reed", "password": PASSWORD}:
        return problem(401, "The name or the password is wrong.", "sign-in-refused")
    cookie = {"Set-Cookie": "sid=a-cookie; Path=/; HttpOnly; SameSite=Strict"}
    return Answer(200, {"person": {"id": "aa" * 16}, "csrf": CSRF}, cookie)


def make_token(service: FakeService, seen: Seen) -> Answer:
    assert set(seen.body) == {"label", "scopes", "days"}
    return Answer(201, {"id": "b0" * 16, "secret": TOKEN})


def accept(service: FakeService, seen: Seen) -> Answer:
    right = {"/links/first": FIRST, "/links/accept": INVITED}[seen.path]
    if seen.body["secret"] != right:
        return problem(404, "This link is over, or was used. Ask for a new one.")
    return Answer(201, {"person_id": "aa" * 16})


def add_session(service: FakeService, seen: Seen) -> Answer:
    service.roles = list(seen.body["participants"])
    return once(service, seen, {**service.facts, "state": "draft", "participants": service.participants})


def add_answer(service: FakeService, seen: Seen, session: str, participant: str) -> Answer:
    return once(service, seen, {"session_state": "draft"})


def once(service: FakeService, seen: Seen, made: dict[str, Any]) -> Answer:
    service.answers.setdefault(seen.headers["idempotency-key"], {"path": seen.path, **seen.body})
    return Answer(201, made)


def list_sessions(service: FakeService, seen: Seen) -> Answer:
    if "cursor=more" in seen.query:
        return Answer(200, {"items": [{**service.facts, "id": "5f" * 16, "shared_ms": 7}], "next": None})
    return Answer(200, {"items": [service.facts], "next": "more"})


def list_participants(service: FakeService, seen: Seen, session: str) -> Answer:
    standing = dict.fromkeys(PURPOSES, "given")
    return Answer(200, {"items": [{**one, "standing": standing, "answers": []} for one in service.participants]})


def withdraw(service: FakeService, seen: Seen, session: str, participant: str) -> Answer:
    receipt = {
        "purposes": ["reflection"], "withdrawn_ms": 1_795_000_000_000, "whole": True, "erasure_id": "e0" * 16,
        "state": "requested", "held_until_ms": None, "certificate": None, "words": "It is being erased.",
    }  # fmt: skip
    return Answer(202, receipt)


def receipt(service: FakeService, seen: Seen, session: str) -> Answer:
    kept = None if service.certificate is None else base64.b64encode(service.certificate).decode()
    state = "requested" if kept is None else "certified"
    return Answer(200, {"purposes": ["reflection"], "withdrawn_ms": 1_795_000_000_000, "whole": True, "state": state,
                        "certificate": kept, "words": "It is being erased."})  # fmt: skip


def begin_upload(service: FakeService, seen: Seen) -> Answer:
    told = dict(pair.split(" ") for pair in seen.headers["upload-metadata"].split(","))
    service.length = int(seen.headers["upload-length"])
    service.creations[seen.headers["idempotency-key"]] = {k: base64.b64decode(v).decode() for k, v in told.items()}
    return Answer(201, None, {"Location": f"/api/v1/uploads/{UPLOAD}"})


def stand(service: FakeService, seen: Seen, upload: str) -> Answer:
    if service.length is None:
        return Answer(410)
    headers = {"Upload-Offset": str(len(service.content)), "Upload-Length": str(service.length)}
    if len(service.content) == service.length:
        headers["Recording-Id"] = RECORDING
    return Answer(200, None, headers)


def document(service: FakeService, seen: Seen, session: str, name: str) -> Answer:
    if name not in service.documents:
        return problem(404, "There is nothing here that you may see.")
    return Answer(200, service.documents[name], {"Content-Type": "application/json"})


def listed(*items: dict[str, Any]) -> Answer:
    return Answer(200, {"items": list(items), "next": None})


ID = "([0-9a-f]{32})"
ROUTES: tuple[tuple[str, str, Callable[..., Answer]], ...] = (
    ("POST", "/sign-in", sign_in),
    ("POST", "/sign-out", lambda service, seen: Answer(204)),
    ("GET", "/me", lambda service, seen: Answer(200, {"id": "aa" * 16, "roles": service.staff})),
    ("POST", "/me/tokens", make_token),
    ("DELETE", f"/me/tokens/{ID}", lambda service, seen, one: Answer(204)),
    ("POST", "/links/(?:first|accept)", accept),
    ("GET", "/people", lambda service, seen: listed(
        {"id": "aa" * 16, "sign_in_name": "o.reed", "shown_name": "O. [red]Reed", "state": "active", "roles": ["coach"]}
    )),
    ("POST", "/people", lambda service, seen: Answer(201, {"id": "ab" * 16, "link": f"{service.origin}/welcome/new"})),
    ("GET", "/statements", lambda service, seen: listed(
        *({"name": name, "audience": name.split("-")[0], "words": "", "sha256": "0" * 64} for name in STATEMENTS)
    )),
    ("GET", "/sessions", list_sessions),
    ("POST", "/sessions", add_session),
    ("GET", f"/sessions/{ID}", lambda service, seen, one: Answer(200, service.facts)),
    ("PUT", f"/sessions/{ID}/sharing", lambda service, seen, one: Answer(200, service.facts)),
    ("DELETE", f"/sessions/{ID}/sharing", lambda service, seen, one: Answer(200, service.facts)),
    ("GET", f"/sessions/{ID}/participants", list_participants),
    ("POST", f"/sessions/{ID}/participants/{ID}/permissions", add_answer),
    ("POST", f"/sessions/{ID}/participants/{ID}/withdrawal", withdraw),
    ("GET", f"/sessions/{ID}/receipt", receipt),
    ("GET", f"/sessions/{ID}/jobs", lambda service, seen, one: listed(*([service.job] if service.job else []))),
    ("GET", f"/sessions/{ID}/documents/(session|coding|scoring)", document),
    ("GET", f"/jobs/{JOB}", lambda service, seen: Answer(200, service.job)),
    ("POST", "/uploads", begin_upload),
    ("HEAD", f"/uploads/{ID}", stand),
)  # fmt: skip


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    service: FakeService

    def _any(self) -> None:
        path, _, query = self.path.removeprefix("/api/v1").partition("?")
        seen = Seen(self.command, path, {key.lower(): value for key, value in self.headers.items()}, query=query)
        self.service.seen.append(seen)
        if self.command == "PATCH":
            self._take_in(seen)
            return
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        seen.body = json.loads(body) if body else None
        if path.endswith("/events") and not self.service.instead.get(("GET", path)):
            self._stream()
        else:
            self._send(self.service.answer(seen))

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = _any  # noqa: N815 - the library's names

    def _take_in(self, seen: Seen) -> None:
        service = self.service
        queued = service.instead.get(("PATCH", seen.path))
        if queued:
            self.rfile.read(int(self.headers["content-length"]))
            self._send(queued.pop(0))
            return
        if int(self.headers["upload-offset"]) != len(service.content):
            self._send(problem(409, "Ask where it stands, and send what comes after that.", "wrong-offset"))
            return
        count = int(self.headers["content-length"])
        drop = service.drops.pop(0) if service.drops else None
        service.content += self.rfile.read(count if drop is None else min(drop, count))
        if drop is None:
            self._send(Answer(204, None, {"Upload-Offset": str(len(service.content))}))
            return
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True  # and not even a goodbye

    def _stream(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(b": still here\n\n")
        for name, data in self.service.streams.pop(0) if self.service.streams else [END]:
            self.wfile.write(f"event: {name}\ndata: {json.dumps(data)}\n\n".encode())
        self.close_connection = True

    def _send(self, answer: Answer) -> None:
        body = answer.body
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        headers = {"Content-Type": "application/json", **answer.headers, "Content-Length": str(len(body or b""))}
        self.send_response(answer.status)
        for name, value in headers.items():
            if answer.status != 204 or name != "Content-Length":
                self.send_header(name, value)
        self.end_headers()
        if body and self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library calls it so
        return


@contextmanager
def running() -> Iterator[FakeService]:
    """It runs on a port that was free."""
    service = FakeService()
    handler = type("Handler", (_Handler,), {"service": service})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    service.origin = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
