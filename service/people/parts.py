"""What the use cases of signing in are made of, beside the service's own parts."""

from __future__ import annotations

from dataclasses import dataclass, field

from service.parts import Parts
from service.people.passkeys.relying_party import RelyingParty
from service.people.password_rules import Guesses
from service.people.passwords import Passwords

KEY_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleParts:
    """``key``: 32 secret bytes that every web process of an installation has, and that outlast a restart.

    They make the keyed digests of rate limits, of CSRF tokens and of known browsers; whoever has them still cannot
    sign in. ``passkeys`` None: this service's address is one at which browsers have none. ``second_proof_required``:
    nobody gets in with a password alone.
    """

    parts: Parts
    passwords: Passwords
    guesses: Guesses
    key: bytes = field(repr=False)
    passkeys: RelyingParty | None = None
    second_proof_required: bool = False

    def __post_init__(self) -> None:
        if len(self.key) < KEY_BYTES:
            raise ValueError("the key of signing in has 32 bytes or more")
