"""pyannote from converted weights: the real loaders on tiny self-made networks. Nothing is downloaded."""

from __future__ import annotations

import importlib.util
import json
import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from models.adapters import pyannote_diarizer
from models.adapters.pyannote_diarizer import PyannoteDiarizer, named_in_order, out_of_memory
from models.errors import EngineError, WeightsError
from models.records.audio import SAMPLE_RATE, Audio, Recording
from models.records.span import Span
from models.records.speech import SpeakerCount, Speech, Turn, Turns

NAME = "tiny"
with_pyannote = pytest.mark.skipif(
    importlib.util.find_spec("torch") is None or importlib.util.find_spec("pyannote.audio") is None,
    reason="torch and pyannote.audio are not installed (the extra `gpu`)",
)


def recording(folder: Path, seconds: int = 12) -> Audio:
    """Two tones in turn over faint noise."""
    rng = np.random.default_rng(1)
    time = np.arange(seconds * SAMPLE_RATE) / SAMPLE_RATE
    pitch = np.where(time % 4 < 2, 140.0, 260.0)
    sound = 0.3 * np.sin(2 * np.pi * pitch * time) + 0.02 * rng.standard_normal(time.size)
    pcm = folder / "sound.pcm"
    (np.clip(sound, -1, 1) * 32767).astype("<i2").tofile(pcm)
    described = Recording(
        sha256="0" * 64, size_bytes=1, container="wav", codec="pcm", channels=1, sample_rate_hz=SAMPLE_RATE,
        duration_ms=seconds * 1000,
    )  # fmt: skip
    return Audio(
        recording=described, pcm=pcm, channels=1, frames=time.size, gain_db=0.0, separate_channels=False, advice=()
    )


SPEECH = Speech(spans=(Span(start_ms=0, end_ms=12_000),))


