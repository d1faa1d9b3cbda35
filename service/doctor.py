"""What is here and what is missing: the examination behind `practice doctor`."""

from __future__ import annotations

import importlib
import importlib.util
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from models import weights
from models.adapters import machine_probe
from models.coder.package import SHIPPED, read_package
from models.errors import PracticeError
from models.weights import State
from models.whisper_folders import whisper_folders

OLDEST_PYTHON = (3, 11)
OLDEST_FFMPEG = (8, 1)
_ROOM_FOR_WEIGHTS = 2_000_000_000


class Condition(StrEnum):
    """MISSING is an optional part that is not here; PROBLEM keeps the program from doing its job."""

    OK = "ok"
    MISSING = "missing"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One part: its state, what was found, and what to do about it ("" if nothing)."""

    name: str
    state: Condition
    detail: str
    advice: str = ""


def examine(models_folder: Path) -> tuple[Finding, ...]:
    """Look at everything that an analysis may use. Reads whole weight files; opens no connection; raises nothing."""
    examinations: tuple[tuple[str, Callable[[Path], Finding]], ...] = (
        ("Python", _python),
        ("Decoding", _decoding),
        ("Media sandbox", _sandbox),
        ("Speech detector", lambda _: _carried("Speech detector", "silero-vad-v6", "faster-whisper")),
        ("Embedded transcriber", lambda _: _carried("Embedded transcriber", "moonshine-tiny-en", "moonshine-voice")),
        ("Whisper", _whisper),
        ("Embedded diarizer", _embedded_diarizer),
        ("pyannote", _pyannote),
        ("Utterance coder", _coder),
        ("GPU", _gpu),
        ("torch", _torch),
        ("Demo voices", _voices),
        ("Disk space", _disk),
        ("Telemetry", _telemetry),
        ("Choice of `auto`", _choice),
    )
    return tuple(_guarded(name, look, models_folder) for name, look in examinations)


def _guarded(name: str, look: Callable[[Path], Finding], models_folder: Path) -> Finding:
    try:
        return look(models_folder)
    except PracticeError as error:
        return Finding(name=name, state=Condition.PROBLEM, detail=str(error))
    except Exception as error:
        advice = "Run the set-up again; if that does not help, report this line."
        return Finding(name=name, state=Condition.PROBLEM, detail=f"failed ({type(error).__name__})", advice=advice)


def _python(_: Path) -> Finding:
    found = ".".join(str(part) for part in sys.version_info[:3])
    if sys.version_info < OLDEST_PYTHON:
        return Finding(name="Python", state=Condition.PROBLEM, detail=found, advice="Use Python 3.11 or later.")
    return Finding(name="Python", state=Condition.OK, detail=found)


def _decoding(_: Path) -> Finding:
    name, found = "Decoding", machine_probe.ffmpeg()
    if found is None:
        return Finding(name=name, state=Condition.PROBLEM, detail="PyAV does not start", advice="Run the set-up again.")
    pyav, library = found
    detail = f"PyAV {pyav} with FFmpeg {library}"
    if numbers(library) < OLDEST_FFMPEG:
        advice = "Install the PyAV of the lock file: FFmpeg before 8.1 has known holes."
        return Finding(name=name, state=Condition.PROBLEM, detail=detail, advice=advice)
    return Finding(name=name, state=Condition.OK, detail=detail)


def numbers(version: str) -> tuple[int, ...]:
    """The leading numbers of a version, so that versions compare: "n8.1.2-lib" is (8, 1, 2)."""
    parts: list[int] = []
    for part in version.lstrip("nN").split("."):
        digits = part[: len(part) - len(part.lstrip("0123456789"))]
        if not digits:
            break
        parts.append(int(digits))
        if digits != part:
            break
    return tuple(parts)


def _sandbox(_: Path) -> Finding:
    name = "Media sandbox"
    if importlib.util.find_spec("models.adapters.pyav_decoder") is None:
        return Finding(name=name, state=Condition.MISSING, detail="not part of this installation")
    state: Any = importlib.import_module("models.adapters.pyav_decoder").PyavDecoder().sandbox()
    if state.isolated:
        lacking = f" (not offered here: {', '.join(state.missing)})" if state.missing else ""
        return Finding(name=name, state=Condition.OK, detail=f"recordings are opened behind walls{lacking}")
    advice = "Run on Linux with seccomp or unprivileged user namespaces, or in a container that allows them."
    return Finding(
        name=name, state=Condition.PROBLEM, detail=f"walls missing: {', '.join(state.missing)}", advice=advice
    )


def _carried(name: str, entry: str, package: str) -> Finding:
    item, installed = weights.entry(entry), machine_probe.package_version(package)
    wrong = [state.path for state in weights.verify(item) if state.state is not State.OK]
    if installed is None or wrong:
        detail = f"{package} is not installed" if installed is None else f"not as pinned: {', '.join(wrong)}"
        return Finding(name=name, state=Condition.PROBLEM, detail=detail, advice=f"Install {item.revision}.")
    return Finding(name=name, state=Condition.OK, detail=f"{package} {installed}, {entry} verified")


def _whisper(models_folder: Path) -> Finding:
    good: list[str] = []
    bad: list[str] = []
    for folder in whisper_folders(models_folder):
        known = weights.registry().get(folder.name)
        states = {state.state for state in weights.verify(known, models_folder)} if known else set()
        label = folder.name if known else f"{folder.name} (your own; its digest is recorded with each result)"
        (good if states <= {State.OK} else bad).append(label)
    if bad:
        return Finding(
            name="Whisper", state=Condition.PROBLEM, detail=f"not verified: {', '.join(bad)}",
            advice=f"Run `practice models pull {bad[0]}`, or delete the folder.",
        )  # fmt: skip
    if not good:
        return Finding(
            name="Whisper", state=Condition.MISSING, detail="no weights in the models folder",
            advice="For better words: `practice models pull large-v3-turbo` (GPU) or `small.en` (CPU).",
        )  # fmt: skip
    return Finding(name="Whisper", state=Condition.OK, detail=f"verified: {', '.join(good)}")


def _embedded_diarizer(_: Path) -> Finding:
    item = weights.entry("community-1")
    folder = weights.folder_of(item)
    if not list(folder.glob("*moonshine.*")):
        return Finding(
            name="Embedded diarizer", state=Condition.PROBLEM, detail="its networks are not here",
            advice=f"Install {item.revision}.",
        )  # fmt: skip
    detail = "its networks are carried by moonshine-voice, and are checked whenever they are loaded"
    return Finding(name="Embedded diarizer", state=Condition.OK, detail=detail)


def _coder(_: Path) -> Finding:
    """Every byte of the coder's weights is proved; what is wrong with them is the error's own sentence."""
    version = read_package(SHIPPED).parts.version
    return Finding(name="Utterance coder", state=Condition.OK, detail=f"comes with the program, {version} verified")


def _pyannote(models_folder: Path) -> Finding:
    item = weights.entry("pyannote-community-1")
    installed = machine_probe.package_version("pyannote.audio")
    states = {state.state for state in weights.verify(item, models_folder)}
    pull = f"`practice models pull {item.name}`"
    if states == {State.OK} and installed:
        return Finding(name="pyannote", state=Condition.OK, detail=f"pyannote.audio {installed}, weights verified")
    if states & {State.WRONG, State.UNKNOWN, State.UNCONVERTED}:
        return Finding(
            name="pyannote", state=Condition.PROBLEM, detail="weights not verified or not converted",
            advice=f"Run {pull}.",
        )  # fmt: skip
    lacking = [what for what, there in (("pyannote.audio", installed), ("weights", states == {State.OK})) if not there]
    advice = f"For better turns: the extra `gpu` (docs/gpu.md), then {pull}."
    return Finding(name="pyannote", state=Condition.MISSING, detail=f"not here: {' and '.join(lacking)}", advice=advice)


def _gpu(_: Path) -> Finding:
    gpus = machine_probe.nvidia_gpus()
    if not gpus:
        return Finding(name="GPU", state=Condition.MISSING, detail="none; everything runs on the processor")
    usable = machine_probe.cuda_devices()
    detail = f"{'; '.join(gpus)}; usable by CTranslate2: {usable}"
    if not usable:
        return Finding(
            name="GPU", state=Condition.PROBLEM, detail=detail, advice="See docs/gpu.md (CUDA 12 libraries)."
        )
    return Finding(name="GPU", state=Condition.OK, detail=detail)


def _torch(_: Path) -> Finding:
    found = machine_probe.torch_build()
    if found is None:
        return Finding(
            name="torch", state=Condition.MISSING, detail="not installed; only pyannote and training need it"
        )
    version, cuda = found
    detail = f"{version}, {f'built for CUDA {cuda}' if cuda else 'for the processor'}"
    if cuda and not machine_probe.nvidia_gpus():
        advice = "Nothing is broken, but the build for the processor saves gigabytes; see docs/gpu.md."
        return Finding(name="torch", state=Condition.OK, detail=f"{detail}, without a GPU", advice=advice)
    return Finding(name="torch", state=Condition.OK, detail=detail)


def _voices(_: Path) -> Finding:
    if shutil.which("flite"):
        return Finding(name="Demo voices", state=Condition.OK, detail="flite is installed")
    detail = "flite is not installed; only making new demo recordings needs it"
    return Finding(name="Demo voices", state=Condition.MISSING, detail=detail, advice="Install the package flite.")


def _disk(models_folder: Path) -> Finding:
    place = next((folder for folder in (models_folder, *models_folder.parents) if folder.exists()), Path("/"))
    free = shutil.disk_usage(place).free
    detail = f"{free / 1e9:.1f} GB free for the models folder"
    if free < _ROOM_FOR_WEIGHTS:
        advice = "Weights need up to 3.1 GB; make room, or set PRACTICE_MODELS to a folder on another disk."
        return Finding(name="Disk space", state=Condition.MISSING, detail=detail, advice=advice)
    return Finding(name="Disk space", state=Condition.OK, detail=detail)


def _telemetry(_: Path) -> Finding:
    detail = "pyannote's is switched off before it is imported; the hub is off except in `practice models pull`"
    return Finding(name="Telemetry", state=Condition.OK, detail=detail)


def _choice(models_folder: Path) -> Finding:
    whisper = weights.find_whisper(models_folder)
    words = f"words by Whisper ({whisper.name})" if whisper else "words by moonshine tiny-en (a draft, not a record)"
    pyannote = weights.find_pyannote(models_folder) and machine_probe.package_version("pyannote.audio")
    voices = "voices by pyannote.audio" if pyannote else "voices by the embedded diarizer"
    return Finding(name="Choice of `auto`", state=Condition.OK, detail=f"{words}, {voices}")
