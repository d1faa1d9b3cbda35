"""One file over HTTP from a model hub: redirects, resuming, retries. Used by `models.adapters.hub_downloader` only.

Why not huggingface_hub: it decides at import whether it may go online, takes a second transport where one is
installed, and checks sizes but not digests. The hub's protocol for one pinned file is a GET with redirects and Range.
"""

from __future__ import annotations

import http.client
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import Message
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urljoin, urlsplit

from models.errors import MissingPartError

_REDIRECTS = (301, 302, 303, 307, 308)
_TRANSIENT = (408, 425, 429, 500, 502, 503, 504)
_OUT_OF_RANGE = 416
_MOST_REDIRECTS = 5
_ATTEMPTS = 5
_CHUNK = 1 << 18
_BROKEN = (http.client.HTTPException, ConnectionError, TimeoutError, ssl.SSLError)


class PullError(MissingPartError):
    """The weights could not be pulled. What has arrived is kept; run `practice models pull` again to go on."""


class GatedError(PullError):
    """The hub wants an account that has accepted the model's conditions."""


class _BrokenError(Exception):
    """The connection failed in a way that a later attempt may cure; its text is safe to show."""


class _KeepRedirects(urllib.request.HTTPRedirectHandler):
    """Hands redirects back to us, so that the token goes to the hub only and the hub's headers are seen."""

    def redirect_request(self, *_: Any) -> None:
        """Never follow."""
        return


@dataclass(frozen=True, slots=True, kw_only=True)
class Remote:
    """What the hub said about a file: its digest (a SHA-256 or git's id of the bytes) and its commit; "" if unsaid."""

    etag: str = ""
    commit: str = ""


class Watcher(Protocol):
    """Told about every piece of a file that arrived; ``restart`` means that what came before is void."""

    def __call__(self, count: int, *, restart: bool = False) -> None:
        """``count`` more bytes are on disk."""


@dataclass(slots=True, kw_only=True)
class Transfer:
    """Fetches files from one hub. ``token`` is sent to the hub's own host only and appears in no message."""

    endpoint: str
    token: str | None = field(default=None, repr=False)
    timeout_s: float = 30.0
    sleep: Callable[[float], None] = time.sleep
    _opener: urllib.request.OpenerDirector = field(init=False, repr=False)

    def __post_init__(self) -> None:
        parts = urlsplit(self.endpoint)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.username:
            raise PullError("The hub's address (--endpoint or HF_ENDPOINT) must look like https://host.")
        self._opener = urllib.request.OpenerDirector()
        handlers = (urllib.request.ProxyHandler, urllib.request.HTTPHandler, urllib.request.HTTPSHandler)
        for handler in (*handlers, urllib.request.HTTPErrorProcessor, urllib.request.HTTPDefaultErrorHandler):
            self._opener.add_handler(handler())
        self._opener.add_handler(_KeepRedirects())

    def fetch(self, path: str, into: Path, size: int | None, watch: Watcher, room: Callable[[int], None]) -> Remote:
        """Get ``path`` (of the endpoint) into the file ``into``, going on where an earlier attempt stopped.

        ``room`` is told how many bytes are still to come before the first is written. Raises PullError.
        """
        failed = 0
        while True:
            before = into.stat().st_size if into.exists() else 0
            try:
                return self._once(path, into, size, watch, room)
            except _BrokenError as error:
                now = into.stat().st_size if into.exists() else 0
                failed = 1 if now > before else failed + 1
                if failed >= _ATTEMPTS:
                    raise PullError(
                        f"{error} What has arrived is kept; run the same command again to go on."
                    ) from error
                self.sleep(min(2.0**failed, 30.0) / 2)

    def _once(self, path: str, into: Path, size: int | None, watch: Watcher, room: Callable[[int], None]) -> Remote:
        start = into.stat().st_size if into.exists() else 0
        with self._opened(path, start) as (response, remote):
            if start and response.status == 200:
                start = _void(into, watch)
            if start and not _continues(response, start):
                _void(into, watch)
                raise _BrokenError("The hub did not go on where it was asked to.")
            total = _total(response.headers, start)
            if None not in (size, total) and size != total:
                raise PullError(f"The hub offers a file of {total:,} bytes where {size:,} are pinned.")
            if (coming := total or size) is not None:
                room(coming - start)
            _copy(response, into, watch)
        if coming is not None and into.stat().st_size < coming:
            raise _BrokenError("The connection broke off before the file was complete.")
        return remote

    @contextmanager
    def _opened(self, path: str, start: int) -> Iterator[tuple[http.client.HTTPResponse, Remote]]:
        url, said = self.endpoint.rstrip("/") + path, Message()
        for _ in range(_MOST_REDIRECTS + 1):
            response = self._request(url, start)
            if self._is_hub(url):
                for name in ("X-Repo-Commit", "X-Linked-Etag", "ETag"):
                    if name in response.headers and name not in said:
                        said[name] = response.headers[name]
            if response.status not in _REDIRECTS:
                break
            url = self._next(url, response.headers.get("Location", ""))
            response.close()
        else:
            raise PullError("The hub redirects in circles. Check --endpoint or HF_ENDPOINT.")
        try:
            yield response, _remote(said)
        finally:
            response.close()

    def _request(self, url: str, start: int) -> http.client.HTTPResponse:
        request = urllib.request.Request(url, headers={"Accept-Encoding": "identity", "User-Agent": "practice"})  # noqa: S310 (scheme checked)
        if start:
            request.add_header("Range", f"bytes={start}-")
        if self.token and self._is_hub(url):
            request.add_header("Authorization", f"Bearer {self.token}")
        try:
            response: http.client.HTTPResponse = self._opener.open(request, timeout=self.timeout_s)
            return response
        except urllib.error.HTTPError as error:
            if error.code in (*_REDIRECTS, _OUT_OF_RANGE):
                return error  # type: ignore[return-value]  # an HTTPError is also the response it tells of
            with error:
                raise _refusal(error) from None
        except urllib.error.URLError as error:
            raise _unreachable(error.reason, urlsplit(url).hostname or "") from None
        except _BROKEN as error:
            raise _BrokenError("The connection broke off.") from error

    def _is_hub(self, url: str) -> bool:
        return urlsplit(url)[:2] == urlsplit(self.endpoint)[:2]

    def _next(self, url: str, location: str) -> str:
        target = urljoin(url, location)
        secure = urlsplit(self.endpoint).scheme == "https"
        if not location or urlsplit(target).scheme not in (("https",) if secure else ("http", "https")):
            raise PullError("The hub redirects to a place that is not safe to follow. Check --endpoint or HF_ENDPOINT.")
        return target


