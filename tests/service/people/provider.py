"""A small OpenID provider as a process of its own, which can be asked to answer wrongly.

Whoever comes to ``/authorize`` counts as signed in as the subject named in ``as``; ``fault`` says what will be wrong.
Its times are those of ``now`` (seconds), since the tests' clock is told.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, quote_plus, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

CLIENT, SECRET = "practice-client", "a+b/c=%41:d&e f"
KEYS: list[Any] = [RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})]
STRANGER = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
CODES: dict[str, dict[str, str]] = {}
STATE = {"issuer": "", "wrong_description": ""}


class Provider(BaseHTTPRequestHandler):
    """Discovery, keys, authorization and token endpoints."""

    def do_GET(self) -> None:
        asked = urlsplit(self.path)
        given = {name: values[0] for name, values in parse_qs(asked.query).items()}
        issuer = STATE["issuer"]
        if asked.path == "/.well-known/openid-configuration":
            self.answer(
                {
                    "issuer": issuer + STATE["wrong_description"], "authorization_endpoint": f"{issuer}/authorize",
                    "token_endpoint": f"{issuer}/token", "jwks_uri": f"{issuer}/keys",
                }
            )  # fmt: skip
        elif asked.path == "/keys":
            self.answer({"keys": [key.as_dict(private=False) for key in KEYS]})
        elif asked.path == "/authorize":
            self.authorize(given)
        elif asked.path == "/rotate":
            KEYS[:] = [ECKey.generate_key("P-256", {"kid": secrets.token_hex(4), "use": "sig"})]
            self.answer({})
        elif asked.path == "/describe":
            STATE["wrong_description"] = given.get("as", "")
            self.answer({})
        else:
            self.answer({}, 404)

    def authorize(self, given: dict[str, str]) -> None:
        wanted = {"response_type": "code", "client_id": CLIENT, "code_challenge_method": "S256", "scope": "openid"}
        if any(given.get(name) != value for name, value in wanted.items()) or not given.get("nonce"):
            self.answer({"error": "invalid_request"}, 400)
            return
        code = secrets.token_urlsafe(8)
        CODES[code] = given
        self.answer({"to": f"{given['redirect_uri']}?{urlencode({'code': code, 'state': given['state']})}"})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        sent = {name: values[0] for name, values in parse_qs(body).items()}
        begun = CODES.pop(sent.get("code", ""), None)
        basic = "Basic " + base64.b64encode(f"{CLIENT}:{quote_plus(SECRET)}".encode()).decode()
        digest = hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if self.headers["Authorization"] != basic:
            self.answer({"error": "invalid_client"}, 401)
        elif begun is None or challenge != begun["code_challenge"] or sent["redirect_uri"] != begun["redirect_uri"]:
            self.answer({"error": "invalid_grant"}, 400)
        else:
            self.give(begun)

    def give(self, begun: dict[str, str]) -> None:
        fault, now = begun.get("fault", ""), int(begun["now"])
        if fault == "broken":
            self.answer({"error": "server_error"}, 500)
            return
        claims: dict[str, Any] = {
            "iss": STATE["issuer"], "sub": begun["as"], "aud": CLIENT, "iat": now, "exp": now + 300,
            "nonce": begun["nonce"], "auth_time": now - int(begun.get("age", "0")),
        }  # fmt: skip
        claims |= {
            "wrong-issuer": {"iss": STATE["issuer"] + "/"}, "wrong-audience": {"aud": "another-client"},
            "more-audiences": {"aud": [CLIENT, "another-client"], "azp": CLIENT}, "wrong-nonce": {"nonce": "other"},
            "expired": {"exp": now - 120}, "not-yet": {"nbf": now + 600}, "wrong-party": {"azp": "another-client"},
            "number-subject": {"sub": 7}, "empty-subject": {"sub": ""},
        }.get(fault, {})  # fmt: skip
        for name in fault.removeprefix("without-").split() if fault.startswith("without-") else ():
            del claims[name]
        answer = {"access_token": "a", "token_type": "Bearer", "id_token": signed(claims, fault)}
        if fault == "no-token":
            del answer["id_token"]
        self.answer(answer)

    def answer(self, content: dict[str, Any], status: int = 200) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library calls it so
        pass


def signed(claims: dict[str, Any], fault: str) -> str:
    """The claims as a token; some faults are in how it is signed."""
    key = KEYS[0]
    header = {"alg": "RS256" if key.key_type == "RSA" else "ES256", "kid": key.kid}
    if fault == "alg-none":
        unsigned = [json.dumps(part).encode() for part in ({"alg": "none", "kid": key.kid}, claims)]
        return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in unsigned) + "."
    if fault == "alg-hmac":
        parts = [json.dumps(part).encode() for part in (header | {"alg": "HS256"}, claims)]
        text = ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)
        tag = hmac.new(key.as_pem(private=False), text.encode(), "sha256").digest()
        return f"{text}.{base64.urlsafe_b64encode(tag).rstrip(b'=').decode()}"
    if fault == "strange-key":
        return jwt.encode(header | {"alg": "RS256"}, claims, STRANGER)
    if fault == "garbage":
        return "not.a.token"
    return jwt.encode(header, claims, key)


def main() -> None:
    """Serve on a free port of this machine, and print which."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    STATE["issuer"] = f"http://127.0.0.1:{server.server_port}"
    sys.stdout.write(STATE["issuer"] + "\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main()
