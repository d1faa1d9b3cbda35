"""Whether a request that changes something came from this service's own pages."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from service.api.errors import ForeignOriginError

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
CSRF_HEADER = "x-csrf"
_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")


def origins_of(public_url: str) -> frozenset[str]:
    """The origins that the service's own pages have; on this machine itself each of its names for itself."""
    parts = urlsplit(public_url)
    host = parts.hostname or ""
    shown = f"[{host}]" if ":" in host else host
    port = (
        "" if parts.port is None or (parts.scheme, parts.port) in (("https", 443), ("http", 80)) else f":{parts.port}"
    )
    names = _LOOPBACK if shown in _LOOPBACK and parts.scheme == "http" else (shown,)
    return frozenset(f"{parts.scheme}://{name}{port}" for name in names)


def refuse_foreign(method: str, headers: Mapping[str, str], allowed: frozenset[str], *, cookie: bool) -> None:
    """Refuse an unsafe request of another site. With a ``cookie`` the browser has to say where it comes from.

    Raises ForeignOriginError.
    """
    if method in SAFE_METHODS:
        return
    origin = headers.get("origin")
    if headers.get("sec-fetch-site") == "cross-site" or (origin is not None and origin not in allowed):
        raise ForeignOriginError
    if cookie and origin is None:
        raise ForeignOriginError