@pytest.fixture(scope="session")
def original(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """The pipeline as it comes from the hub, and the networks that were saved."""
    from benchmarks import made_pyannote

    folder = tmp_path_factory.mktemp("hub") / NAME
    return folder, made_pyannote.save(folder)


@pytest.fixture(scope="session")
def converted(original: tuple[Path, dict[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pipeline after the real conversion."""
    from benchmarks import made_pyannote

    models_folder = tmp_path_factory.mktemp("models")
    shutil.copytree(original[0], models_folder / NAME)
    made_pyannote.convert(models_folder, NAME)
    return models_folder / NAME


@pytest.fixture(scope="session")
def diarizer(converted: Path) -> PyannoteDiarizer:
    return PyannoteDiarizer(converted, device="cpu", batch=8)


@pytest.mark.torch
@with_pyannote
def test_the_converted_networks_hold_the_numbers_that_were_saved(
    original: tuple[Path, dict[str, Any]], converted: Path
) -> None:
    import torch

    from models.adapters.pyannote_networks import build_network

    assert not list(converted.rglob("*.bin"))
    for name, model in original[1].items():
        loaded = build_network(converted / name).state_dict()
        assert loaded.keys() == model.state_dict().keys()
        assert all(torch.equal(loaded[key], value) for key, value in model.state_dict().items())


@pytest.mark.torch
@with_pyannote
def test_a_converted_network_answers_as_the_original_does(
    original: tuple[Path, dict[str, Any]], converted: Path
) -> None:
    import torch

    from models.adapters.pyannote_networks import build_network

    sound = torch.randn(1, 1, 2 * SAMPLE_RATE, generator=torch.Generator().manual_seed(9))
    with torch.inference_mode():
        for name, model in original[1].items():
            torch.testing.assert_close(build_network(converted / name)(sound), model(sound))


@pytest.mark.torch
@with_pyannote
def test_no_pickle_is_loaded_on_the_way(converted: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("torch.load was called")

    monkeypatch.setattr(torch, "load", refuse)
    engine = PyannoteDiarizer(converted, device="cpu").engine
    assert engine.name == "pyannote"
    assert len(engine.weights) == 7


@pytest.mark.torch
@with_pyannote
def test_telemetry_is_off_and_the_hub_is_off(diarizer: PyannoteDiarizer) -> None:
    from huggingface_hub.constants import is_offline_mode
    from pyannote.audio.telemetry.metrics import is_metrics_enabled

    assert not is_metrics_enabled()
    assert is_offline_mode()


@pytest.mark.torch
@pytest.mark.slow
@with_pyannote
def test_a_recording_is_split_into_turns_in_order_of_first_speech(diarizer: PyannoteDiarizer, tmp_path: Path) -> None:
    told: list[float] = []
    audio = recording(tmp_path)
    turns = diarizer.diarize(audio, SPEECH, SpeakerCount(most=3), told.append)
    assert turns.turns
    assert list(dict.fromkeys(turn.speaker for turn in turns.turns)) == list(turns.speakers)
    assert turns.speakers[0] == "SPEAKER_00"
    assert all(0 <= turn.start_ms < turn.end_ms <= audio.duration_ms for turn in (*turns.turns, *turns.exclusive))
    assert all(one.end_ms <= two.start_ms for one, two in zip(turns.exclusive, turns.exclusive[1:], strict=False))
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert diarizer.diarize(audio, SPEECH, SpeakerCount(most=3)) == turns


@pytest.mark.torch
@pytest.mark.slow
@with_pyannote
def test_it_answers_as_pyannotes_own_loader_does_from_the_pickles(
    original: tuple[Path, dict[str, Any]], diarizer: PyannoteDiarizer, tmp_path: Path
) -> None:
    """The only test that lets pyannote load a pickle: one that this run has made."""
    import warnings

    import torch
    from pyannote.audio import Pipeline

    audio = recording(tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = Pipeline.from_pretrained(str(original[0]))
        said = theirs(
            {"waveform": torch.from_numpy(audio.read())[None], "sample_rate": SAMPLE_RATE},
            min_speakers=1, max_speakers=3,
        )  # fmt: skip
    expected = named_in_order(
        pyannote_diarizer._turns(said.speaker_diarization, audio.duration_ms),
        pyannote_diarizer._turns(said.exclusive_speaker_diarization, audio.duration_ms),
    )
    assert diarizer.diarize(audio, SPEECH, SpeakerCount(most=3)) == expected


@pytest.mark.torch
@pytest.mark.slow
@with_pyannote
def test_networks_of_the_real_shapes_are_converted_and_built(tmp_path: Path) -> None:
    """Layers and sizes as in community-1 (random numbers): four LSTM layers of 128, and WeSpeaker's ResNet34."""
    import torch

    from benchmarks import made_pyannote
    from models.adapters.pyannote_networks import build_network

    for name, model in made_pyannote.save_real_shapes(tmp_path / NAME).items():
        made_pyannote.convert_one(tmp_path, NAME, f"{name}/pytorch_model.bin")
        loaded = build_network(tmp_path / NAME / name).state_dict()
        assert all(torch.equal(loaded[key], value) for key, value in model.state_dict().items())


@pytest.mark.torch
@with_pyannote
def test_a_changed_weight_is_refused(converted: Path, tmp_path: Path) -> None:
    shutil.copytree(converted.parent, tmp_path / "models")
    product = tmp_path / "models" / NAME / "embedding/model.safetensors"
    product.write_bytes(product.read_bytes()[:-1] + b"\x7f")
    with pytest.raises(WeightsError, match=r"embedding/model\.safetensors is not the file that was converted here"):
        PyannoteDiarizer(tmp_path / "models" / NAME)


@pytest.mark.torch
@with_pyannote
@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"architecture": {"module": "os", "class": "system"}}, "a network that is not known here"),
        ({"specifications": {"problem": 99, "resolution": 1, "duration": 1.0}}, "does not describe a network"),
        ({"specifications": None}, "does not describe a network"),
    ],
)
def test_a_description_of_something_else_is_refused(
    converted: Path, tmp_path: Path, change: dict[str, Any], complaint: str
) -> None:
    from models.adapters.pyannote_networks import build_network

    shutil.copytree(converted / "segmentation", tmp_path / "segmentation")
    described = json.loads((tmp_path / "segmentation/network.json").read_text())
    (tmp_path / "segmentation/network.json").write_text(json.dumps(described | change))
    with pytest.raises(WeightsError, match=complaint):
        build_network(tmp_path / "segmentation")


@pytest.mark.torch
@with_pyannote
def test_arrays_with_objects_in_them_are_refused(tmp_path: Path) -> None:
    from models.adapters.pyannote_networks import build_plda

    for name in ("plda.npz", "xvec_transform.npz"):
        np.savez(tmp_path / name, mu=np.array([{"an": "object"}], dtype=object))
    with pytest.raises(WeightsError, match="plain numbers"):
        build_plda(tmp_path)


def test_an_unconverted_folder_is_refused_without_importing_torch(tmp_path: Path) -> None:
    (tmp_path / "pyannote-community-1").mkdir()
    with pytest.raises(WeightsError, match="practice models pull pyannote-community-1"):
        PyannoteDiarizer(tmp_path / "pyannote-community-1")


class _Annotation:
    """What pyannote answers with, as far as we use it."""

    def __init__(self, *turns: tuple[float, float, str]) -> None:
        self._turns = turns

    def itertracks(self, *, yield_label: bool) -> Any:
        for start, end, speaker in self._turns:
            yield SimpleNamespace(start=start, end=end), "_", speaker


