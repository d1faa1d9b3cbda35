"""A weights folder: a manifest and files, each held to its SHA-256 before anything parses a byte of it.

The manifest ends with the digest of all its other bytes and lists the digests of the other files. Whatever is
missing, changed by a byte, a link or no plain file is refused by name, and never quoted.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.errors import WeightsError
from models.records.provenance import Weights

_LARGEST = 1 << 31
_LARGEST_MANIFEST = 1 << 20
_SEAL = ',\n "sha256": "{}"\n}}\n'


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderKind:
    """What a kind of weights folder consists of.

    ``owner`` is whose weights they are, for errors ("coder's"); ``prefix`` names them in provenance ("coder");
    ``format`` is the version of what the manifest holds; ``advice`` says what to do about a wrong folder.
    """

    owner: str
    prefix: str
    format: str
    manifest: str
    files: tuple[str, ...]
    advice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A folder as it was read and proved: what the manifest says, each file's bytes, and every digest."""

    document: Mapping[str, Any]
    contents: Mapping[str, bytes]
    weights: tuple[Weights, ...]


def write_sealed(folder: Path, kind: FolderKind, facts: Mapping[str, object], contents: Mapping[str, bytes]) -> None:
    """Write a folder, beside whatever else it holds; until it is whole, it is refused. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / kind.manifest).unlink(missing_ok=True)
    for name, data in contents.items():
        _write(folder / name, data)
    files = {name: hashlib.sha256(data).hexdigest() for name, data in contents.items()}
    _write(folder / kind.manifest, _sealed({"format": kind.format, **facts, "files": files}))


def read_sealed(folder: Path, kind: FolderKind) -> Sealed:
    """Read and prove a folder. Raises WeightsError, naming the file, where anything is not as written."""
    if not folder.is_dir():
        raise WeightsError(f"There are no {kind.owner} weights in the folder {folder.name}. {kind.advice}")
    manifest = _read(folder / kind.manifest, _LARGEST_MANIFEST, kind)
    document = _parse(_unsealed(manifest, kind), kind)
    contents = {}
    for name, known in document["files"].items():
        contents[name] = _read(folder / name, _LARGEST, kind)
        if hashlib.sha256(contents[name]).hexdigest() != known:
            raise _refused(name, kind)
    weights = [Weights(name=f"{kind.prefix}/{kind.manifest}", sha256=hashlib.sha256(manifest).hexdigest())]
    weights += [Weights(name=f"{kind.prefix}/{name}", sha256=known) for name, known in document["files"].items()]
    return Sealed(document=document, contents=contents, weights=tuple(weights))


def _sealed(document: Mapping[str, object]) -> bytes:
    """The document as JSON, with the digest of its own bytes as the last entry."""
    body = json.dumps(document, indent=1, ensure_ascii=True, allow_nan=False).encode() + b"\n"
    return body.removesuffix(b"\n}\n") + _SEAL.format(hashlib.sha256(body).hexdigest()).encode()


def _unsealed(data: bytes, kind: FolderKind) -> bytes:
    """The bytes that were sealed. Raises WeightsError where a byte of them, or of the seal, is another."""
    size = len(_SEAL.format("0" * 64))
    body = data[:-size] + b"\n}\n"
    if len(data) <= size or data[-size:] != _SEAL.format(hashlib.sha256(body).hexdigest()).encode():
        raise _refused(kind.manifest, kind)
    return body


def _parse(body: bytes, kind: FolderKind) -> dict[str, Any]:
    try:
        document = json.loads(body)
        written_by = document["format"]
        listed = {str(name): str(known) for name, known in document["files"].items()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as wrong:
        raise _refused(kind.manifest, kind) from wrong
    if written_by != kind.format:
        raise WeightsError(f"{kind.manifest} was written by another version of this program. {kind.advice}")
    if set(listed) != set(kind.files):
        raise WeightsError(f"{kind.manifest} does not list the files that {kind.owner} weights need. {kind.advice}")
    return {**document, "files": listed}


def _read(path: Path, largest: int, kind: FolderKind) -> bytes:
    """A plain file's bytes, and never what a link points to."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        if path.is_symlink():
            raise _refused(path.name, kind)
        with os.fdopen(os.open(path, flags), "rb") as stream:
            found = os.fstat(stream.fileno())
            if not stat.S_ISREG(found.st_mode) or found.st_size > largest:
                raise _refused(path.name, kind)
            return stream.read(largest)
    except FileNotFoundError as missing:
        raise WeightsError(f"{path.name} is missing from the {kind.owner} weights. {kind.advice}") from missing
    except OSError as wrong:
        raise WeightsError(f"{path.name} of the {kind.owner} weights could not be read. {kind.advice}") from wrong


def _refused(name: str, kind: FolderKind) -> WeightsError:
    return WeightsError(f"{name} of the {kind.owner} weights is not the file that was written. {kind.advice}")


def _write(path: Path, data: bytes) -> None:
    """Put a file in its place in one step, whatever stood there (a link is replaced, not followed)."""
    unfinished = path.with_name(f".{path.name}.part")
    with unfinished.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    unfinished.replace(path)
