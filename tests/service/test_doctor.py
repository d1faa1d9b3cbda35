"""What the doctor finds, on machines that lack one thing or another."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from models import weights
from models.adapters import machine_probe
from models.errors import WeightsError
from models.weights_lock import LockedFile, record
from service import doctor
from service.doctor import Condition, Finding, examine, numbers

NAMES = [
    "Python", "Decoding", "Media sandbox", "Speech detector", "Embedded transcriber", "Whisper", "Embedded diarizer",
    "pyannote", "Utterance coder", "GPU", "torch", "Demo voices", "Disk space", "Telemetry", "Choice of `auto`",
]  # fmt: skip


def found(name: str, models_folder: Path) -> Finding:
    return next(finding for finding in examine(models_folder) if finding.name == name)


@pytest.fixture(autouse=True)
def probes(monkeypatch: pytest.MonkeyPatch) -> None:
    """No children, no driver: the probes have tests of their own below."""
    monkeypatch.setattr(machine_probe, "ffmpeg", lambda: ("18.1.0", "8.1.2"))
    monkeypatch.setattr(machine_probe, "nvidia_gpus", lambda: ())
    monkeypatch.setattr(machine_probe, "cuda_devices", lambda: 0)
    monkeypatch.setattr(machine_probe, "torch_build", lambda: None)
    monkeypatch.setattr(doctor, "_sandbox", lambda _: Finding(name="Media sandbox", state=Condition.OK, detail=""))


def test_every_part_is_looked_at_and_whatever_is_missing_comes_with_advice(tmp_path: Path) -> None:
    findings = examine(tmp_path)
    assert [finding.name for finding in findings] == NAMES
    lacking = [finding for finding in findings if finding.state is not Condition.OK]
    assert all(finding.advice for finding in lacking if finding.name not in ("GPU", "torch"))


def test_a_machine_with_the_embedded_engines_alone_has_no_problem(tmp_path: Path) -> None:
    assert [finding for finding in examine(tmp_path) if finding.state is Condition.PROBLEM] == []
    assert "moonshine tiny-en" in found("Choice of `auto`", tmp_path).detail


def test_an_old_ffmpeg_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine_probe, "ffmpeg", lambda: ("15.0.0", "8.0.3"))
    assert found("Decoding", tmp_path).state is Condition.PROBLEM


def test_a_decoder_that_does_not_start_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine_probe, "ffmpeg", lambda: None)
    assert found("Decoding", tmp_path).state is Condition.PROBLEM


def test_whisper_weights_that_are_not_the_pinned_ones_are_a_problem(tmp_path: Path) -> None:
    for name in ("model.bin", "config.json", "tokenizer.json"):
        (tmp_path / "small.en").mkdir(exist_ok=True)
        (tmp_path / "small.en" / name).touch()
    finding = found("Whisper", tmp_path)
    assert finding.state is Condition.PROBLEM
    assert "practice models pull small.en" in finding.advice


def test_a_whisper_folder_of_ones_own_is_used_and_named(tmp_path: Path) -> None:
    for name in ("model.bin", "config.json", "tokenizer.json"):
        (tmp_path / "council-whisper").mkdir(exist_ok=True)
        (tmp_path / "council-whisper" / name).touch()
    assert found("Whisper", tmp_path).state is Condition.OK
    assert "council-whisper" in found("Choice of `auto`", tmp_path).detail


def test_unconverted_pyannote_weights_are_a_problem(tmp_path: Path) -> None:
    pickled = tmp_path / "pyannote-community-1/embedding/pytorch_model.bin"
    pickled.parent.mkdir(parents=True)
    pickled.touch()
    assert found("pyannote", tmp_path).state is Condition.PROBLEM


def test_converted_pyannote_weights_are_chosen_where_the_library_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = weights.entry("pyannote-community-1")
    monkeypatch.setattr(weights, "digest", lambda path: pinned.get(path.name, "f" * 64))
    pinned = {Path(file.path).name: file.sha256 for file in item.files if not file.convert}
    sources = {path: file.sha256 or "" for file in item.files if file.convert for path in file.becomes()}
    for path in [path for file in item.files for path in file.becomes()]:
        (tmp_path / item.name / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / item.name / path).touch()
    locked = {path: LockedFile(sha256="f" * 64, size=0, converted_from=source) for path, source in sources.items()}
    record(tmp_path, item.name, locked)
    monkeypatch.setattr(machine_probe, "package_version", lambda name: "4.0.7")
    assert found("pyannote", tmp_path).state is Condition.OK
    assert "pyannote.audio" in found("Choice of `auto`", tmp_path).detail
    monkeypatch.setattr(machine_probe, "package_version", lambda name: None)
    assert found("pyannote", tmp_path).state is Condition.MISSING
    assert "embedded diarizer" in found("Choice of `auto`", tmp_path).detail


def test_a_gpu_that_ctranslate2_cannot_use_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine_probe, "nvidia_gpus", lambda: ("NVIDIA X, 16 GiB, 570",))
    assert found("GPU", tmp_path).state is Condition.PROBLEM
    monkeypatch.setattr(machine_probe, "cuda_devices", lambda: 1)
    assert found("GPU", tmp_path).state is Condition.OK


def test_a_cuda_build_of_torch_without_a_gpu_is_remarked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine_probe, "torch_build", lambda: ("2.13.0", "13.0"))
    finding = found("torch", tmp_path)
    assert finding.state is Condition.OK
    assert "saves gigabytes" in finding.advice


def test_a_full_disk_is_said_before_a_pull_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(10, 9, 1))
    assert found("Disk space", tmp_path / "not/there/yet").state is Condition.MISSING


def test_an_examination_that_fails_is_a_finding_and_not_a_crash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise OSError("a path of this machine")

    monkeypatch.setattr(machine_probe, "nvidia_gpus", broken)
    finding = found("GPU", tmp_path)
    assert finding.state is Condition.PROBLEM
    assert "a path of this machine" not in finding.detail


def test_our_own_errors_are_shown_as_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise WeightsError("Do this.")

    monkeypatch.setattr(machine_probe, "torch_build", broken)
    assert found("torch", tmp_path).detail == "Do this."


@pytest.mark.parametrize(
    ("version", "expected"),
    [("8.1.2", (8, 1, 2)), ("n8.1-dev", (8, 1)), ("7.1.1-0+deb", (7, 1, 1)), ("git-2026", ())],
)
def test_versions_compare_by_their_numbers(version: str, expected: tuple[int, ...]) -> None:
    assert numbers(version) == expected


def test_a_coder_whose_weights_were_changed_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.doctor.SHIPPED", tmp_path / "weights")
    finding = found("Utterance coder", tmp_path)
    assert finding.state is Condition.PROBLEM
    assert "no coder's weights" in finding.detail
