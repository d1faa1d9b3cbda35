"""``weights.lock.json`` in the models folder: the digests of what was pulled and of what it was converted to.

The lock holds what ``weights.toml`` cannot: files trusted on first pull, and safetensors made on this machine. It is
as trustworthy as the folder it lies in; keep that folder writable by the installer only.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from models.errors import WeightsError

LOCK_NAME = "weights.lock.json"
_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedFile:
    """One file as it was first seen here. ``commit`` is the hub's; ``converted_from`` the pickle's digest, if any."""

    sha256: str
    size: int
    commit: str = ""
    converted_from: str = ""


def read_lock(models_folder: Path) -> dict[str, dict[str, LockedFile]]:
    """The recorded files by entry name and relative path; empty where nothing was pulled. Raises WeightsError."""
    path = models_folder / LOCK_NAME
    try:
        document = json.loads(path.read_bytes())
        if document["version"] != _VERSION:
            raise ValueError("version")
        return {
            name: {file: LockedFile(**record) for file, record in files.items()}
            for name, files in document["weights"].items()
        }
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise WeightsError(
            f"{LOCK_NAME} in the models folder cannot be read. Delete it and run `practice models pull` again."
        ) from error


def record(models_folder: Path, name: str, files: Mapping[str, LockedFile], *, forget: tuple[str, ...] = ()) -> None:
    """Add or replace files of one entry in the lock, and forget others; the write is atomic and flushed to disk."""
    lock = read_lock(models_folder)
    kept = {path: file for path, file in lock.get(name, {}).items() if path not in forget}
    lock[name] = kept | dict(files)
    document = {
        "version": _VERSION,
        "weights": {
            entry: {path: asdict(file) for path, file in sorted(paths.items())} for entry, paths in sorted(lock.items())
        },
    }
    models_folder.mkdir(parents=True, exist_ok=True)
    part = models_folder / f".{LOCK_NAME}.part"
    with part.open("w", encoding="utf-8") as stream:
        json.dump(document, stream, indent=1)
        stream.write("\n")
        stream.flush()
        os.fsync(stream.fileno())
    part.replace(models_folder / LOCK_NAME)
