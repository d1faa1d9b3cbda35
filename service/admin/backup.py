"""A copy of one installation while it runs, in two parts that belong in different places: data, and what opens it."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import NullPool

from models.errors import PracticeError
from pipelines.execution.artefacts import sync_folder
from service.admin import manifest
from service.admin.acts import tell
from service.admin.errors import BackupFailedError, BackupPlaceError
from service.admin.manifest import Manifest, Part
from service.admin.named_blobs import named_blobs
from service.audit.private_files import read_private, write_private
from service.audit.records import Action, Kind, Outcome
from service.ids import new_id
from service.installation import Installation

KEPT_DAYS = 7
"""So long copies of the keystore may be kept at most: certificates of erasure name that day."""
DATABASE = "service.sqlite3"
SECRETS = ("audit.keys", "service.key")


@dataclass(frozen=True, slots=True, kw_only=True)
class BackedUp:
    """What a backup holds. ``blobs`` None: they are in a bucket, which has backups of its own; so ``database`` False.

    ``missing``: blobs that rows name and that were not there: deleted meanwhile, or lost. ``made_ms``: ms since 1970.
    """

    id: str
    made_ms: int
    database: bool
    blobs: int | None
    missing: int
    size_bytes: int


def back_up(installation: Installation, folder: Path) -> BackedUp:
    """Copy everything into a new folder; a list of files, written last, makes it a backup. Other processes may work.

    Blobs are linked before and after the database is copied, so that every row's blob is there; the keystore comes
    last, so that every row's key is. One that fails leaves nothing. Raises BackupPlaceError, BackupFailedError, and
    what the keystore and the database raise.
    """
    parts = installation.parts
    folder = folder.absolute()
    _refuse_inside(installation, folder)
    backup_id, made_ms = new_id(), parts.clock()
    try:
        folder.mkdir(mode=0o700)
    except OSError:
        raise BackupPlaceError from None
    told = partial(tell, parts, Action.EXPORT, Kind.INSTALLATION, object_id=backup_id, request_id=backup_id)
    try:
        told()
        return _copied(installation, folder, backup_id, made_ms)
    except (OSError, sqlite3.Error, PracticeError) as failed:
        shutil.rmtree(folder, ignore_errors=True)  # half of it is no use, takes room, and keys may be in it
        with suppress(PracticeError):
            told(outcome=Outcome.FAILED)
        raise (failed if isinstance(failed, PracticeError) else BackupFailedError()) from None


@contextmanager
def reading_copy(file: Path) -> Iterator[Connection]:
    """A database's copy, read without leaving anything beside it."""
    engine = create_engine("sqlite://", creator=lambda: _immutable(file), poolclass=NullPool)
    try:
        with engine.connect() as rows:
            yield rows
    finally:
        engine.dispose()


def _immutable(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{quote(str(file))}?mode=ro&immutable=1", uri=True)


def _copied(installation: Installation, folder: Path, backup_id: str, made_ms: int) -> BackedUp:
    settings, data = installation.settings, folder / Part.DATA
    local = None if settings.blobs.startswith("s3://") else Path(settings.blobs)
    is_file = installation.parts.database.is_sqlite
    data.mkdir(mode=0o700)
    blobs, missing = 0, 0
    if local:
        _link_blobs(installation, local, data / "blobs")
    if is_file:
        _copy_database(Path(str(installation.parts.database.engine.url.database)), data / DATABASE)
    if local:
        _link_blobs(installation, local, data / "blobs")
        blobs, missing = _pruned(installation, data)
    _copy_keys(installation, folder / Part.KEYSTORE)
    size = 0
    for part in (Part.KEYSTORE, Part.DATA):
        is_data = part is Part.DATA
        made = Manifest(
            part=part, backup=backup_id, made_ms=made_ms, program=_program(), files=manifest.listed(folder / part),
            database=is_data and is_file, blobs=is_data and local is not None,
        )  # fmt: skip
        manifest.keep(folder / part, made, installation.audit_keys)
        size += sum(one.size for one in made.files)
    sync_folder(folder)
    sync_folder(folder.parent)
    return BackedUp(
        id=backup_id, made_ms=made_ms, database=is_file, blobs=blobs if local else None, missing=missing,
        size_bytes=size,
    )  # fmt: skip


def _refuse_inside(installation: Installation, folder: Path) -> None:
    """A copy of a key within the installation would make every later erasure find its bytes."""
    settings = installation.settings
    own = [settings.data, settings.keys, *([] if settings.blobs.startswith("s3://") else [Path(settings.blobs)])]
    if any(folder.resolve().is_relative_to(one.resolve()) for one in own):
        raise BackupPlaceError


def _copy_database(source: Path, target: Path) -> None:
    """A consistent copy of one moment, without free pages; checked."""
    write_private(target, b"")
    with closing(sqlite3.connect(source, isolation_level=None)) as connection:
        connection.execute("VACUUM INTO ?", (str(target),))
    with closing(_immutable(target)) as copy:
        if copy.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
            raise BackupFailedError
    _sync(target)


def _link_blobs(installation: Installation, source: Path, target: Path) -> None:
    """Every blob that is there now: linked where that can be, since blobs never change, and copied elsewhere."""
    target.mkdir(mode=0o700, exist_ok=True)
    for blob_id in installation.parts.blobs.ids():
        shelf = target / blob_id[:2]
        shelf.mkdir(mode=0o700, exist_ok=True)
        linked = shelf / blob_id
        if linked.exists():
            continue
        try:
            _link_or_copy(source / blob_id[:2] / blob_id, linked)
        except FileNotFoundError:
            linked.unlink(missing_ok=True)  # erased meanwhile


def _link_or_copy(source: Path, target: Path) -> None:
    try:
        os.link(source, target, follow_symlinks=False)
    except FileNotFoundError:
        raise
    except OSError:  # another file system, or one without links
        shutil.copyfile(source, target, follow_symlinks=False)
        target.chmod(0o600)
        _sync(target)


def _pruned(installation: Installation, data: Path) -> tuple[int, int]:
    """Leave only what the copied rows name; how many there are, and how many are not there that should be.

    Rows elsewhere are of another moment: then everything is kept.
    """
    there = {path.name: path for path in (data / "blobs").glob("??/*")}
    if not (data / DATABASE).exists():
        return len(there), 0
    with reading_copy(data / DATABASE) as rows:
        named = {one.blob_id: one.expected for one in named_blobs(rows)}
    for blob_id in there.keys() - named.keys():
        there.pop(blob_id).unlink()
    for shelf in (data / "blobs").iterdir():
        sync_folder(shelf)
    sync_folder(data / "blobs")
    return len(there), sum(expected and blob_id not in there for blob_id, expected in named.items())


def _copy_keys(installation: Installation, folder: Path) -> None:
    installation.keys.backup(folder)
    for name in SECRETS:
        write_private(folder / name, read_private(installation.settings.keys / name))


def _sync(file: Path) -> None:
    handle = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _program() -> str:
    try:
        return version("practice")
    except PackageNotFoundError:
        return "unknown"
