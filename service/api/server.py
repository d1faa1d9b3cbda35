"""Runs the application in this process until it is asked to stop."""

from __future__ import annotations

from types import FrameType

import uvicorn
from fastapi import FastAPI

from service.api.logs import set_up_logs
from service.api.stopping import Stopping
from service.settings_service import ServiceSettings

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


def run_web(app: FastAPI, settings: ServiceSettings) -> None:
    """Serve until a signal asks to stop; logs go to standard error."""
    set_up_logs()
    web_server(app, settings).run()