def _copy(response: http.client.HTTPResponse, into: Path, watch: Watcher) -> None:
    with into.open("ab") as stream:
        while True:
            try:
                piece = response.read(_CHUNK)
            except http.client.IncompleteRead as error:
                stream.write(error.partial)
                raise _BrokenError("The connection broke off before the file was complete.") from None
            except _BROKEN as error:
                raise _BrokenError("The connection broke off before the file was complete.") from error
            if not piece:
                return
            stream.write(piece)
            watch(len(piece))


def _void(into: Path, watch: Watcher) -> int:
    into.unlink(missing_ok=True)
    watch(0, restart=True)
    return 0


def _continues(response: http.client.HTTPResponse, start: int) -> bool:
    return response.status == 206 and response.headers.get("Content-Range", "").startswith(f"bytes {start}-")


def _total(headers: Message, start: int) -> int | None:
    with suppress(ValueError, TypeError):
        return start + int(headers["Content-Length"])
    return None


def _remote(said: Message) -> Remote:
    etag = said.get("X-Linked-Etag") or said.get("ETag") or ""
    return Remote(etag=etag.removeprefix("W/").strip('"').lower(), commit=said.get("X-Repo-Commit", ""))


def _refusal(error: urllib.error.HTTPError) -> Exception:
    if error.code in (401, 403):
        return GatedError()
    if error.code == 404:
        return PullError("The hub does not have this file at the pinned commit. Check --endpoint or HF_ENDPOINT.")
    if error.code in _TRANSIENT:
        return _BrokenError(f"The hub answered {error.code} (busy or out of order).")
    return PullError(f"The hub refused the request ({error.code}).")


def _unreachable(reason: object, host: str) -> Exception:
    if isinstance(reason, ssl.SSLCertVerificationError):
        return PullError(
            f"The certificate of {host} could not be verified. Install your organisation's certificates "
            "and point SSL_CERT_FILE at them."
        )
    return _BrokenError(f"{host} cannot be reached. Check the connection, HTTPS_PROXY and HF_ENDPOINT.")
