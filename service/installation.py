"""One installation of the service, opened: its database, keys, audit, blobs and broker; made whole on a first start."""

from __future__ import annotations

import fcntl
import logging
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from models.errors import BadInputError, MissingPartError
from pipelines.execution.artefacts import sync_folder
from service.audit.anchor_keeper import AnchorKeeper
from service.audit.anchors import AnchorFile
from service.audit.chained_trail import ChainedTrail, begin_chain
from service.audit.keys import Keyring, new_key, read_key_file
from service.audit.private_files import PublicFileError, read_private, write_private
from service.blobs.local_store import LocalBlobStore
from service.blobs.store import BlobStore
from service.clock import Clock, now_ms
from service.database.engine import Database, open_database
from service.database.upgrade import require_current, revision, upgrade
from service.erasure.ledger import ErasureLedger
from service.erasure.ports import KeyDestroyer
from service.erasure.restoring import check_ledger
from service.keybroker.starting import KeyCare, start_broker
from service.parts import Parts
from service.settings_service import ServiceSettings

SECRET_BYTES = 32
_LOG = logging.getLogger("practice.installation")


class HalfInstallationError(BadInputError):
    """There is a database without its keys, or keys without their database. Restore both from backups of one time."""


class InstallationSecretError(MissingPartError):
    """The installation's own secret, the file `service.key`, is gone or can be read by others. Restore it, mode 600."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """What the web process, the worker and the commands share.

    ``secret``: 32 bytes for keyed hashes, never for content. ``keeper`` anchors the audit; who serves starts it.
    ``first_start``: it was made just now.
    """

    settings: ServiceSettings
    parts: Parts
    keys: KeyCare
    destroyer: KeyDestroyer
    audit_keys: Keyring
    secret: bytes = field(repr=False)
    keeper: AnchorKeeper
    ledger: ErasureLedger
    first_start: bool

    def close(self) -> None:
        """Let go of the database."""
        self.parts.database.close()


@contextmanager
def opened_installation(
    settings: ServiceSettings, *, may_begin: bool = False, clock: Clock = now_ms
) -> Iterator[Installation]:
    """Open the installation, and make it where there is none and ``may_begin`` says so. Everything is checked first.

    Raises HalfInstallationError, MissingMigrationError, NewerDatabaseError, MissingLedgerError, LedgerRefusedError,
    InstallationSecretError, and what the keystore, the audit's keys and the blobs raise.
    """
    database = open_database(_reachable(settings))
    try:
        yield _opened(settings, database, may_begin=may_begin, clock=clock)
    finally:
        database.close()


def blob_store(settings: ServiceSettings) -> BlobStore:
    """Where sealed files lie: a folder, or a bucket of an S3-compatible store. Raises SettingError."""
    if settings.blobs.startswith("s3://"):
        from service.blobs.object_store import ObjectBlobStore
        from service.bucket import bucket_of

        return ObjectBlobStore(bucket_of(settings.blobs, os.environ))
    return LocalBlobStore(Path(settings.blobs))


def keystore_file(settings: ServiceSettings) -> Path:
    """The keystore's database; what wraps its keys lies elsewhere, so that neither opens anything alone."""
    return settings.data / "keystore.sqlite3"


def epochs_folder(settings: ServiceSettings) -> Path:
    """The files of key-encryption keys."""
    return settings.keys / "epochs"


def _reachable(settings: ServiceSettings) -> str:
    """Make the folders that are not there, for their owner alone."""
    outside = {settings.anchors.parent, settings.ledger.parent}
    for folder in (settings.data, settings.keys, *outside):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return settings.database_url


def _opened(settings: ServiceSettings, database: Database, *, may_begin: bool, clock: Clock) -> Installation:
    with alone(settings.data):
        beginning = settings.keys / "beginning"  # there until a first start is whole, so that it can be begun again
        has_tables, has_keys = revision(database) is not None, keystore_file(settings).exists()
        if not (has_tables or has_keys) and may_begin and not beginning.exists():
            write_private(beginning, b"")
        first = beginning.exists()
        if first:
            _begin(settings, database)
        elif has_tables != has_keys:
            raise HalfInstallationError
        require_current(database)
        keys = read_key_file(settings.keys / "audit.keys")
        ledger = ErasureLedger(settings.ledger, keys)
        keeper = AnchorKeeper(database, keys, AnchorFile(settings.anchors), clock)
        trail, blobs = ChainedTrail(keys, keeper.noticed), blob_store(settings)
        begin_chain(database, keys, settings.anchors, clock())
        care = start_broker(
            keystore_file=keystore_file(settings),
            epochs=epochs_folder(settings),
            database=database,
            trail=trail,
            blobs=blobs,
            clock=clock,
            first_start=first,
        )
        parts = Parts(
            database=database,
            blobs=blobs,
            broker=care.broker,
            trail=trail,
            clock=clock,
            blind_share=settings.blind_share,
        )
        check_ledger(parts, ledger)
        if first:
            beginning.unlink()
            sync_folder(settings.keys)
    return Installation(
        settings=settings,
        parts=parts,
        keys=care.keys,
        destroyer=care.destroyer,
        audit_keys=keys,
        secret=_secret(settings.keys / "service.key"),
        keeper=keeper,
        ledger=ledger,
        first_start=first,
    )


def _begin(settings: ServiceSettings, database: Database) -> None:
    """Make what is not there yet; the keystore is made where it is opened."""
    upgrade(database, None)
    for name, content in (
        ("audit.keys", new_key("a1").line().encode()),
        ("service.key", secrets.token_hex(SECRET_BYTES).encode()),
    ):
        if not (settings.keys / name).exists():
            write_private(settings.keys / name, content)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold the data folder: who starts or restores meanwhile waits, and then finds either nothing or all of it."""
    held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
    finally:
        os.close(held)


def _secret(path: Path) -> bytes:
    try:
        secret = bytes.fromhex(read_private(path).decode("ascii"))
    except (PublicFileError, OSError, ValueError):
        raise InstallationSecretError from None
    if len(secret) != SECRET_BYTES:
        raise InstallationSecretError
    return secret
