"""A model hub on this machine, for tests: the hub's redirects, headers, ranges, gates and failures."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

COMMIT = "c0ffee" * 6 + "beef"
OTHER_COMMIT = "5afe" * 10
GOOD_TOKEN = "hf_accepted"
_RESOLVE = re.compile(r"/(?P<repo>[^/]+/[^/]+)/resolve/(?P<revision>[^/]+)/(?P<path>.+)")


@dataclass
class Hub:
    """What the hub holds and how it misbehaves. Addresses are set once it runs."""

    files: dict[str, bytes]
    large: set[str] = field(default_factory=set)  # kept on the content network, as LFS files are
    gated: bool = False
    renamed_from: str = ""
    commit: str = COMMIT
    drop_after: list[int] = field(default_factory=list)  # bytes of each answer before the connection drops
    statuses: list[int] = field(default_factory=list)  # answered first, one for each request to the hub
    ignore_range: bool = False
    wrong_range: bool = False
    altered: set[str] = field(default_factory=set)  # sent with one byte changed
    without_digest: bool = False
    endpoint: str = ""
    network: str = ""
    requests: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)

    def asked(self, part: str) -> list[dict[str, str]]:
        """The headers of the requests whose path holds ``part``."""
        return [headers for _, path, headers in self.requests if part in path]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hub: Hub
    role: str

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the base class's name)
        return

    def do_GET(self) -> None:
        self.hub.requests.append((self.role, self.path, dict(self.headers)))
        (self._hub if self.role == "hub" else self._network)()

    def _plain(self, status: int, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": "0", **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()

    def _hub(self) -> None:
        if self.hub.statuses:
            return self._plain(self.hub.statuses.pop(0))
        if self.hub.renamed_from and self.path.startswith(f"/{self.hub.renamed_from}/"):
            target = self.path.replace(self.hub.renamed_from, "new/name", 1)
            return self._plain(307, {"Location": target})
        found = _RESOLVE.fullmatch(self.path)
        if not found or found["path"] not in self.hub.files or found["revision"] != COMMIT:
            return self._plain(404, {"X-Error-Code": "EntryNotFound"})
        if self.hub.gated and self.headers.get("Authorization") != f"Bearer {GOOD_TOKEN}":
            status = 403 if "Authorization" in self.headers else 401
            return self._plain(status, {"X-Error-Code": "GatedRepo"})
        return self._resolved(found["path"])

    def _resolved(self, path: str) -> None:
        data, said = self.hub.files[path], {"X-Repo-Commit": self.hub.commit}
        if path not in self.hub.large:
            git = hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
            return self._send(path, {**said, **({} if self.hub.without_digest else {"ETag": f'"{git}"'})})
        said |= {"X-Linked-Etag": f'"{hashlib.sha256(data).hexdigest()}"', "X-Linked-Size": str(len(data))}
        return self._plain(302, {**said, "Location": f"{self.hub.network}/blob/{path}?Signature=secret"})

    def _network(self) -> None:
        self._send(self.path.partition("?")[0].removeprefix("/blob/"), {"ETag": '"of-the-network"'})

    def _send(self, path: str, headers: dict[str, str]) -> None:
        data = self.hub.files[path]
        if path in self.hub.altered:
            data = bytes([data[0] ^ 1]) + data[1:]
        asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        start = int(asked[1]) if asked and not self.hub.ignore_range else 0
        if start >= len(data):
            return self._plain(416)
        told = start + 1 if self.hub.wrong_range else start
        partial = {"Content-Range": f"bytes {told}-{len(data) - 1}/{len(data)}"} if start else {}
        self.send_response(206 if start else 200)
        for name, value in {**headers, **partial, "Content-Length": str(len(data) - start)}.items():
            self.send_header(name, value)
        self.end_headers()
        drop = self.hub.drop_after.pop(0) if self.hub.drop_after else None
        self.wfile.write(data[start:] if drop is None else data[start : start + drop])
        if drop is not None:
            self.close_connection = True
            self.connection.close()


@contextmanager
def running(hub: Hub) -> Iterator[Hub]:
    """Serve the hub and its content network on two ports of this machine until the block ends."""
    servers = []
    for role in ("hub", "network"):
        handler = type("Handler", (_Handler,), {"hub": hub, "role": role})
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        servers.append(server)
    hub.endpoint, hub.network = (f"http://127.0.0.1:{server.server_port}" for server in servers)
    try:
        yield hub
    finally:
        for server in servers:
            server.shutdown()
            server.server_close()
