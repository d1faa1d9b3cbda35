"""The list of a backup's files with their SHA-256, authenticated with the audit's key; written when all else is."""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from hashlib import file_digest
from pathlib import Path
from typing import Any

from service.admin.errors import DamagedBackupError, MissingDataPartError, MissingKeystorePartError, NotABackupError
from service.audit.keys import Keyring
from service.audit.private_files import write_private

FORM = "practice-backup-1"
NAME = "manifest.json"


class Part(StrEnum):
    """The two parts of a backup; whoever has both has everything."""

    DATA = "data"
    KEYSTORE = "keystore"


_MISSING = {Part.DATA: MissingDataPartError, Part.KEYSTORE: MissingKeystorePartError}


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One file: its name below the part, its size in bytes and its SHA-256."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a part holds. ``backup``: the id of the backup; ``made_ms``: ms since 1970 in UTC.

    ``database`` and ``blobs``: whether this part holds them, or they are elsewhere and backed up by their own means.
    """

    part: Part
    backup: str
    made_ms: int
    program: str
    database: bool = False
    blobs: bool = False
    files: tuple[Listed, ...] = field(default=())

    def packed(self, keys: Keyring) -> bytes:
        """As JSON, with an HMAC under the audit's current key."""
        body = asdict(self)
        key = keys.current
        return json.dumps(
            {"form": FORM, "manifest": body, "key": key.id, "mac": _mac(key.secret, body)}, indent=1
        ).encode("ascii")


def listed(folder: Path) -> tuple[Listed, ...]:
    """Every file below a folder but its manifest, read to its end. Raises OSError."""
    return tuple(_listed(folder, path) for path in _files(folder))


def keep(folder: Path, manifest: Manifest, keys: Keyring) -> None:
    """Write the manifest, durable when this returns. Raises OSError."""
    write_private(folder / NAME, manifest.packed(keys))


def read(folder: Path, part: Part, keys: Keyring | None) -> Manifest:
    """The manifest of a part; ``keys`` None: as it is written, whoever wrote it.

    Raises MissingKeystorePartError, MissingDataPartError, NotABackupError, DamagedBackupError.
    """
    if not (folder / part).is_dir():
        raise _MISSING[part]
    try:
        text = json.loads((folder / part / NAME).read_bytes())
        body = dict(text["manifest"])
        files = tuple(Listed(**one) for one in body["files"])
        made = Manifest(**{**body, "part": Part(body["part"]), "files": files})
        key_id, mac = str(text["key"]), str(text["mac"])
    except (OSError, ValueError, KeyError, TypeError):
        raise NotABackupError from None
    if text.get("form") != FORM or made.part is not part:
        raise NotABackupError
    if keys is not None:
        known = keys.by_id().get(key_id)
        if known is None or not hmac.compare_digest(mac, _mac(known[1], body)):
            raise DamagedBackupError
    return made


def damaged(folder: Path, manifest: Manifest) -> list[str]:
    """Names of files of a part that are missing, changed or not in its list, in order."""
    there = {path.relative_to(folder).as_posix() for path in _files(folder)}
    expected = {one.name for one in manifest.files}
    changed = {one.name for one in manifest.files if one.name in there and _is_changed(folder, one)}
    return sorted((expected - there) | (there - expected) | changed)


def _is_changed(folder: Path, one: Listed) -> bool:
    try:
        return _listed(folder, folder / one.name) != one
    except OSError:
        return True


def _listed(folder: Path, path: Path) -> Listed:
    with path.open("rb") as opened:
        digest = file_digest(opened, "sha256").hexdigest()
        return Listed(name=path.relative_to(folder).as_posix(), size=opened.tell(), sha256=digest)


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if (not path.is_dir() or path.is_symlink()) and path != folder / NAME:
            yield path


def _mac(secret: bytes, body: dict[str, Any]) -> str:
    canonical = json.dumps(body, sort_keys=True, separators=(",", ":")).encode("ascii")
    return hmac.digest(secret, FORM.encode() + b"\0" + canonical, "sha256").hex()
