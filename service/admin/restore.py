"""Putting a backup into empty folders: checked first, every erasure since then repeated, every blob tried, then opened.

The keystore gets its name last. Until then there is a database without keys, which nothing starts with; so a restore
that died serves nobody, and the same command begins it again.
"""

from __future__ import annotations

import json
import os
import shutil
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import make_url

from pipelines.execution.artefacts import sync_folder
from service.admin import manifest
from service.admin.acts import tell
from service.admin.backup import DATABASE, SECRETS
from service.admin.errors import (
    DamagedBackupError,
    DatabaseFirstError,
    NotEmptyError,
    OtherDatabaseError,
    UnknownErasuresError,
)
from service.admin.manifest import Manifest, Part
from service.admin.named_blobs import named_blobs
from service.audit.chained_trail import ChainedTrail
from service.audit.keys import Keyring, read_key_file
from service.audit.records import Action, Kind
from service.clock import Clock, now_ms
from service.database.engine import Database, open_database
from service.database.upgrade import require_current, revision
from service.erasure.ledger import ErasureLedger
from service.erasure.machine import Eraser, Means
from service.erasure.restoring import check_ledger, replay
from service.ids import new_id
from service.installation import alone, blob_store, epochs_folder, keystore_file
from service.keybroker.proving import Proof, blob_prover
from service.keybroker.starting import BrokerAndKeys, start_broker
from service.parts import Parts
from service.settings_service import ServiceSettings

