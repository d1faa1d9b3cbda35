"""Runs the key keeper's application over TLS in this process, until it is asked to stop."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable

import uvicorn

from service.api.server import WebServer, socket_at
from service.api.stopping import Stopping
from service.keeper.app import KeeperApp
from service.keeper.certificate import CertificateFiles
from service.keeper.settings import KeeperSettings
from service.settings_service import SettingError

GRACE_S = 10


def keeper_server(app: KeeperApp, files: CertificateFiles) -> WebServer:
    """A server that speaks TLS 1.3 and nothing else; the sockets are given when it is run."""
    config = uvicorn.Config(
        app.asgi,
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=64,
        timeout_graceful_shutdown=GRACE_S,
        ssl_certfile=files.certificate,
        ssl_keyfile=files.key,
        ssl_context_factory=_newest_tls,
    )
    return WebServer(config, Stopping())


def listening_at(settings: KeeperSettings) -> socket.socket:
    """A socket at the address of the settings. Raises SettingError."""
    try:
        return socket_at(settings.host, settings.port, backlog=128)
    except OSError:
        raise SettingError(
            f"It cannot listen on port {settings.port}: something else does, or PRACTICE_KEEPER_HOST is not "
            "an address of this machine. Stop it, or name another port with PRACTICE_KEEPER_PORT."
        ) from None


def _newest_tls(_config: uvicorn.Config, usual: Callable[[], ssl.SSLContext]) -> ssl.SSLContext:
    context = usual()
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    return context
