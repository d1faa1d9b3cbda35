"""Runs the application in this process until it is asked to stop."""

from __future__ import annotations

import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import uvicorn
from fastapi import FastAPI

from service.api.logs import set_up_logs
from service.api.stopping import Stopping
from service.settings_service import ServiceSettings, SettingError

GRACE_S = 20
"""So long requests under way are waited for; an upload that is cut off there resumes at its last durable part."""


class WebServer(uvicorn.Server):
    """Tells streams to end as soon as the signal comes: the server itself waits for them before anything else."""

    def __init__(self, config: uvicorn.Config, stopping: Stopping) -> None:
        super().__init__(config)
        self._stopping = stopping

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Called by the signal's handler."""
        self._stopping.ask()
        super().handle_exit(sig, frame)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """As the server's own, but a signal that it obeyed is not raised again: stopping when told is no failure."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def web_server(app: FastAPI, settings: ServiceSettings) -> WebServer:
    """A server for the application; forwarded addresses are believed from the trusted proxies alone."""
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        http="h11",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        timeout_graceful_shutdown=GRACE_S,
    )
    return WebServer(config, app.state.stopping)


def listening(settings: ServiceSettings) -> socket.socket:
    """A socket at the address of the settings, taken before anything else is begun. Raises SettingError."""
    try:
        return socket_at(settings.host, settings.port, backlog=2048)
    except OSError:
        raise SettingError(
            f"Nothing can listen on port {settings.port}: something else does, or PRACTICE_HOST is not an address of "
            "this machine. Stop it, or name another port with PRACTICE_PORT."
        ) from None


def socket_at(host: str, port: int, *, backlog: int) -> socket.socket:
    """A socket that listens at the first address of a host. Raises OSError."""
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    return socket.create_server(address, family=family, backlog=backlog)


def run_web(app: FastAPI, settings: ServiceSettings, held: socket.socket) -> None:
    """Serve on a socket until a signal asks to stop; logs go to standard error."""
    set_up_logs()
    web_server(app, settings).run(sockets=[held])
