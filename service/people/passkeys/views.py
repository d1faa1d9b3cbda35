"""What the routes of passkeys tell, field by field."""

from __future__ import annotations

from pydantic import Field, JsonValue

from service.people.views import Exact, Id, Milliseconds


class Ceremony(Exact):
    """What a page hands to the browser: the options of WebAuthn for asking for a passkey or for making one, as JSON."""

    public_key: dict[str, JsonValue] = Field(
        examples=[{"challenge": "dGhpcnR5LXR3byByYW5kb20gYnl0ZXMgZ28gaGVyZS4", "rpId": "practice.example"}]
    )


class PasskeyTold(Exact):
    """One of one's own passkeys."""

    id: Id
    label: str = Field(examples=["The phone for work"])
    created_ms: Milliseconds
    used_ms: int | None = Field(description="When it was used last", examples=[1_795_000_000_000])


class PasskeyList(Exact):
    """All of them: there is never a next page."""

    items: list[PasskeyTold]
    next: str | None = None