RESTORING = "restoring"
"""Below the data: what an unfinished restore leaves, and nothing else does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What came back. ``erased``: sessions of the backup that the ledger names, destroyed again; ``keys``: those left.

    ``blobs`` counts what became of opening each blob that a row names; ``damaged``: files that were not as written.
    """

    backup: str
    made_ms: int
    ledger_entries: int
    erased: int
    keys: int
    blobs: dict[str, int]
    damaged: int

    @property
    def whole(self) -> bool:
        """Whether every blob opens, or was erased."""
        good = self.blobs.get(Proof.OPENS, 0) + self.blobs.get(Proof.ERASED, 0)
        return not self.damaged and good == sum(self.blobs.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """A backup that was looked through. ``damaged``: names of blobs that are not as they were written."""

    folder: Path
    data: Manifest
    keystore: Manifest
    keys: Keyring
    damaged: tuple[str, ...]


def restore(
    settings: ServiceSettings, folder: Path, *, despite_damage: bool = False, clock: Clock = now_ms
) -> Restored:
    """Put both parts of a backup where the settings say. ``despite_damage``: also where blobs of it are damaged.

    Raises MissingKeystorePartError, MissingDataPartError, NotABackupError, DamagedBackupError, UnknownErasuresError,
    LedgerRefusedError, NotEmptyError and OtherDatabaseError before anything is written; then DatabaseFirstError,
    MissingMigrationError, NewerDatabaseError, and what the keystore raises.
    """
    source = _looked_through(folder.absolute(), despite_damage=despite_damage)
    ledger = ErasureLedger(settings.ledger, source.keys)
    if not ledger.exists():
        raise UnknownErasuresError
    entries = len(ledger.entries())
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    with alone(settings.data):
        _require_empty(settings, source)
        _place(settings, source)
        database = open_database(settings.database_url)
        try:
            restored = _checked(settings, source, database, ledger, entries, clock)
        finally:
            database.close()
        (settings.data / RESTORING / keystore_file(settings).name).rename(keystore_file(settings))
        sync_folder(settings.data)
        shutil.rmtree(settings.data / RESTORING)
    return restored


def _looked_through(folder: Path, *, despite_damage: bool) -> _Source:
    """Both parts against their lists; a damaged database or keystore is never restored."""
    manifest.read(folder, Part.KEYSTORE, None)
    manifest.read(folder, Part.DATA, None)
    keys = read_key_file(folder / Part.KEYSTORE / "audit.keys")
    keystore, data = (manifest.read(folder, part, keys) for part in (Part.KEYSTORE, Part.DATA))
    damaged = manifest.damaged(folder / Part.DATA, data)
    only_blobs = all(name.startswith("blobs/") for name in damaged)
    if manifest.damaged(folder / Part.KEYSTORE, keystore) or not only_blobs or (damaged and not despite_damage):
        blobs = sum(name.startswith("blobs/") for name in damaged)
        raise DamagedBackupError(
            f"{DamagedBackupError.__doc__} Of its sealed blobs {blobs} are damaged"
            + (": `--despite-damage` restores the others." if only_blobs and blobs else ".")
        )
    return _Source(folder=folder, data=data, keystore=keystore, keys=keys, damaged=tuple(damaged))


def _require_empty(settings: ServiceSettings, source: _Source) -> None:
    """Nothing may be there, but what an unfinished restore into the same places left."""
    note = settings.data / RESTORING / "places.json"
    database = _database_file(settings) if source.data.database else None
    places = {"database": str(database), "blobs": settings.blobs, "keys": str(settings.keys)}
    if keystore_file(settings).exists():
        raise NotEmptyError
    if note.is_file() and json.loads(note.read_bytes()) == places:
        return
    own = {settings.keys, Path(settings.blobs)}
    left = [path for path in settings.data.iterdir() if path not in own]
    folders = [settings.keys, *([Path(settings.blobs)] if source.data.blobs else [])]
    files = [path for place in folders if place.is_dir() for path in place.rglob("*") if not path.is_dir()]
    if left or files or (database and database.exists()):
        raise NotEmptyError
    note.parent.mkdir(mode=0o700)
    note.write_text(json.dumps(places), "ascii")
    sync_folder(note.parent)
    sync_folder(settings.data)


def _database_file(settings: ServiceSettings) -> Path:
    url = make_url(settings.database_url)
    if url.drivername != "sqlite" or not url.database:
        raise OtherDatabaseError
    return Path(url.database)


def _place(settings: ServiceSettings, source: _Source) -> None:
    """Every file under its own name, durable; the database first, the keystore aside."""
    data, keystore = source.folder / Part.DATA, source.folder / Part.KEYSTORE
    if source.data.database:
        target = _database_file(settings)
        for ending in ("-wal", "-shm"):
            target.with_name(target.name + ending).unlink(missing_ok=True)
        _put(data / DATABASE, target)
    for one in source.data.files:
        if one.name.startswith("blobs/"):
            _put(data / one.name, Path(settings.blobs) / one.name.removeprefix("blobs/"))
    for name in SECRETS:
        _put(keystore / name, settings.keys / name)
    for path in (keystore / "keys").iterdir():
        _put(path, epochs_folder(settings) / path.name)
    aside = settings.data / RESTORING / keystore_file(settings).name
    for ending in ("-wal", "-shm"):
        aside.with_name(aside.name + ending).unlink(missing_ok=True)
    _put(keystore / "keystore.sqlite3", aside)


def _put(source: Path, target: Path) -> None:
    """A copy for its owner alone; the name appears when all of it is on the disk."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
    with source.open("rb") as read, os.fdopen(os.open(part, flags, 0o600), "wb") as written:
        shutil.copyfileobj(read, written, 1 << 20)
        written.flush()
        os.fsync(written.fileno())
    part.rename(target)
    sync_folder(target.parent)


def _checked(
    settings: ServiceSettings, source: _Source, database: Database, ledger: ErasureLedger, entries: int, clock: Clock
) -> Restored:
    """Before anybody is let in: repeat what the ledger says, and open every blob once."""
    if revision(database) is None:
        raise DatabaseFirstError
    require_current(database)
    aside = settings.data / RESTORING / keystore_file(settings).name
    trail, blobs = ChainedTrail(source.keys), blob_store(settings)
    care = start_broker(
        keystore_file=aside, epochs=epochs_folder(settings), database=database, trail=trail, blobs=blobs, clock=clock
    )
    parts = Parts(database=database, blobs=blobs, broker=care.broker, trail=trail, clock=clock)
    check_ledger(parts, ledger)
    request_id = new_id()
    tell(parts, Action.ADMINISTRATION, Kind.INSTALLATION, object_id=source.data.backup, request_id=request_id)
    erased = _erased_again(settings, parts, care, ledger, source.keys, request_id)
    prover = blob_prover(aside, epochs_folder(settings), blobs)
    with database.reading() as rows:
        named = list(named_blobs(rows))
    if source.data.blobs:  # the folder was empty: what no row names came with the backup, and nothing opens it
        for blob_id in set(blobs.ids()) - {one.blob_id for one in named}:
            blobs.delete(blob_id)
    found = Counter(
        proof
        for one in named
        if (proof := prover.prove(one.session_id, one.blob_id)) is not Proof.MISSING or one.expected
    )
    return Restored(
        backup=source.data.backup, made_ms=source.data.made_ms, ledger_entries=entries, erased=erased,
        keys=care.keys.verify().keys, blobs={proof.value: number for proof, number in sorted(found.items())},
        damaged=len(source.damaged),
    )  # fmt: skip


def _erased_again(
    settings: ServiceSettings, parts: Parts, care: BrokerAndKeys, ledger: ErasureLedger, keys: Keyring, request_id: str
) -> int:
    """How many sessions the backup had that were erased since. Their erasures run to their end as far as they go."""
    again = replay(parts, care.destroyer, ledger, request_id)
    means = Means(keys=care.destroyer, ledger=ledger, signing=keys, folders=(settings.data, settings.keys))
    Eraser(parts, means).run()
    return again
