"""A device that Chromium pretends to have: it keeps passkeys, and knows who unlocks it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

_ABLE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@dataclass(frozen=True, kw_only=True)
class Device:
    """The device of one page."""

    protocol: Any
    id: str

    def knows_nobody(self) -> None:
        """From now on whoever unlocks it is not who it knows."""
        self.protocol.send("WebAuthn.setUserVerified", {"authenticatorId": self.id, "isUserVerified": False})

    def kept(self) -> int:
        """How many passkeys are in it."""
        return len(self.protocol.send("WebAuthn.getCredentials", {"authenticatorId": self.id})["credentials"])


def pretended_device(page: Any) -> Device:
    """Give this page's browser one; it is unlocked as soon as it is asked."""
    protocol = page.context.new_cdp_session(page)
    protocol.send("WebAuthn.enable", {"enableUI": False})
    made = protocol.send("WebAuthn.addVirtualAuthenticator", {"options": _ABLE})
    return Device(protocol=protocol, id=made["authenticatorId"])
