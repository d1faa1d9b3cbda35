"""A device that keeps passkeys, in software: ES256, no attestation. It can also be one that does something wrong."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def raw(given: str) -> bytes:
    return base64.urlsafe_b64decode(f"{given}==")


@dataclass
class Kept:
    """A passkey in the device."""

    credential_id: bytes
    key: ec.EllipticCurvePrivateKey
    user_handle: bytes


@dataclass
class Authenticator:
    """Holds one passkey. ``origin``: the page that the browser says asked. ``counts`` False: one that never counts."""

    origin: str = "https://practice.example"
    verifies: bool = True
    counts: bool = True
    counter: int = 0
    kept: Kept | None = None
    rp_id: str | None = None
    also: dict[str, Any] = field(default_factory=dict)

    def create(self, options: dict[str, Any]) -> str:
        """What `navigator.credentials.create` gives, as the page writes it."""
        excluded = {one["id"] for one in options.get("excludeCredentials", [])}
        assert self.kept is None or text(self.kept.credential_id) not in excluded
        assert options["authenticatorSelection"]["userVerification"] == "required"
        key = ec.generate_private_key(ec.SECP256R1())
        self.kept = Kept(secrets.token_bytes(32), key, raw(options["user"]["id"]))
        numbers = key.public_key().public_numbers()
        x, y = numbers.x.to_bytes(32, "big"), numbers.y.to_bytes(32, "big")
        cose = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})
        length = len(self.kept.credential_id).to_bytes(2, "big")
        attested = bytes(16) + length + self.kept.credential_id + cose
        data = self._data(options["rp"]["id"], ATTESTED) + attested
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", options["challenge"])
        return self._written(
            {"clientDataJSON": text(client), "attestationObject": text(attestation), "transports": ["internal"]}
        )

    def get(self, options: dict[str, Any]) -> str:
        """What `navigator.credentials.get` gives."""
        assert self.kept is not None
        assert options["userVerification"] == "required"
        client = self._client("webauthn.get", options["challenge"])
        data = self._data(options["rpId"], 0)
        signed = self.kept.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._written({
            "clientDataJSON": text(client), "authenticatorData": text(data), "signature": text(signed),
            "userHandle": text(self.kept.user_handle),
        })  # fmt: skip

    def _client(self, kind: str, challenge: str) -> bytes:
        told = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(told | self.also).encode()

    def _data(self, rp_id: str, flags: int) -> bytes:
        self.counter += self.counts
        flags |= PRESENT | (VERIFIED if self.verifies else 0)
        named = hashlib.sha256((self.rp_id or rp_id).encode()).digest()
        return named + bytes([flags]) + self.counter.to_bytes(4, "big")

    def _written(self, response: dict[str, Any]) -> str:
        assert self.kept is not None
        name = text(self.kept.credential_id)
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": response})
