"""Whisper through faster-whisper: a local CTranslate2 folder, read in batches of stretches, on a GPU or a CPU."""

from __future__ import annotations

import importlib.metadata
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from models.errors import EngineError, MissingPartError, WeightsError
from models.ports import Progress, no_progress
from models.records.audio import SAMPLE_RATE, Audio
from models.records.provenance import Engine, Weights
from models.records.speech import Dropped, Stretch, Timing, Word, Words
from models.weights import checked_whisper

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from models.records.span import Span

CLIP_SECONDS = 30
NEEDED = ("model.bin", "config.json", "tokenizer.json")
PICKLES = {".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".h5", ".npy"}
FORMAT_NAME = b"WhisperSpec"
COMPUTE_TYPES = {"cuda": "float16", "cpu": "int8"}


@dataclass(frozen=True, slots=True, kw_only=True)
class WhisperSettings:
    """What changes how Whisper reads.

    ``compute_type`` is float16 on a GPU and int8 on a CPU where None. A stretch is read again, alone and with
    repeated groups of three words forbidden, where its text packs better than ``compression_ratio`` (it goes
    round in circles) or where ``stall_ms`` of speech give no words; ``fallback_temperature`` then makes the
    second reading a sampled one, which need not repeat (off where None). Text of a stretch whose no-speech
    probability is above ``no_speech`` and whose mean log-probability is below ``log_probability`` is dropped.
    ``longest_tokens`` limits what is written for a stretch; CTranslate2 stops at half of prompt plus limit.
    """

    language: str = "en"
    device: str = "auto"
    compute_type: str | None = None
    batch: int = 8
    beam: int = 5
    threads: int = 0
    hotwords: tuple[str, ...] = ()
    compression_ratio: float = 2.4
    no_speech: float = 0.6
    log_probability: float = -1.0
    stall_ms: int = 2000
    longest_tokens: int | None = None
    fallback_temperature: float | None = None

    def __post_init__(self) -> None:
        if self.device not in ("auto", "cpu", "cuda"):
            raise ValueError("device must be auto, cpu or cuda")
        if self.batch < 1:
            raise ValueError("batch must be at least 1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What Whisper wrote for one stretch: words with times in seconds from its start, and how it judged itself."""

    words: tuple[tuple[str, float, float, float], ...]
    compression_ratio: float
    no_speech: float
    log_probability: float


Model = Callable[[Sequence["NDArray[np.float32]"], dict[str, Any]], "list[Heard]"]
"""Reads a batch of clips, each at most 30 s at 16 kHz, with extra options."""


class FasterWhisperTranscriber:
    """Writes down speech with a Whisper model in ``folder``, which must be in CTranslate2's format.

    Word times and probabilities are the engine's own. Nothing is ever downloaded, and the language is set, not
    guessed. Raises WeightsError where the folder is not such a model, MissingPartError where the library or a
    GPU that was asked for is missing. Out of memory on a GPU halves the batch and goes on.
    """

    longest_ms = CLIP_SECONDS * 1000

    def __init__(self, folder: Path, settings: WhisperSettings | None = None, *, model: Model | None = None) -> None:
        self.settings = settings or WhisperSettings()
        device = _device(self.settings.device)
        compute = self.settings.compute_type or COMPUTE_TYPES[device]
        weights = check_folder(folder)
        self._model = model or _load(folder, device, compute, self.settings)
        self._batch = self.settings.batch
        self.engine = Engine(
            name="faster-whisper",
            version=importlib.metadata.version("faster-whisper"),
            weights=weights,
            options=_options(self.settings, device, compute),
        )

    def transcribe(self, audio: Audio, stretches: tuple[Span, ...], progress: Progress = no_progress) -> Words:
        """The words said in the stretches; what was not kept is in ``Words.dropped`` with a code.

        Codes: ``repetition`` (goes round in circles, twice), ``no_speech`` (Whisper doubts that anybody spoke),
        ``no_words`` (a stretch of speech gave nothing, twice), ``outside_speech`` (a word beyond its stretch).
        """
        words: list[Word] = []
        read: list[Stretch] = []
        dropped: list[Dropped] = []
        done = 0
        while done < len(stretches):
            spans = stretches[done : done + self._batch]
            clips = [audio.read(span) for span in spans]
            for span, clip, heard in zip(spans, clips, self._read(clips), strict=False):
                kept, reason = self._judged(span, clip, heard)
                here, outside = _placed(span, kept)
                words += here
                dropped += outside
                if reason is not None:
                    text = " ".join(word[0] for word in heard.words)
                    dropped.append(Dropped(start_ms=span.start_ms, end_ms=span.end_ms, text=text, reason=reason))
                read.append(_stretch(span, here))
                done += 1
                progress(done / len(stretches))
        progress(1.0)
        return Words(
            words=tuple(words),
            timing=Timing.MEASURED,
            language=self.settings.language,
            stretches=tuple(read),
            dropped=tuple(dropped),
        )

    def _read(self, clips: list[NDArray[np.float32]]) -> list[Heard]:
        """One batch, or the part of it that fits into memory."""
        while True:
            try:
                return self._model(clips[: self._batch], {})
            except RuntimeError as error:
                if "out of memory" not in str(error).lower():
                    raise EngineError("Whisper failed on this recording. Run the same command again.") from error
                if self._batch == 1:
                    raise EngineError(
                        "The GPU has too little memory for this model. Use a smaller model, or --device cpu."
                    ) from error
                self._batch = max(1, min(self._batch, len(clips)) // 2)

    def _judged(self, span: Span, clip: NDArray[np.float32], heard: Heard) -> tuple[Heard, str | None]:
        """A reading that can be kept, or an empty one with the reason; a loop or a stall is read again once."""
        reason = self._fault(span, heard)
        if reason in ("repetition", "no_words"):
            again: dict[str, Any] = {"no_repeat_ngram_size": 3}
            if self.settings.fallback_temperature is not None:
                again["temperature"] = self.settings.fallback_temperature
            second = self._model([clip], again)[0]
            if self._fault(span, second) is None:
                return second, None
        return (heard, None) if reason is None else (_nothing(heard), reason)

    def _fault(self, span: Span, heard: Heard) -> str | None:
        if not heard.words:
            return "no_words" if span.duration_ms >= self.settings.stall_ms else None
        if heard.no_speech > self.settings.no_speech and heard.log_probability < self.settings.log_probability:
            return "no_speech"
        return "repetition" if heard.compression_ratio > self.settings.compression_ratio else None


def check_folder(folder: Path) -> tuple[Weights, ...]:
    """Prove which model a folder holds, by the digests of its files; raises WeightsError.

    A listed model must be as pinned in weights.toml; one's own model is named by the digest of ``model.bin``.
    """
    missing = [name for name in NEEDED if not (folder / name).is_file()]
    if missing:
        raise WeightsError(f"The Whisper folder lacks {', '.join(missing)}. Run `practice models pull` again.")
    pickles = [file.name for file in folder.iterdir() if file.suffix in PICKLES or file.name == "pytorch_model.bin"]
    if pickles:
        raise WeightsError("The Whisper folder holds files that can run code. Use one in CTranslate2's format.")
    with (folder / "model.bin").open("rb") as file:
        head = file.read(6 + len(FORMAT_NAME) + 1)
        if len(head) < 6 or struct.unpack("<IH", head[:6])[1] != len(FORMAT_NAME) + 1 or head[6:-1] != FORMAT_NAME:
            raise WeightsError("model.bin is not a Whisper model in CTranslate2's format. Convert it, or pull another.")
    return checked_whisper(folder)


def _placed(span: Span, heard: Heard) -> tuple[list[Word], list[Dropped]]:
    """Words at their place in the recording, in order and inside the stretch; those beyond it are dropped."""
    kept: list[Word] = []
    outside: list[Dropped] = []
    earliest = span.start_ms
    for text, start, end, probability in heard.words:
        start_ms, end_ms = (span.start_ms + round(second * 1000) for second in (start, end))
        if start_ms >= span.end_ms:
            outside.append(Dropped(start_ms=span.end_ms, end_ms=span.end_ms, text=text, reason="outside_speech"))
            continue
        start_ms = max(start_ms, earliest)
        earliest = min(span.end_ms, max(end_ms, start_ms))
        word = Word(
            start_ms=min(start_ms, earliest), end_ms=earliest, text=text, probability=min(1.0, float(probability))
        )
        kept.append(word)
    return kept, outside


def _stretch(span: Span, words: list[Word]) -> Stretch:
    probabilities = [word.probability for word in words if word.probability is not None]
    return Stretch(
        start_ms=span.start_ms,
        end_ms=span.end_ms,
        text=" ".join(word.text for word in words),
        confidence=float(np.mean(probabilities)) if probabilities else None,
    )


def _nothing(heard: Heard) -> Heard:
    return Heard(words=(), compression_ratio=0.0, no_speech=heard.no_speech, log_probability=heard.log_probability)


def _options(settings: WhisperSettings, device: str, compute: str) -> dict[str, str]:
    names = ("language", "batch", "beam", "hotwords", "compression_ratio", "no_speech", "log_probability", "stall_ms")
    chosen = {name: str(getattr(settings, name)) for name in (*names, "longest_tokens", "fallback_temperature")}
    return chosen | {"device": device, "compute_type": compute}


def _device(wanted: str) -> str:
    """Which device to use: ``auto`` takes a GPU where CTranslate2 sees one."""
    try:
        import ctranslate2
    except ImportError as error:
        raise MissingPartError("faster-whisper is not installed. Run `make install`.") from error
    found = ctranslate2.get_cuda_device_count() > 0
    if wanted == "cuda" and not found:
        raise MissingPartError("No GPU was found. Use --device cpu, or see docs/gpu.md.")
    return "cuda" if found and wanted != "cpu" else "cpu"


def _load(folder: Path, device: str, compute: str, settings: WhisperSettings) -> Model:
    """A function that reads clips with the model in ``folder``."""
    import faster_whisper

    try:
        model = faster_whisper.WhisperModel(
            str(folder), device=device, compute_type=compute, cpu_threads=settings.threads, local_files_only=True
        )
    except (RuntimeError, ValueError, OSError) as error:
        raise WeightsError("The Whisper folder could not be loaded. Run `practice models verify`.") from error
    if model.feature_extractor.mel_filters.shape[0] != model.model.n_mels:
        raise WeightsError("The Whisper folder lacks its preprocessor_config.json. Run `practice models pull` again.")

    def read(clips: Sequence[NDArray[np.float32]], extra: dict[str, Any]) -> list[Heard]:
        size = CLIP_SECONDS * SAMPLE_RATE
        sound = np.zeros(len(clips) * size, np.float32)
        for number, clip in enumerate(clips):
            sound[number * size : number * size + len(clip)] = clip[:size]
        places = [
            {"start": number * CLIP_SECONDS, "end": number * CLIP_SECONDS + min(len(clip), size) / SAMPLE_RATE}
            for number, clip in enumerate(clips)
        ]
        pipeline = faster_whisper.BatchedInferencePipeline(model)  # a new one each time: it keeps state
        arguments = _arguments(settings) | {"clip_timestamps": places, "batch_size": len(clips)} | extra
        segments, _ = pipeline.transcribe(sound, **arguments)
        return _by_clip(list(segments), len(clips))

    return read


def _arguments(settings: WhisperSettings) -> dict[str, Any]:
    return {
        "language": settings.language,
        "task": "transcribe",
        "beam_size": settings.beam,
        "temperature": 0.0,
        "condition_on_previous_text": False,
        "vad_filter": False,
        "word_timestamps": True,
        "without_timestamps": True,
        "max_new_tokens": settings.longest_tokens,
        "hotwords": ", ".join(settings.hotwords) or None,
    }


def _by_clip(segments: list[Any], clips: int) -> list[Heard]:
    """What was written for each clip; clips stand 30 s apart, which ``seek`` counts in hundredths of a second."""
    heard: list[Heard] = []
    for number in range(clips):
        own = [s for s in segments if s.seek // (CLIP_SECONDS * 100) == number]
        begin = number * CLIP_SECONDS
        words = [
            (word.word.strip(), max(0.0, word.start - begin), word.end - begin, word.probability)
            for segment in own
            for word in segment.words or ()
            if word.word.strip()
        ]
        heard.append(
            Heard(
                words=tuple(words),
                compression_ratio=float(max((s.compression_ratio for s in own), default=0.0)),
                no_speech=float(max((s.no_speech_prob for s in own), default=0.0)),
                log_probability=float(min((s.avg_logprob for s in own), default=0.0)),
            )
        )
    return heard
