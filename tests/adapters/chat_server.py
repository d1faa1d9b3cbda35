"""A real HTTP server on 127.0.0.1 that speaks chat completions, and does to each request what a test tells it to."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Act = Callable[["Handler", dict[str, Any]], None]


@dataclass
class ChatServer:
    """Where it listens, and what it was sent: ``requests`` are bodies, ``headers`` and ``paths`` stand beside them."""

    url: str
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)


class Handler(BaseHTTPRequestHandler):
    """One request; ``acts`` are used in order, the last one for all that come after."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self._serve(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

    def do_GET(self) -> None:
        self._serve({})

    def _serve(self, body: dict[str, Any]) -> None:
        server: Any = self.server
        seen: ChatServer = server.seen
        number = len(seen.requests)
        seen.requests.append(body)
        seen.headers.append({name.lower(): value for name, value in self.headers.items()})
        seen.paths.append(self.path)
        server.acts[min(number, len(server.acts) - 1)](self, body)

    def send(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


def reply(
    content: str | None, *, finish: str = "stop", refusal: str | None = None, prompt_tokens: int | None = None
) -> bytes:
    """A chat completion as servers send it."""
    message = {"role": "assistant", "content": content, "refusal": refusal}
    document: dict[str, Any] = {
        "id": "1",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [{"index": 0, "finish_reason": finish, "message": message}],
    }
    if prompt_tokens is not None:
        document["usage"] = {"prompt_tokens": prompt_tokens, "completion_tokens": 1, "total_tokens": prompt_tokens + 1}
    return json.dumps(document).encode()


def says(content: str | None, **more: Any) -> Act:
    """Answers with this text."""
    return lambda handler, body: handler.send(200, reply(content, **more))


def fails(status: int, **headers: str) -> Act:
    """Answers with an error, whose text must go nowhere."""
    return lambda handler, body: handler.send(status, b'{"error": {"message": "SECRET SPEECH"}}', **headers)


def sends(body: bytes) -> Act:
    """Answers 200 with bytes that are something else."""
    return lambda handler, _: handler.send(200, body)


def hangs_up(handler: Handler, body: dict[str, Any]) -> None:
    handler.close_connection = True
    handler.connection.close()


def breaks_off(handler: Handler, body: dict[str, Any]) -> None:
    """Promises more than it sends."""
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"id": "1", "choices": [')
    handler.wfile.flush()
    hangs_up(handler, body)


def waits(seconds: float) -> Act:
    """Answers too late."""

    def act(handler: Handler, body: dict[str, Any]) -> None:
        time.sleep(seconds)
        handler.send(200, reply("{}"))

    return act


def trickles(handler: Handler, body: dict[str, Any]) -> None:
    """Sends a byte now and then, so that no single wait is long."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    try:
        for _ in range(1000):
            handler.wfile.write(b" ")
            handler.wfile.flush()
            time.sleep(0.05)
    except OSError:
        handler.close_connection = True


@contextmanager
def chat_server(*acts: Act) -> Iterator[ChatServer]:
    """A server that does ``acts`` in order, on a free port of this machine."""
    server: Any = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None
    server.acts = acts
    server.seen = ChatServer(url=f"http://127.0.0.1:{server.server_port}/v1")
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.02), daemon=True)
    thread.start()
    try:
        yield server.seen
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
