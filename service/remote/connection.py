"""Requests to one service: the token goes to its own origin alone, and every refusal becomes one sentence."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx2

from service.ids import new_id
from service.remote.address import Address
from service.remote.answers import certificate_fault, mapping, refusal
from service.remote.errors import CertificateError, RedirectedError, UnreachedError

TRIES = 4
"""So often a request is sent that may be repeated, when connections are lost."""
PATIENCE_S = 180.0
"""Seconds that a service may have us wait in all, for one request."""
_WAITING = (429, 503)
_TIMEOUT = httpx2.Timeout(60.0, connect=15.0)
_STREAM_TIMEOUT = httpx2.Timeout(60.0, connect=15.0, read=45.0)
"""Seconds. A stream gives a sign of life every 15."""


def _trust(address: Address) -> ssl.SSLContext:
    """What the machine trusts, which a council can add its own authority to."""
    secure = address.origin.startswith("https:")
    return ssl.create_default_context() if secure else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class Connection:
    """One service, as one person or as nobody. ``tell`` hears why it takes long; ``rest`` waits some seconds."""

    def __init__(
        self,
        address: Address,
        token: str | None = None,
        *,
        tell: Callable[[str], None] = lambda _: None,
        rest: Callable[[float], None] = time.sleep,
    ) -> None:
        self.address = address
        self.rest = rest
        self._secrets = [token] if token else []
        self._tell = tell
        self._client = httpx2.Client(
            verify=_trust(address),
            follow_redirects=False, timeout=_TIMEOUT, trust_env=not address.local,
            headers={"User-Agent": "practice-remote"} | ({"Authorization": f"Bearer {token}"} if token else {}),
        )  # fmt: skip

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def as_page(self, csrf: str) -> None:
        """From now on requests say what this service's own pages would, next to the cookie."""
        self._client.headers |= {"Origin": self.address.origin, "X-CSRF": csrf}

    def get(self, path: str, params: Mapping[str, str] | None = None) -> dict[str, Any]:
        """What lies at a path of the API, as an object of JSON. Raises as `ask`; StrangeAnswerError."""
        return mapping(self.ask("GET", path, params=params))

    def each(self, path: str, params: Mapping[str, str] | None = None) -> Iterator[dict[str, Any]]:
        """Every entry of a list, page by page. Raises as `get`."""
        wanted = dict(params or {})
        while True:
            page = self.get(path, wanted)
            yield from page.get("items", ())
            if not page.get("next"):
                return
            wanted["cursor"] = page["next"]

    def make(self, path: str, body: Mapping[str, Any], key: str | None = None) -> dict[str, Any]:
        """Make something, once, however often it has to be sent. Raises as `ask`; StrangeAnswerError."""
        return mapping(self.ask("POST", path, json=body, headers={"Idempotency-Key": key or new_id()}))

    def ask(
        self, method: str, path: str, *, json: Any = None, params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx2.Response:  # fmt: skip
        """One request of the API, sent again where that does no harm. Gives an answer below 300.

        Raises RefusedThereError, FailedThereError, RedirectedError, CertificateError, UnreachedError.
        """
        harmless = method != "POST" or "Idempotency-Key" in (headers or {})
        lost, waited = 0, 0.0
        while True:
            try:
                answer = self.once(method, path, json=json, params=params, headers=headers)
            except UnreachedError:
                lost += 1
                if not harmless or lost >= TRIES:
                    raise
                self.rest(0.5 * 2**lost)
                continue
            if answer.status_code not in _WAITING or waited >= PATIENCE_S:
                return self.accepted(answer)
            waited += self.wait_for(answer)

    def once(
        self, method: str, path: str, *, json: Any = None, params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None, content: Iterable[bytes] | None = None,
    ) -> httpx2.Response:  # fmt: skip
        """One request, whatever the answer. Raises CertificateError, UnreachedError, RedirectedError."""
        with self._told():
            answer = self._client.request(
                method, self.address.at(path), json=json, params=params, headers=headers, content=content
            )
        if answer.is_redirect or 300 <= answer.status_code < 400:
            raise RedirectedError
        return answer

    @contextmanager
    def events(self, path: str) -> Iterator[Iterator[httpx2.ServerSentEvent]]:
        """A stream of events, until it ends or is lost. Raises as `ask`."""
        url, wanted = self.address.at(path), {"Accept": "text/event-stream"}
        with self._told(), self._client.stream("GET", url, headers=wanted, timeout=_STREAM_TIMEOUT) as answer:
            if answer.status_code >= 300:
                answer.read()
                if answer.status_code < 400:
                    raise RedirectedError
                self.accepted(answer)
            yield iter(httpx2.EventSource(answer))

    def accepted(self, answer: httpx2.Response) -> httpx2.Response:
        """The answer, where it is none of refusal. Raises RefusedThereError, FailedThereError."""
        if answer.status_code >= 400:
            raise refusal(answer, self._secrets)
        return answer

    def wait_for(self, answer: httpx2.Response) -> float:
        """Wait as long as an answer asks for, at most a minute; returns the seconds."""
        asked = answer.headers.get("retry-after", "")
        seconds = min(float(asked), 60.0) if asked.isascii() and asked.isdigit() else 5.0
        seconds = max(seconds, 1.0)
        self._tell(f"The service asks to wait {seconds:.0f} s.")
        self.rest(seconds)
        return seconds

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (httpx2.TransportError, httpx2.InvalidURL) as failed:
            fault = certificate_fault(failed)
            if fault:
                raise CertificateError(
                    f"The certificate of {self.address.host} is not one that this machine trusts: {fault}. Nothing was "
                    "sent. Ask whoever runs the service; if the council signs its own certificates, name the file of "
                    "its authority in SSL_CERT_FILE."
                ) from None
            raise UnreachedError(
                f"{self.address.host} does not answer. Check the address and the connection, then try again."
            ) from None
