"""One engine, once, in a process of its own: `python -m benchmarks.gpu_engine JOB.json`, started by benchmarks.gpu.

CTranslate2 and torch may bring two versions of cuDNN, which must not meet in one process.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from models.errors import PracticeError
from models.records.audio import BYTES_PER_SAMPLE, SAMPLE_RATE, Audio, Recording
from models.records.span import Span
from models.records.speech import SpeakerCount, Speech

ENGINES = ("faster-whisper", "pyannote")
NEVER = 1e9
"""A limit that no reading passes: noise would be taken for a loop, and read a second time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What to run: an engine of `ENGINES`, its model's folder, 16 kHz mono samples, and where somebody speaks in them.

    ``stretches`` are start and end in ms. ``longest_tokens`` is Whisper's limit for each, ``batch`` how many are read
    together.
    """

    engine: str
    folder: str
    pcm: str
    stretches: tuple[tuple[int, int], ...]
    device: str
    batch: int
    longest_tokens: int

    def write(self, path: Path) -> Path:
        """Save it as JSON."""
        path.write_text(json.dumps(asdict(self)), encoding="utf-8")
        return path


def main() -> int:
    """Print one JSON object on the last line: seconds and what came out, or ``error`` with a sentence."""
    job = Job(**json.loads(Path(sys.argv[1]).read_text("utf-8")))
    try:
        print(json.dumps(transcribed(job) if job.engine == "faster-whisper" else diarized(job)))
    except PracticeError as error:
        print(json.dumps({"error": str(error)}))
        return 1
    return 0


def transcribed(job: Job) -> dict[str, Any]:
    """Whisper over every stretch."""
    from models.adapters.faster_whisper_transcriber import FasterWhisperTranscriber, WhisperSettings

    settings = WhisperSettings(
        device=job.device,
        batch=job.batch,
        compression_ratio=NEVER,
        no_speech=1.0,
        stall_ms=int(NEVER),
        longest_tokens=job.longest_tokens,
    )
    begun = time.perf_counter()
    engine = FasterWhisperTranscriber(Path(job.folder), settings)
    loaded = time.perf_counter()
    words = engine.transcribe(sound(Path(job.pcm)), spans(job))
    done = time.perf_counter()
    return {
        "device": engine.engine.options["device"],
        "compute_type": engine.engine.options["compute_type"],
        "batch_at_end": engine._batch,
        "load_seconds": loaded - begun,
        "seconds": done - loaded,
        "words": len(words.words),
    }


def diarized(job: Job) -> dict[str, Any]:
    """pyannote over the whole recording, told that there are two voices."""
    from models.adapters.pyannote_diarizer import PyannoteDiarizer

    begun = time.perf_counter()
    engine = PyannoteDiarizer(Path(job.folder), device=job.device, batch=job.batch)
    loaded = time.perf_counter()
    turns = engine.diarize(sound(Path(job.pcm)), Speech(spans=spans(job)), SpeakerCount(exact=2))
    done = time.perf_counter()
    return {
        "device": engine.device,
        "compute_type": "float32",
        "batch_at_end": engine.batch,
        "load_seconds": loaded - begun,
        "seconds": done - loaded,
        "turns": len(turns.turns),
    }


def spans(job: Job) -> tuple[Span, ...]:
    """The stretches as spans."""
    return tuple(Span(start_ms=start, end_ms=end) for start, end in job.stretches)


def sound(pcm: Path) -> Audio:
    """Decoded audio over a file of 16-bit samples at 16 kHz, one channel."""
    size = pcm.stat().st_size
    frames = size // BYTES_PER_SAMPLE
    recording = Recording(
        sha256="",
        size_bytes=size,
        container="wav",
        codec="pcm_s16le",
        channels=1,
        sample_rate_hz=SAMPLE_RATE,
        duration_ms=frames * 1000 // SAMPLE_RATE,
    )
    return Audio(
        recording=recording, pcm=pcm, channels=1, frames=frames, gain_db=0.0, separate_channels=False, advice=()
    )


if __name__ == "__main__":
    sys.exit(main())