class _Pipeline:
    """Answers, after having run out of memory at every batch size above ``fits``."""

    def __init__(self, fits: int, error: Exception) -> None:
        self.fits, self.error, self.calls = fits, error, []

    def __call__(self, sound: dict[str, Any], **hints: Any) -> Any:
        self.calls.append((self.embedding_batch_size, hints))
        if self.embedding_batch_size > self.fits:
            raise self.error
        overlapping = _Annotation((1.0004, 2.5, "B"), (0.5, 1.2, "A"), (11.5, 99.0, "B"), (3.0, 3.0001, "A"))
        return SimpleNamespace(
            speaker_diarization=overlapping,
            exclusive_speaker_diarization=_Annotation((0.5, 1.1, "A"), (1.1, 2.5, "B")),
            speaker_embeddings=np.ones((2, 64)),
        )


def bare(pipeline: _Pipeline, batch: int = 8) -> PyannoteDiarizer:
    """A diarizer around a stand-in pipeline, without its constructor."""
    built = object.__new__(PyannoteDiarizer)
    built.device, built.batch, built._pipeline = "cpu", batch, pipeline
    return built


@pytest.mark.torch
@with_pyannote
def test_running_out_of_memory_halves_the_batch_and_goes_on(tmp_path: Path) -> None:
    pipeline = _Pipeline(2, RuntimeError("CUDA out of memory. Tried to allocate 20.00 MiB"))
    diarizer = bare(pipeline)
    turns = diarizer.diarize(recording(tmp_path), SPEECH, SpeakerCount(exact=2))
    assert [batch for batch, _ in pipeline.calls] == [8, 4, 2]
    assert turns.speakers == ("SPEAKER_00", "SPEAKER_01")
    assert diarizer.batch == 2


@pytest.mark.torch
@with_pyannote
def test_too_little_memory_for_one_window_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="one window at a time"):
        bare(_Pipeline(0, MemoryError())).diarize(recording(tmp_path), SPEECH, SpeakerCount())


@pytest.mark.torch
@with_pyannote
def test_another_failure_names_its_kind_only(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"pyannote failed \(RuntimeError\)") as caught:
        bare(_Pipeline(0, RuntimeError("shape of a named thing"))).diarize(recording(tmp_path), SPEECH, SpeakerCount())
    assert "named thing" not in str(caught.value)


@pytest.mark.torch
@with_pyannote
@pytest.mark.parametrize(
    ("count", "hints"),
    [
        (SpeakerCount(exact=2), {"num_speakers": 2}),
        (SpeakerCount(least=2, most=4), {"min_speakers": 2, "max_speakers": 4}),
    ],
)
def test_the_speaker_count_is_handed_on(tmp_path: Path, count: SpeakerCount, hints: dict[str, int]) -> None:
    pipeline = _Pipeline(8, MemoryError())
    bare(pipeline).diarize(recording(tmp_path), SPEECH, count)
    assert {name: value for name, value in pipeline.calls[0][1].items() if name != "hook"} == hints


@pytest.mark.torch
@with_pyannote
def test_turns_are_sorted_cut_at_the_end_and_never_empty(tmp_path: Path) -> None:
    turns = bare(_Pipeline(8, MemoryError())).diarize(recording(tmp_path), SPEECH, SpeakerCount())
    assert [(turn.start_ms, turn.end_ms, turn.speaker) for turn in turns.turns] == [
        (500, 1200, "SPEAKER_00"),
        (1000, 2500, "SPEAKER_01"),
        (11_500, 12_000, "SPEAKER_01"),
    ]


def test_no_speech_gives_no_turns(tmp_path: Path) -> None:
    pipeline = _Pipeline(8, MemoryError())
    assert bare(pipeline).diarize(recording(tmp_path), Speech(spans=()), SpeakerCount()) == Turns(
        turns=(), exclusive=()
    )
    assert pipeline.calls == []


def test_voices_are_named_in_order_of_first_speech() -> None:
    late, early = Turn(start_ms=5, end_ms=6, speaker="X"), Turn(start_ms=1, end_ms=2, speaker="Y")
    named = named_in_order((early, late), (late,))
    assert named.turns == (replace(early, speaker="SPEAKER_00"), replace(late, speaker="SPEAKER_01"))
    assert named.exclusive == (replace(late, speaker="SPEAKER_01"),)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (MemoryError(), True),
        (RuntimeError("[enforce fail at alloc_cpu.cpp] DefaultCPUAllocator: can't allocate memory"), True),
        (type("OutOfMemoryError", (RuntimeError,), {})("other words"), True),
        (RuntimeError("CUBLAS_STATUS_NOT_SUPPORTED"), False),
    ],
)
def test_running_out_of_memory_is_told_from_other_failures(error: Exception, expected: bool) -> None:
    assert out_of_memory(error) is expected


def test_a_device_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="device must be one of"):
        PyannoteDiarizer(tmp_path, device="tpu")
    assert pyannote_diarizer.DEVICES == ("auto", "cpu", "cuda")
