"""Which weight files may be loaded, where they lie, and whether they are the ones we know.

``weights.toml`` lists them. Files from the hub that have no digest there, and the safetensors that pickled
checkpoints were converted to, are held to ``weights.lock.json`` in the models folder (`models.weights_lock`).
Nothing here opens a connection or imports a model library.
"""

from __future__ import annotations

import hashlib
import importlib.util
import re
import tomllib
from dataclasses import dataclass, fields
from enum import StrEnum
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

from models.errors import WeightsError
from models.records.provenance import Weights
from models.weights_lock import LockedFile, read_lock
from models.whisper_folders import find_whisper as find_whisper

REGISTRY = Path(__file__).with_name("weights.toml")
CONVERTED = ("model.safetensors", "network.json")
"""What a pickled checkpoint is replaced by, in its own folder."""

_SHA256 = re.compile(r"[0-9a-f]{64}")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]*")


class Kind(StrEnum):
    """Where weights come from."""

    HUB = "hub"
    PACKAGE = "package"
    LIBRARY = "library"


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightFile:
    """One file. ``path`` is relative, with forward slashes; ``size`` in bytes; ``sha256`` None: trusted on first pull.

    ``convert`` marks a pickle, which is converted to `CONVERTED` in the same folder and never loaded.
    """

    path: str
    sha256: str | None = None
    size: int | None = None
    convert: bool = False

    def becomes(self) -> tuple[str, ...]:
        """The relative paths that can be loaded once this file is installed."""
        if not self.convert:
            return (self.path,)
        return tuple(str(PurePosixPath(self.path).with_name(name)) for name in CONVERTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A set of weight files that belong together. ``revision`` is a commit (hub) or ``package==version``."""

    name: str
    engine: str
    kind: Kind
    repo: str
    revision: str
    licence: str
    files: tuple[WeightFile, ...]
    note: str = ""
    gated: bool = False

    @property
    def size(self) -> int:
        """Bytes of all files whose size is known."""
        return sum(file.size or 0 for file in self.files)


class State(StrEnum):
    """What was found of one weight file. Only OK may be loaded."""

    OK = "ok"
    MISSING = "missing"
    WRONG = "wrong"
    UNKNOWN = "unknown"
    UNCONVERTED = "unconverted"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileState:
    """One file of an entry, what was found, and the digest where it was computed."""

    path: str
    state: State
    sha256: str | None = None


@cache
def registry() -> dict[str, Entry]:
    """The entries of ``weights.toml``, by name."""
    return {entry.name: entry for entry in load(REGISTRY)}


def entry(name: str) -> Entry:
    """The entry of that name. Raises WeightsError with the names there are."""
    known = registry()
    if name not in known:
        raise WeightsError(f"No weights are called {name!r}. There are: {', '.join(sorted(known))}.")
    return known[name]


def load(path: Path) -> tuple[Entry, ...]:
    """Read and check a registry file. Raises WeightsError with the entry at fault."""
    with path.open("rb") as stream:
        document = tomllib.load(stream)
    entries = tuple(_entry(table) for table in document.get("weights", []))
    names = [item.name for item in entries]
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled or not entries:
        raise WeightsError(
            f"{path.name} lists these weights twice: {doubled}." if doubled else f"{path.name} is empty."
        )
    return entries


def _entry(table: dict[str, Any]) -> Entry:
    name = str(table.get("name", "?"))
    try:
        files = tuple(WeightFile(**file) for file in table["files"])
        built = Entry(**{**table, "kind": Kind(table["kind"]), "files": files})
    except (KeyError, TypeError, ValueError) as error:
        raise WeightsError(f"weights.toml: the entry {name!r} is not complete ({error}).") from error
    problem = _problem(built)
    if problem:
        raise WeightsError(f"weights.toml: the entry {name!r} {problem}.")
    return built


def _problem(item: Entry) -> str | None:
    for field in fields(Entry):
        if field.type == "str" and field.name != "note" and not getattr(item, field.name):
            return f"has no {field.name}"
    if not _NAME.fullmatch(item.name) or not item.files:
        return "needs a plain name and at least one file"
    if item.kind is Kind.HUB and not _COMMIT.fullmatch(item.revision):
        return "must name a whole commit as its revision, never a branch"
    return next((problem for file in item.files if (problem := _file_problem(item, file))), None)


def _file_problem(item: Entry, file: WeightFile) -> str | None:
    path = PurePosixPath(file.path)
    if path.is_absolute() or ".." in path.parts or "\\" in file.path or str(path) != file.path:
        return f"has a path that leaves its folder ({file.path!r})"
    if file.sha256 is None and item.kind is not Kind.HUB:
        return f"has no digest for {file.path}"
    if file.sha256 is not None and not _SHA256.fullmatch(file.sha256):
        return f"has a digest that is not a SHA-256 for {file.path}"
    if file.convert and file.sha256 is None:
        return f"would convert {file.path} without knowing its digest"
    return None


def digest(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal. Reads it in pieces. Raises OSError."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def folder_of(item: Entry, models_folder: Path | None = None) -> Path:
    """The folder that an entry's paths are relative to. It need not exist (hub). Raises WeightsError."""
    if item.kind is Kind.HUB:
        if models_folder is None:
            raise WeightsError(f"{item.name} lies in the models folder, and none was named. Set PRACTICE_MODELS.")
        return models_folder / item.name
    spec = importlib.util.find_spec(item.repo)
    if spec is None or not spec.submodule_search_locations:
        package = item.revision.partition("==")[0]
        raise WeightsError(f"{item.name} is carried by the package {package}, which is not installed.")
    return Path(next(iter(spec.submodule_search_locations)))


def expected(item: Entry, models_folder: Path | None = None) -> dict[str, str]:
    """The digest that each loadable file must have, by relative path; files that nobody vouches for are left out."""
    pinned = {file.path: file.sha256 for file in item.files if file.sha256 and not file.convert}
    if item.kind is not Kind.HUB or models_folder is None:
        return pinned
    locked: dict[str, LockedFile] = read_lock(models_folder).get(item.name, {})
    sources = {path: file.sha256 for file in item.files if file.convert for path in file.becomes()}
    ours = {path for file in item.files for path in file.becomes()}
    known = {
        path: record.sha256
        for path, record in locked.items()
        if path in ours and (path not in sources or record.converted_from == sources[path])
    }
    return known | pinned


def verify(item: Entry, models_folder: Path | None = None) -> tuple[FileState, ...]:
    """Look at every loadable file of an entry and compute its digest. Raises nothing for a bad file: it says so."""
    if item.kind is Kind.LIBRARY:
        return ()
    try:
        folder = folder_of(item, models_folder)
    except WeightsError:
        return tuple(FileState(path=path, state=State.MISSING) for file in item.files for path in file.becomes())
    known = expected(item, models_folder)
    return tuple(_state(folder, file, path, known) for file in item.files for path in file.becomes())


def _state(folder: Path, file: WeightFile, path: str, known: dict[str, str]) -> FileState:
    if not (folder / path).is_file():
        pickled = file.convert and (folder / file.path).is_file()
        return FileState(path=path, state=State.UNCONVERTED if pickled else State.MISSING)
    found = digest(folder / path)
    if path not in known:
        return FileState(path=path, state=State.UNKNOWN, sha256=found)
    return FileState(path=path, state=State.OK if found == known[path] else State.WRONG, sha256=found)


def installed(item: Entry, models_folder: Path | None = None) -> bool:
    """Whether every loadable file is there, without reading them: a quick look, not a check."""
    try:
        folder = folder_of(item, models_folder)
    except WeightsError:
        return False
    if item.kind is Kind.LIBRARY:
        return True
    return all((folder / path).is_file() for file in item.files for path in file.becomes())


def find_pyannote(models_folder: Path) -> Path | None:
    """The folder of pyannote's pipeline in the models folder, if all of it is there and converted."""
    item = entry("pyannote-community-1")
    return folder_of(item, models_folder) if installed(item, models_folder) else None


def checked(name: str, path: Path) -> Weights:
    """Prove that ``path`` is the file of the entry ``name`` that ends with its name; for a result's provenance.

    For files from the hub the lock file is looked for where the pull would have put it. Raises WeightsError,
    naming the file and what to do, when it is missing, unknown or differs by a single byte.
    """
    item = entry(name)
    listed = [known for file in item.files for known in file.becomes() if _same_place(path, known)]
    if not listed:
        raise WeightsError(f"{path.name} is not one of the files of {name}, so it cannot be loaded as one.")
    relative = max(listed, key=len)
    models_folder = path.parents[len(PurePosixPath(relative).parts)] if item.kind is Kind.HUB else None
    if not path.is_file():
        raise WeightsError(f"{name}: {relative} is missing. {_advice(item)}")
    known = expected(item, models_folder).get(relative)
    return _compared(item, relative, digest(path), known)


def checked_whisper(folder: Path) -> tuple[Weights, ...]:
    """Prove a Whisper folder: every file of a listed model, or of one's own model the digest of ``model.bin``.

    Raises WeightsError where a listed model is not as pinned.
    """
    item = registry().get(folder.name)
    if item is None or item.engine != "faster-whisper":
        return (Weights(name=f"{folder.name}/model.bin", sha256=digest(folder / "model.bin")),)
    return tuple(checked(item.name, folder / file.path) for file in item.files)


def checked_bytes(name: str, path: str, data: bytes | memoryview) -> Weights:
    """As `checked`, for bytes cut out of a library: ``path`` is the name of the piece in ``weights.toml``."""
    item = entry(name)
    if path not in {file.path for file in item.files}:
        raise WeightsError(f"{path} is not one of the files of {name}, so it cannot be loaded as one.")
    return _compared(item, path, hashlib.sha256(data).hexdigest(), expected(item).get(path))


def _same_place(path: Path, relative: str) -> bool:
    parts = PurePosixPath(relative).parts
    return path.parts[-len(parts) :] == parts


def _compared(item: Entry, path: str, found: str, known: str | None) -> Weights:
    if known is None:
        raise WeightsError(f"{item.name}: nobody has vouched for {path} yet. {_advice(item)}")
    if found != known:
        raise WeightsError(f"{item.name}: {path} is not the file we know, so it was not loaded. {_advice(item)}")
    return Weights(name=f"{item.name}/{path}", sha256=found)


def _advice(item: Entry) -> str:
    if item.kind is Kind.HUB:
        return f"Run `practice models pull {item.name}`."
    return f"Install {item.revision} again."
