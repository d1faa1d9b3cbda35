"""Builds pyannote's networks and pipeline from converted weights: JSON and safetensors, never a pickle."""

from __future__ import annotations

import importlib
import inspect
import json
import os
import warnings
from pathlib import Path
from typing import Any

from models import weights
from models.adapters.torchaudio_shim import ensure_torchaudio
from models.errors import MissingPartError, WeightsError
from models.records.provenance import Weights
from models.weights_lock import read_lock

NETWORKS = ("segmentation", "embedding")
_FILES = (
    "config.yaml",
    *(f"{network}/{name}" for network in NETWORKS for name in weights.CONVERTED),
    "plda/plda.npz",
    "plda/xvec_transform.npz",
)
_ARCHITECTURES = {
    ("pyannote.audio.models.segmentation.PyanNet", "PyanNet"),
    ("pyannote.audio.models.embedding.wespeaker", "WeSpeakerResNet34"),
    ("pyannote.audio.models.embedding.xvector", "XVectorSincNet"),
}
_PIPELINE = "pyannote.audio.pipelines.SpeakerDiarization"
_PARAMETERS = {"segmentation_step", "embedding_exclude_overlap", "clustering"}
_TRAINING_ONLY = ("loss_func.", "validation_metric.")


def prepare_process() -> None:
    """Telemetry off, hub off, torchaudio importable. Must run before anything of pyannote is imported."""
    os.environ["PYANNOTE_METRICS_ENABLED"] = "false"
    os.environ["HF_HUB_OFFLINE"] = "1"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about torchcodec, which reads files; we hand over samples
            ensure_torchaudio()
            for module in ("pyannote.audio.pipelines", *sorted({module for module, _ in _ARCHITECTURES})):
                importlib.import_module(module)
    except ImportError as error:
        raise MissingPartError(
            "pyannote.audio is not installed. Install this program with the extra `gpu`; see docs/gpu.md."
        ) from error


def check_files(folder: Path) -> tuple[Weights, ...]:
    """Prove every file of a converted pipeline against ``weights.toml`` and the lock beside ``folder``.

    Raises WeightsError, naming the file and what to do.
    """
    name, locked = folder.name, read_lock(folder.parent).get(folder.name, {})
    if name in weights.registry():
        return tuple(weights.checked(name, folder / path) for path in _FILES)
    found = []
    for path in _FILES:
        if not (folder / path).is_file() or path not in locked:
            raise WeightsError(f"{name}: {path} is missing or was not converted here. Use pyannote-community-1.")
        digest = weights.digest(folder / path)
        if digest != locked[path].sha256:
            raise WeightsError(f"{name}: {path} is not the file that was converted here, so it was not loaded.")
        found.append(Weights(name=f"{name}/{path}", sha256=digest))
    return tuple(found)


def read_settings(folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """The pipeline's arguments that we honour, and its parameters, from ``config.yaml``. Raises WeightsError."""
    yaml: Any = importlib.import_module("yaml")  # comes with pyannote.audio
    try:
        document = yaml.safe_load((folder / "config.yaml").read_text("utf-8"))
        named, given = document["pipeline"]["name"], document["pipeline"]["params"]
        arguments = {name: value for name, value in given.items() if name in _PARAMETERS}
        parameters = dict(document["params"])
    except (OSError, yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise WeightsError(f"{folder.name}: config.yaml is not one of a pyannote pipeline. Pull it again.") from error
    if named != _PIPELINE:
        raise WeightsError(f"{folder.name}: config.yaml asks for another pipeline than SpeakerDiarization.")
    return arguments, parameters


def build_network(folder: Path) -> Any:
    """One network in evaluation mode, from ``network.json`` and ``model.safetensors``. Raises WeightsError."""
    from pyannote.audio.core.task import Problem, Resolution, Specifications
    from safetensors.torch import load_file

    try:
        description = json.loads((folder / "network.json").read_text("utf-8"))
        architecture = (description["architecture"]["module"], description["architecture"]["class"])
        given = dict(description["specifications"])
        problem, resolution = Problem(given.pop("problem")), Resolution(given.pop("resolution"))
        if given.get("warm_up") is not None:
            given["warm_up"] = tuple(given["warm_up"])
        specifications = Specifications(problem=problem, resolution=resolution, **given)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise WeightsError(
            f"{folder.name}/network.json does not describe a network. Pull the weights again."
        ) from error
    if architecture not in _ARCHITECTURES:
        raise WeightsError(f"{folder.name}/network.json asks for a network that is not known here.")
    kind = getattr(importlib.import_module(architecture[0]), architecture[1])
    accepted = inspect.signature(kind).parameters  # a base class may have saved more than this one takes
    model = kind(**{name: value for name, value in description["hyper_parameters"].items() if name in accepted})
    model.specifications = specifications
    model.build()
    tensors = load_file(folder / "model.safetensors")
    try:
        model.load_state_dict({name: data for name, data in tensors.items() if not name.startswith(_TRAINING_ONLY)})
    except RuntimeError as error:
        raise WeightsError(f"{folder.name}: the weights do not fit the network they came with.") from error
    return model.eval()


def build_plda(folder: Path) -> Any:
    """The scoring back end, from two arrays files that may hold numbers only. Raises WeightsError."""
    import numpy as np
    from pyannote.audio.core.plda import PLDA

    paths = folder / "xvec_transform.npz", folder / "plda.npz"
    try:
        for path in paths:
            with np.load(path, allow_pickle=False) as arrays:
                shapes = [arrays[name].shape for name in arrays.files]
        if not shapes:
            raise ValueError("empty")
    except (OSError, ValueError, KeyError) as error:
        raise WeightsError("plda: the arrays cannot be read as plain numbers. Pull the weights again.") from error
    return PLDA(*paths)


def build_pipeline(folder: Path, batch: int) -> Any:
    """The whole SpeakerDiarization pipeline in memory, on the CPU, at a batch size for both networks."""
    from pyannote.audio.pipelines import SpeakerDiarization

    arguments, parameters = read_settings(folder)
    pipeline = SpeakerDiarization(
        segmentation=build_network(folder / "segmentation"),
        embedding=build_network(folder / "embedding"),
        plda=build_plda(folder / "plda"),
        segmentation_batch_size=batch,
        embedding_batch_size=batch,
        **arguments,
    )
    return pipeline.instantiate(parameters)
