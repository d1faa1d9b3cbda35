"""An installation as a worker elsewhere opens it: database, store and audit, and a broker that asks for each key."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from service.audit.chain import refuse_broken_tail
from service.audit.chained_trail import ChainedTrail
from service.audit.errors import AuditDatabaseError, BrokenTailError
from service.audit.keys import Keyring, read_key_file
from service.audit.sql_rows import SqlRows
from service.clock import Clock, now_ms
from service.database.engine import Database, open_database
from service.database.upgrade import require_current
from service.installation import blob_store, keystore_file
from service.jobs.held import InHand
from service.keeper.asking import FarKeys, KeeperLine
from service.keeper.machines import far_worker_id, read_folder
from service.keeper.settings import FarSettings
from service.keybroker.broker import KeyBroker
from service.keybroker.errors import UnknownMachineError
from service.parts import Parts
from service.settings_service import ServiceSettings, SettingError


@dataclass(slots=True, kw_only=True)
class FarPlace:
    """What a worker elsewhere works with. ``forgotten``: the keeper does not know this machine any more."""

    parts: Parts
    in_hand: InHand
    worker_id: str
    forgotten: bool = field(default=False)

    def require_known(self) -> None:
        """Raises UnknownMachineError where the keeper said that it does not know this machine."""
        if self.forgotten:
            raise UnknownMachineError


@contextmanager
def opened_far(
    settings: ServiceSettings, far: FarSettings, worker: str, *, stop: threading.Event, clock: Clock = now_ms
) -> Iterator[FarPlace]:
    """Open it, and ask the keeper whether it is there; nothing is made on this machine.

    ``stop`` is set where the keeper does not know this machine any more: then nothing more can be worked on.

    Raises SettingError where a keystore lies here, MachineFolderUnreadError, KeeperAwayError, UnknownMachineError,
    AuditDatabaseError, MissingMigrationError, and what database, store and the audit's keys raise.
    """
    if keystore_file(settings).exists():
        raise SettingError(
            "A keystore lies in PRACTICE_DATA. On its own machine unset PRACTICE_KEEPER; a copy of it must not be here."
        )
    carried = read_folder(far.machine)
    line = KeeperLine(far.host, far.port, carried)
    line.check()
    keys = read_key_file(carried.audit_keys)
    database = open_database(settings.database_url)
    try:
        require_current(database)
        _require_chain(database, keys)
        yield _place(settings, database, keys, line, far_worker_id(carried.name, worker), stop, clock)
    finally:
        database.close()


def _place(
    settings: ServiceSettings,
    database: Database,
    keys: Keyring,
    line: KeeperLine,
    worker_id: str,
    stop: threading.Event,
    clock: Clock,
) -> FarPlace:
    trail, blobs, in_hand = ChainedTrail(keys), blob_store(settings), InHand()

    def forgotten() -> None:
        place.forgotten = True
        stop.set()

    far_keys = FarKeys(line, in_hand, worker_id, forgotten)
    broker = KeyBroker(database=database, keystore=far_keys, trail=trail, blobs=blobs, clock=clock)
    parts = Parts(
        database=database, blobs=blobs, broker=broker, trail=trail, clock=clock, blind_share=settings.blind_share
    )
    place = FarPlace(parts=parts, in_hand=in_hand, worker_id=worker_id)
    return place


def _require_chain(database: Database, keys: Keyring) -> None:
    """The audit of this installation goes on with the keys that were carried here. Raises AuditDatabaseError."""
    with database.reading() as connection:
        last = SqlRows(connection).last()
        note = SqlRows(connection).head()
    try:
        if last is not None:
            refuse_broken_tail(last, note, keys)
            return
    except BrokenTailError:
        pass
    raise AuditDatabaseError(
        "The audit does not go on from the audit.keys of this machine's folder. Add this machine again, and run "
        "`practice audit verify` beside the keystore."
    )
