"""The keystore as erasures see it: something that destroys, and cannot be asked for a key."""

from __future__ import annotations

from pathlib import Path

from service.keybroker.database import KeystoreDatabase
from service.keybroker.keystore import Keystore


class KeystoreDestroyer:
    """See `service.erasure.ports.KeyDestroyer`. ``database`` is the keystore's own file."""

    def __init__(self, keystore: Keystore, database: Path) -> None:
        self._keystore = keystore
        self._database = KeystoreDatabase(database)

    def wrapped(self, session_id: str) -> bytes | None:
        """The wrapped key's bytes, worth nothing without the epoch's file; None where there is none."""
        with self._database.reading() as rows:
            found = rows.get(session_id)
        return None if found is None else found.sealed

    def destroy(self, session_id: str) -> None:
        """Destroy the key for good. Raises RemainsError."""
        self._keystore.destroy(session_id)
