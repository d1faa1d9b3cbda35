"""The coder's weights folder: five files, each held to its SHA-256 before anything parses a byte of it.

``coder.json`` ends with the digest of all its other bytes and lists the digests of the other files. Whatever is
missing, changed by a byte, a link or no plain file is refused by name, and never quoted.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from models.coder.combination import Combination, combination_of, document_of
from models.coder.linear import LinearModel, model_of, tensors_of
from models.coder.words import WordTable, table_from, tensors_of_table
from models.errors import WeightsError
from models.records.provenance import Weights

FORMAT = "practice-coder-1"
MANIFEST = "coder.json"
TENSORS = "coder.safetensors"
FILES = (TENSORS, "encoder.onnx", "judge.onnx", "tokenizer.json")
SHIPPED = Path(__file__).with_name("weights")
"""The folder of the coder that comes with the program."""

_ADVICE = "Train the coder or install it again."
_LARGEST = 1 << 31
_LARGEST_MANIFEST = 1 << 20
_SEAL = ',\n "sha256": "{}"\n}}\n'


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderFacts:
    """What the encoder is: its layers, the most tokens of a line, and the width of its vectors."""

    layers: int
    longest: int
    width: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What goes into a weights folder. ``version`` names this training, ``created_from`` its data and settings."""

    version: str
    rubric: str
    created_from: Mapping[str, str]
    combination: Combination
    encoder: EncoderFacts
    linear: LinearModel
    words: WordTable
    encoder_graph: bytes
    judge_graph: bytes
    tokenizer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A weights folder as it was read: the parts, and the digest of each file."""

    parts: Parts
    weights: tuple[Weights, ...]


def write_package(folder: Path, parts: Parts) -> None:
    """Write a weights folder, beside whatever else it holds; until it is whole, it is refused. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    contents = _contents(parts)
    (folder / MANIFEST).unlink(missing_ok=True)
    for name, data in contents.items():
        _write(folder / name, data)
    _write(folder / MANIFEST, _sealed(_document(parts, contents)))


def read_package(folder: Path) -> Package:
    """Read and prove a weights folder. Raises WeightsError, naming the file, where anything is not as written."""
    if not folder.is_dir():
        raise WeightsError(f"There are no coder's weights in the folder {folder.name}. {_ADVICE}")
    manifest = _read(folder / MANIFEST, _LARGEST_MANIFEST)
    document = _parse(_unsealed(manifest))
    contents = {}
    for name, known in document["files"].items():
        contents[name] = _read(folder / name, _LARGEST)
        if hashlib.sha256(contents[name]).hexdigest() != known:
            raise _refused(name)
    weights = [Weights(name=f"coder/{MANIFEST}", sha256=hashlib.sha256(manifest).hexdigest())]
    weights += [Weights(name=f"coder/{name}", sha256=known) for name, known in document["files"].items()]
    return Package(parts=_parts(document, contents), weights=tuple(weights))


def _contents(parts: Parts) -> dict[str, bytes]:
    tensors = {name: np.ascontiguousarray(array) for name, array in tensors_of(parts.linear).items()}
    tensors |= tensors_of_table(parts.words)
    return {
        TENSORS: save(tensors),
        "encoder.onnx": parts.encoder_graph,
        "judge.onnx": parts.judge_graph,
        "tokenizer.json": parts.tokenizer.encode("utf-8"),
    }


def _document(parts: Parts, contents: Mapping[str, bytes]) -> dict[str, object]:
    return {
        "format": FORMAT,
        "version": parts.version,
        "rubric": parts.rubric,
        "created_from": dict(parts.created_from),
        "files": {name: hashlib.sha256(data).hexdigest() for name, data in contents.items()},
        "encoder": asdict(parts.encoder),
        "combination": document_of(parts.combination),
    }


def _sealed(document: Mapping[str, object]) -> bytes:
    """The document as JSON, with the digest of its own bytes as the last entry."""
    body = json.dumps(document, indent=1, ensure_ascii=True, allow_nan=False).encode() + b"\n"
    return body.removesuffix(b"\n}\n") + _SEAL.format(hashlib.sha256(body).hexdigest()).encode()


def _unsealed(data: bytes) -> bytes:
    """The bytes that were sealed. Raises WeightsError where a byte of them, or of the seal, is another."""
    size = len(_SEAL.format("0" * 64))
    body = data[:-size] + b"\n}\n"
    if len(data) <= size or data[-size:] != _SEAL.format(hashlib.sha256(body).hexdigest()).encode():
        raise _refused(MANIFEST)
    return body


def _parse(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body)
        written_by = document["format"]
        listed = {str(name): str(known) for name, known in document["files"].items()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as wrong:
        raise _refused(MANIFEST) from wrong
    if written_by != FORMAT:
        raise WeightsError(f"{MANIFEST} was written by another version of this program. {_ADVICE}")
    if set(listed) != set(FILES):
        raise WeightsError(f"{MANIFEST} does not list the files that a coder's weights consist of. {_ADVICE}")
    return {**document, "files": listed}


def _parts(document: Mapping[str, Any], contents: Mapping[str, bytes]) -> Parts:
    try:
        tensors = load(contents[TENSORS])
        words = table_from(tensors)
        linear = model_of(tensors)
    except (SafetensorError, KeyError, ValueError, IndexError, TypeError) as wrong:
        raise WeightsError(f"{TENSORS} does not hold what a coder needs. {_ADVICE}") from wrong
    try:
        return Parts(
            version=str(document["version"]),
            rubric=str(document["rubric"]),
            created_from={str(key): str(value) for key, value in document["created_from"].items()},
            combination=combination_of(document["combination"]),
            encoder=_facts(document["encoder"], words),
            linear=linear,
            words=words,
            encoder_graph=contents["encoder.onnx"],
            judge_graph=contents["judge.onnx"],
            tokenizer=contents["tokenizer.json"].decode("utf-8"),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as wrong:
        raise WeightsError(f"{MANIFEST} is incomplete. {_ADVICE}") from wrong


def _facts(held: Mapping[str, int], words: WordTable) -> EncoderFacts:
    facts = EncoderFacts(**{name: int(value) for name, value in held.items()})
    if facts.width != words.width or facts.longest < 2:
        raise ValueError("the encoder is not the one that the word table is for")
    return facts


def _read(path: Path, largest: int) -> bytes:
    """A plain file's bytes, and never what a link points to."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        if path.is_symlink():
            raise _refused(path.name)
        with os.fdopen(os.open(path, flags), "rb") as stream:
            found = os.fstat(stream.fileno())
            if not stat.S_ISREG(found.st_mode) or found.st_size > largest:
                raise _refused(path.name)
            return stream.read(largest)
    except FileNotFoundError as missing:
        raise WeightsError(f"{path.name} is missing from the coder's weights. {_ADVICE}") from missing
    except OSError as wrong:
        raise WeightsError(f"{path.name} of the coder's weights could not be read. {_ADVICE}") from wrong


def _refused(name: str) -> WeightsError:
    return WeightsError(f"{name} of the coder's weights is not the file that was written. {_ADVICE}")


def _write(path: Path, data: bytes) -> None:
    """Put a file in its place in one step, whatever stood there (a link is replaced, not followed)."""
    unfinished = path.with_name(f".{path.name}.part")
    with unfinished.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    unfinished.replace(path)
