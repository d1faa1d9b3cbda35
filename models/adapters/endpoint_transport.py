"""The way to a language model's server: to checked addresses, with the headers that are needed, and no detours."""

from __future__ import annotations

import time

import httpx2

from models.adapters.endpoint_address import Endpoint, addresses
from models.errors import UnreachableError

_KEPT = ("accept", "content-length", "content-type", "host")
"""Headers that go out as they are; the rest (what machine this is, which organisation) is nobody's business."""
_LARGEST = 4_000_000
"""Bytes of one answer."""


class CheckedTransport(httpx2.BaseTransport):
    """Sends requests to one endpoint only. Follows nothing, asks no proxy, and looks the name up for each request.

    ``key`` is sent as a bearer token where it is given. A whole answer may take ``timeout_s``, however it trickles in.
    """

    def __init__(
        self, place: Endpoint, *, key: str | None, allow_public: bool, timeout_s: float, ca_file: str | None = None
    ) -> None:
        self._place = place
        self._key = key
        self._allow_public = allow_public
        self._timeout_s = timeout_s
        verify = httpx2.create_ssl_context(verify=ca_file or True, trust_env=False)
        self._onward = httpx2.HTTPTransport(trust_env=False, verify=verify)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send one request. Raises UnreachableError, NotPrivateError, httpx2.HTTPError."""
        if (request.url.host, request.url.port or self._place.port) != (self._place.host, self._place.port):
            raise UnreachableError()
        try:
            reached = addresses(self._place, allow_public=self._allow_public)
        except OSError:
            raise UnreachableError() from None
        headers = {name: request.headers[name] for name in _KEPT if name in request.headers}
        headers |= {"accept-encoding": "identity", "connection": "close", "user-agent": "practice"}
        if self._key:
            headers["authorization"] = f"Bearer {self._key}"
        content, until = request.read(), time.monotonic() + self._timeout_s
        for place, address in enumerate(reached):
            onward = httpx2.Request(
                request.method,
                request.url.copy_with(host=address),
                headers=headers,
                content=content,
                extensions={**request.extensions, "sni_hostname": self._place.host},
            )
            try:
                return _bounded(self._onward.handle_request(onward), until)
            except httpx2.ConnectError:
                if place + 1 == len(reached):
                    raise
        raise UnreachableError()

    def close(self) -> None:
        """Close connections."""
        self._onward.close()


def _bounded(response: httpx2.Response, until: float) -> httpx2.Response:
    """The response, read whole unless it is too large or late. Raises httpx2.ReadError, httpx2.ReadTimeout."""
    try:
        held = bytearray()
        for piece in response.iter_raw():
            held += piece
            if len(held) > _LARGEST:
                raise httpx2.ReadError("the answer is too large")
            if time.monotonic() > until:
                raise httpx2.ReadTimeout("the answer came too slowly")
    finally:
        response.close()
    headers = {name: value for name, value in response.headers.items() if name != "transfer-encoding"}
    return httpx2.Response(response.status_code, headers=headers, content=bytes(held), extensions=response.extensions)
