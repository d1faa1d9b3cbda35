"""The coder's weights folder: five files, each held to its SHA-256 by ``models.coder.sealed``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from models.coder.combination import Combination, combination_of, document_of
from models.coder.linear import LinearModel, model_of, tensors_of
from models.coder.sealed import FolderKind, read_sealed, write_sealed
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
_KIND = FolderKind(owner="coder's", prefix="coder", format=FORMAT, manifest=MANIFEST, files=FILES, advice=_ADVICE)


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
    write_sealed(folder, _KIND, _document(parts), _contents(parts))


def read_package(folder: Path) -> Package:
    """Read and prove a weights folder. Raises WeightsError, naming the file, where anything is not as written."""
    found = read_sealed(folder, _KIND)
    return Package(parts=_parts(found.document, found.contents), weights=found.weights)


def _contents(parts: Parts) -> dict[str, bytes]:
    tensors = {name: np.ascontiguousarray(array) for name, array in tensors_of(parts.linear).items()}
    tensors |= tensors_of_table(parts.words)
    return {
        TENSORS: save(tensors),
        "encoder.onnx": parts.encoder_graph,
        "judge.onnx": parts.judge_graph,
        "tokenizer.json": parts.tokenizer.encode("utf-8"),
    }


def _document(parts: Parts) -> dict[str, object]:
    return {
        "version": parts.version,
        "rubric": parts.rubric,
        "created_from": dict(parts.created_from),
        "encoder": asdict(parts.encoder),
        "combination": document_of(parts.combination),
    }


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
