"""Puts broker and keystore together for the composition roots, which may not reach the keystore themselves."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from service.audit.trail import Trail
from service.blobs.store import BlobStore
from service.clock import Clock
from service.database.engine import Database
from service.keybroker.broker import RECHECK_MS, KeyBroker
from service.keybroker.destroyer import KeystoreDestroyer
from service.keybroker.keystore import KeystoreReport, open_keystore


class KeyCare(Protocol):
    """What operation and erasure do with keys; none of it gives one out. See docs/keystore.md."""

    def destroy(self, session_id: str) -> int:
        """Delete a session's key and its bytes. Raises RemainsError where a reader holds the file."""

    def rotate(self) -> int:
        """Wrap every key anew under a key of a new epoch; returns that epoch."""

    def backup(self, folder: Path) -> None:
        """Copy database and epoch file into a new folder. Raises BackupExistsError."""

    def verify(self) -> KeystoreReport:
        """Unwrap every key and look for left-overs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerAndKeys:
    """The way to content, and the care of the keys, apart from each other."""

    broker: KeyBroker
    keys: KeyCare
    destroyer: KeystoreDestroyer


def start_broker(
    *,
    keystore_file: Path,
    epochs: Path,
    database: Database,
    trail: Trail,
    blobs: BlobStore,
    clock: Clock,
    first_start: bool = False,
    recheck_ms: int = RECHECK_MS,
) -> BrokerAndKeys:
    """Open the keystore, or make it on a first start, and a broker on it. Raises what `open_keystore` raises."""
    keystore = open_keystore(keystore_file, epochs, first_start=first_start)
    broker = KeyBroker(
        database=database, keystore=keystore, trail=trail, blobs=blobs, clock=clock, recheck_ms=recheck_ms
    )
    destroyer = KeystoreDestroyer(keystore, keystore_file)
    return BrokerAndKeys(broker=broker, keys=keystore, destroyer=destroyer)
