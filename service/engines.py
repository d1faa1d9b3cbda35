"""The composition root for analysis: which adapter does what on this machine, and why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import cast, get_args

from models.adapters.channel_diarizer import ChannelDiarizer
from models.adapters.machine_probe import package_version
from models.adapters.media_quality import Channels
from models.adapters.moonshine_transcriber import MoonshineTranscriber
from models.adapters.onnx_diarizer import EmbeddedDiarizer
from models.adapters.pyav_decoder import DecodeLimits, PyavDecoder
from models.adapters.silero_speech_detector import SileroSpeechDetector
from models.errors import BadInputError, MissingPartError
from models.ports import Coder, Diarizer, Progress, Transcriber, no_progress
from models.records.coding import Coding, Conversation
from models.weights import find_pyannote, find_whisper
from pipelines.judges.transparent import TransparentJudge
from pipelines.session import Engines
from service.settings import Settings

DEVICES = ("auto", "cpu", "cuda")
NO_WHISPER = "Words by moonshine tiny-en, as the models folder holds no Whisper weights: a draft, not a record."


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineChoice:
    """What a person asked for. ``engine`` is auto, moonshine, whisper, or a Whisper folder's name or path."""

    engine: str = "auto"
    diarizer: str = "auto"
    channels: str = "auto"
    language: str = "en"
    glossary: tuple[str, ...] = ()
    device: str = "auto"
    max_hours: float = 6.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The engines, and one sentence for each choice that was made."""

    engines: Engines
    reasons: tuple[str, ...]


class CoderOnDemand:
    """A coder that is in memory only while it codes, so that it does not lie there beside the speech engines.

    It is loaded once at the start, and let go again: weights that are missing or changed are told before anything
    slow begins. Raises WeightsError.
    """

    def __init__(self, load: Callable[[], Coder]) -> None:
        self._load = load
        self.engine = load().engine

    def code(self, conversation: Conversation, progress: Progress = no_progress) -> Coding:
        """Code every line, as the coder does."""
        return self._load().code(conversation, progress)


def choose_engines(choice: EngineChoice, settings: Settings) -> Chosen:
    """Build the adapters. Raises BadInputError or MissingPartError with what to do."""
    detector = SileroSpeechDetector()
    transcriber, why_transcriber = _transcriber(choice, settings)
    diarizer, why_diarizer = _diarizer(choice, settings)
    limits = DecodeLimits(max_seconds=int(choice.max_hours * 3600))
    return Chosen(
        engines=Engines(
            decoder=PyavDecoder(limits=limits, channels=_channels(choice.channels)),
            detector=detector,
            diarizer=diarizer,
            channel_diarizer=ChannelDiarizer(detector.detect_channel, detector.engine),
            transcriber=transcriber,
            coder=CoderOnDemand(embedded_coder),
            judge=TransparentJudge(),
        ),
        reasons=(why_transcriber, why_diarizer),
    )


def embedded_coder(weights: Path | None = None) -> Coder:
    """The coder that comes with the program, or with weights of one's own from a folder. Raises WeightsError."""
    from models.adapters.onnx_coder import OnnxCoder  # type: ignore[import-not-found, unused-ignore]

    coder: Coder = OnnxCoder(weights)
    return coder


def _device(choice: EngineChoice, settings: Settings) -> str:
    wanted = choice.device if choice.device != "auto" else settings.device
    if wanted not in DEVICES:
        raise BadInputError(f"There is no device called {wanted}. Use one of: {', '.join(DEVICES)}.")
    return wanted


def _channels(wanted: str) -> Channels:
    if wanted not in get_args(Channels):
        raise BadInputError(f"Channels can be one of: {', '.join(get_args(Channels))}.")
    return cast(Channels, wanted)


def _transcriber(choice: EngineChoice, settings: Settings) -> tuple[Transcriber, str]:
    if choice.engine == "moonshine":
        return _moonshine(choice), "Words by moonshine tiny-en, as asked."
    if choice.engine == "auto":
        found = find_whisper(settings.models_folder, None)
        if found is None:
            why = (
                "Words by moonshine tiny-en, because the models folder holds no Whisper weights: a draft, not a record."
            )
            return _moonshine(choice), why
        return _whisper(
            found, choice, settings
        ), f"Words by Whisper ({found.name}), because its weights are in the models folder."
    found = _named_whisper(choice.engine, settings.models_folder)
    if found is None:
        raise MissingPartError(
            f"There are no Whisper weights called {choice.engine} in the models folder. "
            "`practice models list` shows what can be had, `practice models pull NAME` fetches it."
        )
    return _whisper(found, choice, settings), f"Words by Whisper ({found.name}), as asked."


def _named_whisper(name: str, models_folder: Path) -> Path | None:
    if name == "whisper":
        return find_whisper(models_folder, None)
    given = Path(name)
    return given if given.is_dir() else find_whisper(models_folder, name)


def _moonshine(choice: EngineChoice) -> Transcriber:
    if choice.language != "en":
        raise BadInputError("The embedded engine reads English only. For other languages use --engine whisper.")
    return MoonshineTranscriber()


def _whisper(folder: Path, choice: EngineChoice, settings: Settings) -> Transcriber:
    from models.adapters.faster_whisper_transcriber import FasterWhisperTranscriber, WhisperSettings

    wanted = WhisperSettings(language=choice.language, device=_device(choice, settings), hotwords=choice.glossary)
    return FasterWhisperTranscriber(folder, wanted)


def _diarizer(choice: EngineChoice, settings: Settings) -> tuple[Diarizer, str]:
    if choice.diarizer not in {"auto", "embedded", "pyannote"}:
        raise BadInputError(f"There is no diarizer called {choice.diarizer}. Use auto, embedded or pyannote.")
    folder = find_pyannote(settings.models_folder)
    library = package_version("pyannote.audio")
    if choice.diarizer == "embedded" or (choice.diarizer == "auto" and not (folder and library)):
        return EmbeddedDiarizer(), "Voices by the embedded diarizer."
    if folder is None:
        raise MissingPartError(
            "There are no pyannote weights in the models folder. "
            "`practice models pull pyannote-community-1` fetches them."
        )
    if library is None:
        raise MissingPartError("pyannote.audio is not installed. docs/gpu.md says how to install the extra `gpu`.")
    from models.adapters.pyannote_diarizer import PyannoteDiarizer

    return PyannoteDiarizer(folder, device=_device(choice, settings)), "Voices by pyannote.audio community-1."
