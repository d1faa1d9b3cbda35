"""Speaker diarization with pyannote.audio, from a local folder of converted weights."""

from __future__ import annotations

import logging
import warnings
from importlib.metadata import version
from pathlib import Path
from typing import Any

from models.adapters import pyannote_networks
from models.errors import EngineError, MissingPartError
from models.ports import Progress, no_progress
from models.records.audio import SAMPLE_RATE, Audio
from models.records.provenance import Engine
from models.records.speech import SpeakerCount, Speech, Turn, Turns

DEVICES = ("auto", "cpu", "cuda")
_STEPS = {"segmentation": (0.0, 0.3), "embeddings": (0.3, 0.95)}
_LOG = logging.getLogger(__name__)


class PyannoteDiarizer:
    """pyannote's SpeakerDiarization pipeline. ``folder`` is the entry's folder in the models folder, converted.

    ``device`` is one of `DEVICES`; ``batch`` the number of windows looked at together, halved for the rest of this
    object's life when memory runs out. Building it imports torch and checks the SHA-256 of every file. Embeddings are
    voiceprints: they stay inside one call of `diarize` and are dropped there. Raises WeightsError, MissingPartError.
    """

    def __init__(self, folder: Path, *, device: str = "auto", batch: int = 32) -> None:
        if device not in DEVICES or batch < 1:
            raise ValueError(f"device must be one of {', '.join(DEVICES)}, and batch at least 1")
        proofs = pyannote_networks.check_files(folder)
        pyannote_networks.prepare_process()
        import torch

        if device == "cuda" and not torch.cuda.is_available():
            raise MissingPartError("torch sees no CUDA GPU. Use the device cpu, or see docs/gpu.md.")
        self.device = "cuda" if device != "cpu" and torch.cuda.is_available() else "cpu"
        self.batch = batch
        self._pipeline = pyannote_networks.build_pipeline(folder, batch).to(torch.device(self.device))
        self.engine = Engine(
            name="pyannote", version=version("pyannote.audio"), weights=proofs, options={"device": self.device}
        )

    def diarize(self, audio: Audio, speech: Speech, count: SpeakerCount, progress: Progress = no_progress) -> Turns:
        """Who speaks when, in the whole recording. No speech gives no turns. Raises EngineError."""
        if not speech.spans:
            progress(1.0)
            return Turns(turns=(), exclusive=())
        said = self._run(audio, count, progress)
        turns = _turns(said.speaker_diarization, audio.duration_ms)
        exclusive = _turns(said.exclusive_speaker_diarization, audio.duration_ms)
        progress(1.0)
        return named_in_order(turns, exclusive)

    def _run(self, audio: Audio, count: SpeakerCount, progress: Progress) -> Any:
        import torch

        sound = {"waveform": torch.from_numpy(audio.read())[None], "sample_rate": SAMPLE_RATE, "uri": "recording"}
        hints = {"num_speakers": count.exact} if count.exact else _bounds(count)
        while True:
            self._pipeline.segmentation_batch_size = self._pipeline.embedding_batch_size = self.batch
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    return self._pipeline(sound, hook=_hook(progress), **hints)
            except (RuntimeError, MemoryError) as error:
                if not out_of_memory(error):
                    raise EngineError(f"pyannote failed ({type(error).__name__}). Try the device cpu.") from error
                self._halve(error)

    def _halve(self, error: BaseException) -> None:
        import torch

        if self.batch == 1:
            raise EngineError(
                "pyannote ran out of memory even one window at a time. Use the device cpu, or a shorter recording."
            ) from error
        self.batch //= 2
        _LOG.warning("pyannote ran out of memory; going on with a batch of %d", self.batch)
        if self.device == "cuda":
            torch.cuda.empty_cache()


def out_of_memory(error: BaseException) -> bool:
    """Whether an error says that memory ran out, on the GPU or on the CPU."""
    text = str(error)
    names = {kind.__name__ for kind in type(error).__mro__}
    said = "out of memory" in text or "can't allocate memory" in text
    return isinstance(error, MemoryError) or "OutOfMemoryError" in names or said


def named_in_order(turns: tuple[Turn, ...], exclusive: tuple[Turn, ...]) -> Turns:
    """Call the voices SPEAKER_00, SPEAKER_01 ... in order of first speech, whatever they were called."""
    first: dict[str, str] = {}
    for turn in (*turns, *exclusive):
        first.setdefault(turn.speaker, f"SPEAKER_{len(first):02d}")

    def renamed(given: tuple[Turn, ...]) -> tuple[Turn, ...]:
        return tuple(Turn(start_ms=t.start_ms, end_ms=t.end_ms, speaker=first[t.speaker]) for t in given)

    return Turns(turns=renamed(turns), exclusive=renamed(exclusive))


def _bounds(count: SpeakerCount) -> dict[str, int]:
    return {"min_speakers": count.least, "max_speakers": count.most}


def _turns(annotation: Any, duration_ms: int) -> tuple[Turn, ...]:
    found = []
    for segment, _, speaker in annotation.itertracks(yield_label=True):
        start = min(max(0, round(segment.start * 1000)), duration_ms)
        end = min(round(segment.end * 1000), duration_ms)
        if start < end:
            found.append(Turn(start_ms=start, end_ms=end, speaker=str(speaker)))
    return tuple(sorted(found, key=lambda turn: (turn.start_ms, turn.end_ms, turn.speaker)))


def _hook(progress: Progress) -> Any:
    def told(step: str, _: Any, *, completed: int | None = None, total: int | None = None, **__: Any) -> None:
        if step in _STEPS and total:
            start, end = _STEPS[step]
            progress(start + (end - start) * min(1.0, (completed or 0) / total))

    return told
