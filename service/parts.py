"""What the use cases are made of. The composition roots, `app.py` and `worker.py`, put it together once."""

from __future__ import annotations

from dataclasses import dataclass

from service.audit.trail import Trail
from service.blobs.store import BlobStore
from service.clock import Clock
from service.database.engine import Database
from service.keybroker.ports import Broker

BLIND_SHARE = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The service's parts behind their ports; safe to share between threads.

    ``blind_share``: the share of sessions, in [0, 1], whose coach scores before the suggestions are shown.
    """

    database: Database
    blobs: BlobStore
    broker: Broker
    trail: Trail
    clock: Clock
    blind_share: float = BLIND_SHARE
