"""The council's own sign-in, by OpenID Connect: what is asked of it, and what is believed of its answer.

Code flow with PKCE, state and nonce. The issuer is compared letter by letter, the audience is this client alone, and
who somebody is there is the issuer and the subject together, never an e-mail address.
"""

from __future__ import annotations

import base64
import ssl
import threading
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus, urlsplit

import httpx2
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from service.clock import Clock
from service.people.errors import ProviderRefusedError, ProviderSettingsError, ProviderUnavailableError

ALGORITHMS = ("RS256", "PS256", "ES256")
"""What an answer may be signed with: a key that only the provider has."""
LEEWAY_S = 60
"""So far the provider's clock may be off."""
KEPT_MS = 3_600_000
ASKED_AGAIN_MS = 60_000
"""The provider's addresses and keys are kept for an hour, and asked for again where a key is new, once a minute."""
TIMEOUT_S = 10.0
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_SUBJECT = 255
_BASIC = "client_secret_basic"


@dataclass(frozen=True, slots=True, kw_only=True)
class OidcSettings:
    """``back``: the address here that the provider sends people back to. ``secret_file`` holds the client's secret.

    ``ca_file``: certificates of an authority that the system does not know, believed beside those that it knows.
    """

    issuer: str
    client_id: str
    secret_file: Path
    back: str
    ca_file: Path | None = None

    def __post_init__(self) -> None:
        parts = urlsplit(self.issuer)
        safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
        if not (safe and parts.hostname and self.client_id and self.back) or parts.query or parts.fragment:
            raise ProviderSettingsError


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who somebody is at the provider, and when they proved it there, in milliseconds since 1970, where it says so."""

    issuer: str
    subject: str
    proved_ms: int | None


class OidcProvider:
    """One provider; safe to use from several threads. ``transport`` is given where requests take a way of their own."""

    def __init__(self, settings: OidcSettings, clock: Clock, transport: httpx2.BaseTransport | None = None) -> None:
        self.settings = settings
        self._clock = clock
        self._ways: dict[str, Any] = {"timeout": TIMEOUT_S, "follow_redirects": False, "trust_env": False}
        self._ways["verify"] = _authorities(settings.ca_file)
        if transport is not None:
            self._ways["transport"] = transport
        self._lock = threading.Lock()
        self._about: dict[str, Any] = {}
        self._keys = KeySet([])
        self._asked_ms: int | None = None

    def address(self, *, state: str, nonce: str, verifier: str, again: bool = False) -> str:
        """Where a person is sent; ``again`` asks for a new proof even of somebody who is signed in there.

        Raises ProviderUnavailableError, ProviderSettingsError.
        """
        about, _ = self._known()
        more = {"prompt": "login", "max_age": "0"} if again else {}
        with self._client(about) as client:
            url, _ = client.create_authorization_url(
                about["authorization_endpoint"], state=state, code_verifier=verifier, nonce=nonce, **more
            )
        return str(url)

    def identity(self, *, code: str, nonce: str, verifier: str) -> Identity:
        """Who came back with that code. Raises ProviderRefusedError, ProviderUnavailableError."""
        about, keys = self._known()
        try:
            with self._client(about) as client:
                answer = client.fetch_token(
                    about["token_endpoint"], grant_type="authorization_code", code=code, code_verifier=verifier,
                    redirect_uri=self.settings.back,
                )  # fmt: skip
        except OAuthError:
            raise ProviderRefusedError from None
        except (httpx2.HTTPError, ValueError):
            raise ProviderUnavailableError from None
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise ProviderRefusedError
        return self._believed(self._opened(token, keys), nonce)

    def _opened(self, text: str, keys: KeySet) -> jwt.Token:
        for attempt in (keys, None):
            try:
                return jwt.decode(text, attempt or self._known(newer=True)[1], algorithms=ALGORITHMS)
            except (JoseError, ValueError, KeyError, TypeError):
                if attempt is None:
                    break
        raise ProviderRefusedError

    def _believed(self, token: jwt.Token, nonce: str) -> Identity:
        wanted = {"iss": {"essential": True, "value": self.settings.issuer}, "nonce": {"essential": True}}
        claims = CodeIDToken(token.claims, token.header, wanted, {"nonce": nonce, "client_id": self.settings.client_id})
        try:
            claims.validate(now=self._clock() // 1000, leeway=LEEWAY_S)
        except (JoseError, ValueError, TypeError):
            raise ProviderRefusedError from None
        subject, audience, proved = claims.get("sub"), claims.get("aud"), claims.get("auth_time")
        if audience not in (self.settings.client_id, [self.settings.client_id]):
            raise ProviderRefusedError
        if not isinstance(subject, str) or not 0 < len(subject) <= _SUBJECT or "\0" in subject:
            raise ProviderRefusedError
        proved_ms = min(proved * 1000, self._clock()) if type(proved) is int and proved >= 0 else None
        return Identity(issuer=self.settings.issuer, subject=subject, proved_ms=proved_ms)

    def _client(self, about: Mapping[str, Any]) -> OAuth2Client:
        known = about.get("token_endpoint_auth_methods_supported") or [_BASIC]
        return OAuth2Client(
            self.settings.client_id, self._secret(), redirect_uri=self.settings.back, scope="openid",
            code_challenge_method="S256",
            token_endpoint_auth_method=_named_in_the_header if _BASIC in known else "client_secret_post",
            **self._ways,
        )  # fmt: skip

    def _secret(self) -> str:
        try:
            secret = self.settings.secret_file.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError):
            raise ProviderSettingsError from None
        if not secret:
            raise ProviderSettingsError
        return secret

    def _known(self, *, newer: bool = False) -> tuple[dict[str, Any], KeySet]:
        """The provider's description of itself and its keys, kept for a while."""
        with self._lock:
            age = None if self._asked_ms is None else self._clock() - self._asked_ms
            if age is None or not 0 <= age < (ASKED_AGAIN_MS if newer else KEPT_MS):
                about = self._fetch(f"{self.settings.issuer.rstrip('/')}/.well-known/openid-configuration")
                self._refuse_other(about)
                try:
                    self._keys = KeySet.import_key_set(self._fetch(about["jwks_uri"]))  # type: ignore[arg-type]
                except (JoseError, ValueError, KeyError, TypeError):
                    raise ProviderUnavailableError from None
                self._about, self._asked_ms = about, self._clock()
            return self._about, self._keys

    def _refuse_other(self, about: dict[str, Any]) -> None:
        """A description that is another issuer's, or that leads from https to http, is not this provider's."""
        scheme = urlsplit(self.settings.issuer).scheme
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            if urlsplit(str(about.get(name, ""))).scheme not in {"https", scheme}:
                raise ProviderUnavailableError
        if about.get("issuer") != self.settings.issuer:
            raise ProviderUnavailableError

    def _fetch(self, url: str) -> dict[str, Any]:
        try:
            with httpx2.Client(**self._ways) as client:
                found = client.get(url).raise_for_status().json()
        except (httpx2.HTTPError, ValueError):
            raise ProviderUnavailableError from None
        if not isinstance(found, dict):
            raise ProviderUnavailableError
        return found


def _named_in_the_header(
    client: Any, method: str, uri: str, headers: MutableMapping[str, str], body: str
) -> tuple[str, MutableMapping[str, str], str]:
    """Who asks, as RFC 6749 (2.3.1) has it: both parts as in a form, which Authlib's own way leaves out."""
    named = ":".join(map(quote_plus, (client.client_id, client.client_secret)))
    headers["Authorization"] = f"Basic {base64.b64encode(named.encode()).decode()}"
    return uri, headers, body


def _authorities(ca_file: Path | None) -> ssl.SSLContext:
    """Whom to believe certificates: the system's authorities, and the council's own."""
    context = ssl.create_default_context()
    if ca_file is not None:
        try:
            context.load_verify_locations(cafile=ca_file)
        except (OSError, ssl.SSLError):
            raise ProviderSettingsError("The file of PRACTICE_OIDC_CA_FILE holds no certificates (PEM).") from None
    return context
