"""Silero VAD, the ONNX file that faster-whisper's wheel carries, run block by block so that memory stays flat."""

from __future__ import annotations

import importlib.metadata
import importlib.util
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from models.errors import MissingPartError, WeightsError
from models.ports import Progress, no_progress
from models.records.audio import SAMPLE_RATE, Audio
from models.records.provenance import Engine, Weights
from models.records.span import Span, union
from models.records.speech import Speech
from models.weights import checked_bytes

if TYPE_CHECKING:
    from numpy.typing import NDArray

FRAME_MS = 32
FRAME_SAMPLES = FRAME_MS * SAMPLE_RATE // 1000
CONTEXT_SAMPLES = 64
STATE_SHAPE = (1, 1, 128)
NAME, FILE = "silero-vad-v6", "assets/silero_vad_v6.onnx"


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechSettings:
    """When a frame of 32 ms counts as speech, and how frames become spans.

    Speech begins at ``threshold`` and ends after ``min_silence_ms`` below ``silence_threshold``. Each span
    is widened by ``pad_ms``; spans shorter than ``min_speech_ms`` before that are left out. ``block_ms`` is
    how much sound is in memory at a time and does not change the result. Raises ValueError where spans
    could touch after padding, or where a block is not a whole number of frames.
    """

    threshold: float = 0.5
    silence_threshold: float = 0.35
    min_silence_ms: int = 150
    min_speech_ms: int = 0
    pad_ms: int = 60
    block_ms: int = 1875 * FRAME_MS

    def __post_init__(self) -> None:
        if self.silence_threshold > self.threshold:
            raise ValueError("silence_threshold cannot lie above threshold")
        if 2 * self.pad_ms >= self.min_silence_ms:
            raise ValueError("pad_ms must be less than half of min_silence_ms, or spans would touch")
        if self.block_ms <= 0 or self.block_ms % FRAME_MS:
            raise ValueError(f"block_ms must be a multiple of {FRAME_MS}")


class SileroSpeechDetector:
    """Finds speech with Silero VAD v6 on one processor core.

    Raises MissingPartError where faster-whisper or onnxruntime is not installed, and WeightsError where the
    network is not the file we know.
    """

    def __init__(self, settings: SpeechSettings | None = None) -> None:
        self.settings = settings or SpeechSettings()
        data, digest = _checked()
        self._session = _session(data)
        options = {name: str(value) for name, value in asdict(self.settings).items() if name != "block_ms"}
        self.engine = Engine(
            name="silero-vad", version=importlib.metadata.version("onnxruntime"), weights=(digest,), options=options
        )

    def detect(self, audio: Audio, progress: Progress = no_progress) -> Speech:
        """Where somebody speaks; where each channel holds one voice, where anybody does on any channel."""
        if not audio.separate_channels:
            speech = self._detect(audio, None, progress)
            progress(1.0)
            return speech
        found: list[Span] = []
        for channel in range(audio.channels):
            found += self._detect(audio, channel, _part(progress, channel, audio.channels)).spans
        progress(1.0)
        return Speech(spans=union(found))

    def detect_channel(self, audio: Audio, channel: int) -> Speech:
        """Where somebody speaks on one channel, counted from 0."""
        return self._detect(audio, channel, no_progress)

    def _detect(self, audio: Audio, channel: int | None, progress: Progress) -> Speech:
        blocks = list(self.probabilities(audio, channel, progress))
        frames = np.concatenate(blocks) if blocks else np.zeros(0, np.float32)
        return Speech(spans=spans_of(frames, self.settings, audio.duration_ms))

    def probabilities(
        self, audio: Audio, channel: int | None = None, progress: Progress = no_progress
    ) -> Iterator[NDArray[np.float32]]:
        """Probability of speech in [0, 1] for each 32 ms, a block at a time, shape ``(frames,)``."""
        state = cell = np.zeros(STATE_SHAPE, np.float32)
        context = np.zeros(CONTEXT_SAMPLES, np.float32)
        for start in range(0, audio.duration_ms, self.settings.block_ms):
            span = Span(start_ms=start, end_ms=start + self.settings.block_ms)
            samples = audio.read(span, channel=channel)
            samples = np.pad(samples, (0, -len(samples) % FRAME_SAMPLES))
            inputs = {"input": _with_context(samples, context), "h": state, "c": cell}
            frames, state, cell = self._session.run(None, inputs)
            context = samples[-CONTEXT_SAMPLES:]
            progress(min(1.0, span.end_ms / audio.duration_ms))
            yield frames.reshape(-1)


def spans_of(probabilities: NDArray[np.float32], settings: SpeechSettings, duration_ms: int) -> tuple[Span, ...]:
    """Spans of speech from the probability of each 32 ms frame: hysteresis, then padding, cut to the recording."""
    spans: list[tuple[int, int]] = []
    start = quiet = -1
    for frame, probability in enumerate(probabilities.tolist()):
        now = frame * FRAME_MS
        if probability >= settings.threshold:
            quiet = -1
            start = now if start < 0 else start
        elif start >= 0 and probability < settings.silence_threshold:
            quiet = now if quiet < 0 else quiet
            if now - quiet >= settings.min_silence_ms:
                spans.append((start, quiet))
                start = quiet = -1
    if start >= 0:
        spans.append((start, duration_ms))
    kept = [(a, b) for a, b in spans if b - a > settings.min_speech_ms]
    pad = settings.pad_ms
    return tuple(Span(start_ms=max(0, a - pad), end_ms=min(duration_ms, b + pad)) for a, b in kept)


def _with_context(samples: NDArray[np.float32], context: NDArray[np.float32]) -> NDArray[np.float32]:
    """Each frame with the last samples of the one before it, shape ``(frames, 64 + 512)``."""
    frames = samples.reshape(-1, FRAME_SAMPLES)
    before = np.vstack([context[None], frames[:-1, -CONTEXT_SAMPLES:]])
    return np.concatenate([before, frames], axis=1)


def _part(progress: Progress, number: int, parts: int) -> Callable[[float], None]:
    """The progress of one of several equal parts."""
    return lambda fraction: progress((number + fraction) / parts)


def _weights_file() -> Path:
    """Where faster-whisper's wheel keeps the network; found without importing it."""
    found = importlib.util.find_spec("faster_whisper")
    if found is None or not found.submodule_search_locations:
        raise MissingPartError("faster-whisper is not installed; it carries the speech detector. Run `make install`.")
    return Path(found.submodule_search_locations[0]) / "assets" / "silero_vad_v6.onnx"


def _checked() -> tuple[bytes, Weights]:
    """The network's bytes and their digest, which was compared with the one in ``weights.toml``."""
    try:
        data = _weights_file().read_bytes()
    except OSError as error:
        raise WeightsError(f"{NAME} is missing. Install faster-whisper again.") from error
    return data, checked_bytes(NAME, FILE, data)


def _session(weights: bytes) -> Any:
    """An onnxruntime session on one thread."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(weights, options, providers=["CPUExecutionProvider"])
