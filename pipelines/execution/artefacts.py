"""Stage outputs on disk under content keys: a retry resumes, a changed setting redoes only what depends on it."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from models.errors import BadInputError

Record = TypeVar("Record")
PART = ".part-"


class FolderInUseError(BadInputError):
    """Another analysis is writing to this folder. Wait until it has finished, or choose another --out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Artefact:
    """A stored stage output: its record and how many seconds it took when it was computed."""

    record: Any
    seconds: float


def content_key(*parts: object) -> str:
    """SHA-256 over the JSON of the parts, 64 hexadecimal digits; equal parts give equal keys."""
    return sha256(json.dumps(parts, sort_keys=True, default=str, separators=(",", ":")).encode()).hexdigest()


class ArtefactStore:
    """A folder of stage outputs, each a folder of its own that is complete or absent: renamed into place when done."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextlib.contextmanager
    def claim(self) -> Iterator[None]:
        """Hold the folder for one analysis and clear what a killed one left half-written.

        If nothing was stored by the end, the folders made here are removed again. Raises FolderInUseError.
        """
        made = _make_folders(self._folder)
        lock = self._folder / ".lock"
        try:
            with open(lock, "w", opener=_private) as handle:
                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except OSError as taken:
                    raise FolderInUseError from taken
                self._clear_parts()
                try:
                    yield
                finally:
                    self._clear_parts()
                    if not any(path.name != ".lock" for path in self._folder.iterdir()):
                        lock.unlink()
        finally:
            for folder in reversed(made):
                with contextlib.suppress(OSError):
                    folder.rmdir()

    def get(self, stage: str, key: str, makes: type[Record]) -> Artefact | None:
        """The stored output, or None where there is none that can be read."""
        folder = self._home(stage, key)
        try:
            envelope = json.loads((folder / "record.json").read_text("utf-8"))
            if envelope["key"] != key:
                return None
            record = TypeAdapter(makes).validate_python(envelope["record"], strict=False)
        except (OSError, ValueError, KeyError, TypeError, ValidationError):
            return None
        located = relocated(record, folder)
        return None if located is None else Artefact(record=located, seconds=float(envelope["seconds"]))

    @contextlib.contextmanager
    def making(self, stage: str, key: str) -> Iterator[Path]:
        """A private folder to work in; what is still there without `put` is removed."""
        part = self._folder / f"{PART}{stage}-{key[:16]}"
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(mode=0o700)
        try:
            yield part
        finally:
            shutil.rmtree(part, ignore_errors=True)

    def put(self, stage: str, key: str, record: object, seconds: float, part: Path) -> None:
        """Keep a stage's output, with the files it left in ``part``; complete on disk before it gets its name."""
        plain = TypeAdapter(type(record)).dump_python(relative(record), mode="json")
        envelope = {"stage": stage, "key": key, "seconds": round(seconds, 3), "record": plain}
        with open(part / "record.json", "w", encoding="utf-8", opener=_private) as handle:
            json.dump(envelope, handle, ensure_ascii=False)
            handle.flush()
            os.fsync(handle.fileno())
        home = self._home(stage, key)
        shutil.rmtree(home, ignore_errors=True)
        part.rename(home)
        sync_folder(self._folder)

    def _home(self, stage: str, key: str) -> Path:
        return self._folder / f"{stage}-{key[:16]}"

    def _clear_parts(self) -> None:
        for path in self._folder.glob(f"{PART}*"):
            shutil.rmtree(path, ignore_errors=True)


def _private(path: str, flags: int) -> int:
    """Opens a file that only its owner may read."""
    return os.open(path, flags, 0o600)


def _make_folders(folder: Path) -> list[Path]:
    """Create the folder and its missing parents, for the owner alone; those that were made, outermost first."""
    missing = [path for path in [folder, *folder.parents] if not path.exists()]
    for path in reversed(missing):
        try:
            path.mkdir(mode=0o700)
        except FileExistsError:
            continue
        except OSError as refused:
            raise BadInputError(f"The folder {folder} cannot be written to. Choose another --out.") from refused
    return list(reversed(missing))


def files_of(record: object) -> dict[str, Path]:
    """The files that a record names, by field."""
    if not is_dataclass(record):
        return {}
    return {f.name: value for f in fields(record) if isinstance(value := getattr(record, f.name), Path)}


def relative(record: Any) -> Any:
    """The record with its files named relative to the artefact's folder."""
    return replace(record, **{name: Path(path.name) for name, path in files_of(record).items()})


def relocated(record: Any, folder: Path) -> Any | None:
    """The record with its files in their present place; None if one is gone."""
    here = {name: folder / path.name for name, path in files_of(record).items()}
    return replace(record, **here) if all(path.exists() for path in here.values()) else None


def sync_folder(folder: Path) -> None:
    """Make a folder's entries, such as a rename in it, outlast a loss of power."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
