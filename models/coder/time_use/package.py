"""The weights folder of the time-use classifier: a manifest and one file of numbers, each held to its SHA-256."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from models.coder.linear import model_of, tensors_of
from models.coder.sealed import FolderKind, read_sealed, write_sealed
from models.coder.time_use.classifier import Chain, TimeUseModel
from models.coder.time_use.codes import CLASSES, TIME_USE
from models.errors import WeightsError
from models.records.provenance import Engine

FORMAT = "practice-time-use-1"
MANIFEST = "time_use.json"
TENSORS = "time_use.safetensors"
SHIPPED = Path(__file__).with_name("weights")
"""The folder of the classifier that comes with the program."""

_ADVICE = "Fit the time-use classifier or install it again."
_KIND = FolderKind(
    owner="time-use", prefix="time_use", format=FORMAT, manifest=MANIFEST, files=(TENSORS,), advice=_ADVICE
)
_NUMBERS = ("scale", "hold", "relief")
_ARRAYS = {"start": (len(CLASSES),), "steps": (len(CLASSES),) * 2, "prior": (len(CLASSES),)}


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeUsePackage:
    """A weights folder as it was read: the classifier, and what it is."""

    model: TimeUseModel
    engine: Engine


def write_time_use(folder: Path, model: TimeUseModel, version: str, created_from: Mapping[str, str]) -> None:
    """Write a weights folder; until it is whole, it is refused. Raises OSError."""
    tensors: dict[str, NDArray[np.generic]] = {
        name: np.ascontiguousarray(array) for name, array in tensors_of(model.linear).items()
    }
    tensors |= {f"chain.{name}": getattr(model.chain, name).astype(np.float32) for name in _ARRAYS}
    facts = {
        "version": version,
        "created_from": dict(created_from),
        "classes": list(CLASSES),
        "chain": {name: getattr(model.chain, name) for name in _NUMBERS},
        "sure": dict(model.sure),
    }
    write_sealed(folder, _KIND, facts, {TENSORS: save(tensors)})


def read_time_use(folder: Path = SHIPPED) -> TimeUsePackage:
    """Read and prove a weights folder. Raises WeightsError, naming the file, where anything is not as written."""
    found = read_sealed(folder, _KIND)
    try:
        model = _model(found.document, load(found.contents[TENSORS]))
        version = str(found.document["version"])
    except (SafetensorError, KeyError, ValueError, IndexError, TypeError, AttributeError) as wrong:
        raise WeightsError(f"{MANIFEST} and {TENSORS} do not hold what a classifier needs. {_ADVICE}") from wrong
    return TimeUsePackage(model=model, engine=Engine(name="time-use", version=version, weights=found.weights))


def _model(document: Mapping[str, Any], tensors: Mapping[str, NDArray[np.generic]]) -> TimeUseModel:
    linear = model_of(tensors)
    arrays = {name: np.asarray(tensors[f"chain.{name}"], np.float64) for name in _ARRAYS}
    scale, hold, relief = (float(document["chain"][name]) for name in _NUMBERS)
    chain = Chain(**arrays, scale=scale, hold=hold, relief=relief)
    sure = {str(code): float(least) for code, least in document["sure"].items()}
    shapes = {name: array.shape for name, array in arrays.items()}
    outputs = {weights.shape[1] for weights in linear.weights.values()} | {linear.bias.shape[0]}
    if tuple(document["classes"]) != CLASSES or outputs != {len(CLASSES)} or shapes != _ARRAYS:
        raise ValueError("the classes are not the ones this version knows")
    if not set(sure) <= set(TIME_USE):
        raise ValueError("a code is not one this version knows")
    return TimeUseModel(linear=linear, chain=chain, sure=sure)
