"""pyannote pipelines with random networks, saved as pyannote saves its own: for loading and speed, not for accuracy."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np

from models import weights
from models.adapters.checkpoint_converter import convert_files
from models.adapters.pyannote_networks import prepare_process
from models.weights_lock import LockedFile, record

CONFIG = """
dependencies: {pyannote.audio: 4.0.0}
pipeline:
  name: pyannote.audio.pipelines.SpeakerDiarization
  params:
    segmentation: $model/segmentation
    segmentation_batch_size: 32
    segmentation_step: 0.5
    embedding: $model/embedding
    embedding_batch_size: 32
    embedding_exclude_overlap: true
    plda: $model/plda
    clustering: VBxClustering
params:
  clustering: {threshold: 0.6, Fa: 0.07, Fb: 0.8}
  segmentation: {min_duration_off: 0.0}
"""
PICKLES = ("segmentation/pytorch_model.bin", "embedding/pytorch_model.bin")
PLAIN = ("config.yaml", "plda/plda.npz", "plda/xvec_transform.npz")

TINY_LSTM = {"hidden_size": 8, "num_layers": 1, "bidirectional": True, "monolithic": True}
TINY_LINEAR = {"hidden_size": 8, "num_layers": 1}
REAL_LSTM = {"hidden_size": 128, "num_layers": 4, "bidirectional": True, "monolithic": True, "dropout": 0.5}
REAL_LINEAR = {"hidden_size": 128, "num_layers": 2}


def save(folder: Path) -> dict[str, Any]:
    """Write a tiny pipeline as it would come from the hub, pickles and all; gives the networks by folder name."""
    prepare_process()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        built = {"segmentation": _segmentation(TINY_LSTM, TINY_LINEAR), "embedding": _embedding()}
        for name, model in built.items():
            _save(model, folder / name / "pytorch_model.bin")
    _save_rest(folder, embedding=64, reduced=32)
    return built


def save_real_shapes(folder: Path) -> dict[str, Any]:
    """Write a pipeline with community-1's layers and sizes; as `save` in everything else."""
    prepare_process()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        built = {"segmentation": _talkative(_segmentation(REAL_LSTM, REAL_LINEAR)), "embedding": _resnet()}
        for name, model in built.items():
            _save(model, folder / name / "pytorch_model.bin")
    _save_rest(folder, embedding=256, reduced=128)
    return built


def convert(models_folder: Path, name: str) -> None:
    """What `practice models pull` does once the files are there."""
    folder = models_folder / name
    convert_files(models_folder, name, [(path, weights.digest(folder / path)) for path in PICKLES])
    plain = {
        path: LockedFile(sha256=weights.digest(folder / path), size=(folder / path).stat().st_size) for path in PLAIN
    }
    record(models_folder, name, plain)


def convert_one(models_folder: Path, name: str, path: str) -> None:
    """Convert one pickle."""
    convert_files(models_folder, name, [(path, weights.digest(models_folder / name / path))])


def _save_rest(folder: Path, *, embedding: int, reduced: int) -> None:
    """The settings, and a scoring back end for embeddings of that size, which it reduces to fewer dimensions."""
    (folder / "plda").mkdir()
    rng = np.random.default_rng(3)
    lda = np.linalg.qr(rng.standard_normal((embedding, reduced)))[0]
    np.savez(folder / "plda/xvec_transform.npz", mean1=np.zeros(embedding), mean2=np.zeros(reduced), lda=lda)
    between = np.linspace(5, 0.1, reduced)
    np.savez(folder / "plda/plda.npz", mu=np.zeros(reduced), tr=np.eye(reduced), psi=between)
    (folder / "config.yaml").write_text(CONFIG)


def _save(model: Any, path: Path) -> None:
    import torch

    path.parent.mkdir(parents=True)
    checkpoint = {
        "state_dict": model.state_dict(),
        "hyper_parameters": dict(model.hparams),
        "pytorch-lightning_version": "2.6.6",
        "epoch": 0,
        "global_step": 0,
    }
    model.on_save_checkpoint(checkpoint)
    torch.save(checkpoint, path)


def _segmentation(lstm: dict[str, Any], linear: dict[str, Any]) -> Any:
    import torch
    from pyannote.audio.core.task import Problem, Resolution, Specifications
    from pyannote.audio.models.segmentation import PyanNet

    torch.manual_seed(5)
    model = PyanNet(sincnet={"stride": 10}, lstm=lstm, linear=linear)
    model.specifications = Specifications(
        problem=Problem.MONO_LABEL_CLASSIFICATION,
        resolution=Resolution.FRAME,
        duration=10.0,
        classes=["first", "second", "third"],
        powerset_max_classes=2,
        permutation_invariant=True,
    )
    model.build()
    return model.eval()


def _talkative(model: Any) -> Any:
    """The network with a last layer that always hears one voice: were it to hear none, nothing more would be done."""
    import torch

    with torch.no_grad():
        model.classifier.weight.zero_()
        model.classifier.bias.copy_(torch.tensor([0.0, 9.0, 0.0, 0.0, 0.0, 0.0, 0.0]))
    return model


def _embedding() -> Any:
    import torch
    from pyannote.audio.models.embedding import XVectorSincNet

    torch.manual_seed(6)
    model = XVectorSincNet(sincnet={"stride": 10}, dimension=64)
    model.specifications = _of_chunks()
    model.build()
    return model.eval()


def _resnet() -> Any:
    import torch
    from pyannote.audio.models.embedding import WeSpeakerResNet34

    torch.manual_seed(6)
    model = WeSpeakerResNet34()
    model.specifications = _of_chunks()
    return model.eval()


def _of_chunks() -> Any:
    from pyannote.audio.core.task import Problem, Resolution, Specifications

    return Specifications(problem=Problem.REPRESENTATION, resolution=Resolution.CHUNK, duration=5.0, warm_up=(0.0, 0.0))
