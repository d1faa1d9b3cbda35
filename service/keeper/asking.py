"""How a worker elsewhere asks the key keeper: over TLS with one pinned certificate, as the machine that it is."""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable
from http.client import HTTPException, HTTPResponse, HTTPSConnection
from typing import Any

from service.jobs.held import InHand
from service.keeper.errors import MachineFolderUnreadError
from service.keeper.machines import Carried
from service.keybroker.errors import (
    KeeperAwayError,
    KeeperCertificateError,
    KeyNotLentError,
    NoKeystoreHereError,
    UnknownMachineError,
)
from service.keybroker.lender import Wanted

TIMEOUT_S = 15.0
"""So long the keeper may take to answer; it waits itself for its turn at the database."""
_LONGEST = 4096
_KEY_BYTES = 32


class KeeperLine:
    """The way to one keeper. A connection for each question, so that nothing is open in between."""

    def __init__(self, host: str, port: int, carried: Carried, *, timeout_s: float = TIMEOUT_S) -> None:
        self._host = host
        self._port = port
        self._timeout_s = timeout_s
        self._headers = {"Authorization": f"Bearer {carried.token}", "Content-Type": "application/json"}
        self._trust = _trust_alone(carried.certificate)

    def check(self) -> None:
        """Whether it answers, and knows this machine. Raises KeeperAwayError, UnknownMachineError."""
        status, _ = self._asked("GET", "/healthz", None)
        if status != 200:
            raise KeeperAwayError

    def key_of(self, wanted: Wanted) -> bytes:
        """The key of what a worker here works on. Raises KeyNotLentError, KeeperAwayError, UnknownMachineError."""
        body = {
            "job": wanted.job_id, "session": wanted.session_id, "fence": wanted.fence, "worker": wanted.worker_id,
        }  # fmt: skip
        status, said = self._asked("POST", "/keys/open", json.dumps(body).encode())
        if status in (400, 404):
            raise KeyNotLentError
        try:
            key = bytes.fromhex(said["key"]) if status == 200 else b""
        except (KeyError, TypeError, ValueError):
            key = b""
        if len(key) != _KEY_BYTES:
            raise KeeperAwayError
        return key

    def _asked(self, method: str, path: str, body: bytes | None) -> tuple[int, dict[str, Any]]:
        line = HTTPSConnection(self._host, self._port, timeout=self._timeout_s, context=self._trust)
        try:
            line.request(method, path, body, self._headers)
            return _answer(line.getresponse())
        except ssl.SSLCertVerificationError:
            raise KeeperCertificateError from None
        except (OSError, HTTPException):
            raise KeeperAwayError from None
        finally:
            line.close()


class FarKeys:
    """See `broker.Keys`: asks the keeper for the key of what this thread works on, each time anew, and keeps none.

    ``forgotten`` is called once the keeper does not know this machine any more.
    """

    def __init__(
        self, line: KeeperLine, in_hand: InHand, worker_id: str, forgotten: Callable[[], None] = lambda: None
    ) -> None:
        self._line = line
        self._in_hand = in_hand
        self._worker_id = worker_id
        self._forgotten = forgotten

    def create(self, session_id: str) -> None:
        """Keys are made where the keystore is. Raises NoKeystoreHereError, always."""
        raise NoKeystoreHereError

    def unwrap(self, session_id: str) -> bytes:
        """A session's key, 32 bytes, where this thread holds a claim on it.

        Raises KeyNotLentError, KeeperAwayError, UnknownMachineError.
        """
        claim = self._in_hand.on(session_id)
        if claim is None:
            raise KeyNotLentError
        wanted = Wanted(job_id=claim.job_id, session_id=session_id, fence=claim.fence, worker_id=self._worker_id)
        try:
            return self._line.key_of(wanted)
        except UnknownMachineError:
            self._forgotten()
            raise


def _answer(answer: HTTPResponse) -> tuple[int, dict[str, Any]]:
    """Status and object of an answer; an empty object where it holds none. Raises UnknownMachineError."""
    if answer.status == 401:
        raise UnknownMachineError
    try:
        said = json.loads(answer.read(_LONGEST))
    except ValueError:
        said = {}
    return answer.status, said if isinstance(said, dict) else {}


def _trust_alone(certificate: str) -> ssl.SSLContext:
    """Trusts this certificate and no authority; the keeper's name is looked at too."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    try:
        context.load_verify_locations(cadata=certificate)
    except (ssl.SSLError, ValueError):
        raise MachineFolderUnreadError from None
    return context
