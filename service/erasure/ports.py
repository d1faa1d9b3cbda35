"""What an erasure needs from others: the keystore, seen only as something that destroys, and whatever keeps copies."""

from __future__ import annotations

from typing import Protocol


class KeyDestroyer(Protocol):
    """The broker's package gives this out; nothing here can unwrap a key."""

    def wrapped(self, session_id: str) -> bytes | None:
        """A session's wrapped key as it lies in the keystore, to be looked for afterwards; None where it is gone."""

    def destroy(self, session_id: str) -> None:
        """Destroy the key for good; harmless where it is destroyed already, or never was.

        Raises RemainsError where its bytes are still in a file.
        """


class Revoker(Protocol):
    """Something in this process that may keep content: a cache, an open stream, a prepared export."""

    def revoke(self, session_id: str) -> None:
        """Let go of everything of this session."""
