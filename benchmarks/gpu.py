"""Real-time factor and memory of faster-whisper and pyannote with models of the real sizes, on a GPU or a processor.

    python -m benchmarks.gpu --device auto --minutes 10 --shape large-v3-turbo --batch 16
    python -m benchmarks.gpu --device cpu --minutes 1 --shape tiny

Prints one JSON object a line for each engine. The weights are random, so nothing is downloaded and nothing is read
rightly: the figures are about speed and memory, never about accuracy. The sound is the sample recording over and over.
Whisper reads the stretches that the program would give it, cut where voices truly change, and writes as many tokens
for each as speech of their mean length has. Each engine runs once, cold, in a process of its own. Memory of the GPU
is the driver's figure and holds what CUDA itself takes.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.gpu_engine import ENGINES, Job, sound
from benchmarks.gpu_memory import GpuMemoryWatch
from benchmarks.made_whisper import SHAPES, write_whisper
from benchmarks.process_tree import measured
from models.adapters.machine_probe import nvidia_gpus
from models.adapters.pyav_decoder import PyavDecoder
from models.adapters.silero_speech_detector import SileroSpeechDetector
from models.records.audio import SAMPLE_RATE
from models.records.speech import Turn, Turns
from pipelines.demo import demo_recording, demo_references
from pipelines.evaluation.timed_lines import read_rttm
from pipelines.stages.transcribe import stretches

RANDOM = "random: these figures say nothing about accuracy"
CLIP_MS = 30_000
TOKENS_PER_SECOND = 4.0
LEAST_TOKENS, MOST_TOKENS = 4, 224
"""What Whisper may write for one stretch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """The recording on disk, its length in seconds, and the stretches to read in ms."""

    pcm: Path
    seconds: float
    stretches: tuple[tuple[int, int], ...]

    @property
    def mean_seconds(self) -> float:
        """The mean length of a stretch."""
        return sum(end - start for start, end in self.stretches) / 1000 / max(1, len(self.stretches))


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the rows; 1 where an engine failed, whose row then holds ``error``."""
    given = _given(arguments)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        material = made_material(folder, given.minutes)
        rows = []
        for engine in ENGINES if given.engine == "both" else (given.engine,):
            rows.append(row(engine, folder, material, given))
            print(json.dumps(rows[-1]), flush=True)
    return int(any("error" in found for found in rows))


def _given(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--shape", choices=sorted(SHAPES), default="large-v3-turbo", help="of the Whisper model")
    parser.add_argument("--batch", type=int, default=16, help="stretches, or windows, looked at together")
    parser.add_argument("--engine", choices=("both", *ENGINES), default="both")
    parser.add_argument("--tokens-per-second", type=float, default=TOKENS_PER_SECOND, help="written for speech")
    return parser.parse_args(arguments)


def made_material(folder: Path, minutes: float) -> Material:
    """Loop the sample recording to that length and cut it as the program would."""
    decoded = folder / "sample"
    decoded.mkdir()
    sample = PyavDecoder(channels="mix").decode(demo_recording(), decoded).read()
    frames = int(minutes * 60 * SAMPLE_RATE)
    pcm = folder / "sound.pcm"
    (np.resize(sample, frames) * 32767).astype("<i2").tofile(pcm)
    audio = sound(pcm)
    turns = _looped_turns(len(sample) * 1000 // SAMPLE_RATE, audio.duration_ms)
    cut = stretches(SileroSpeechDetector().detect(audio), turns, CLIP_MS)
    return Material(
        pcm=pcm, seconds=frames / SAMPLE_RATE, stretches=tuple((span.start_ms, span.end_ms) for span in cut)
    )


def _looped_turns(round_ms: int, duration_ms: int) -> Turns:
    """The true turns of the sample recording, over and over."""
    (voices,) = read_rttm(demo_references()[1]).values()
    found = tuple(
        Turn(start_ms=turn.start_ms + start, end_ms=min(turn.end_ms + start, duration_ms), speaker=turn.speaker)
        for start in range(0, duration_ms, round_ms)
        for turn in voices
        if turn.start_ms + start < duration_ms
    )
    return Turns(turns=found, exclusive=found)


def row(engine: str, folder: Path, material: Material, given: argparse.Namespace) -> dict[str, Any]:
    """Make the engine's model, run it on the recording, and say what it took."""
    shape, model = made_model(engine, folder, given.shape)
    tokens = min(MOST_TOKENS, max(LEAST_TOKENS, round(given.tokens_per_second * material.mean_seconds)))
    job = Job(
        engine=engine,
        folder=str(model),
        pcm=str(material.pcm),
        stretches=material.stretches,
        device=given.device,
        batch=given.batch,
        longest_tokens=SHAPES[given.shape].longest_tokens(tokens),
    )
    asked = {"engine": engine, "shape": shape, "weights": RANDOM, "minutes": given.minutes, "batch": given.batch}
    if engine == "faster-whisper":
        asked |= {"stretches": len(material.stretches), "tokens_per_stretch": tokens}
    return asked | run(job, folder / f"{engine}.json", material.seconds)


def made_model(engine: str, folder: Path, shape: str) -> tuple[str, Path]:
    """Write the engine's model with random weights; the name of its shape, and its folder."""
    if engine == "faster-whisper":
        return shape, write_whisper(folder / f"made-{shape}", SHAPES[shape])
    from benchmarks import made_pyannote  # needs torch, which this process does without unless it is asked for

    name = "tiny" if shape == "tiny" else "community-1"
    (made_pyannote.save if name == "tiny" else made_pyannote.save_real_shapes)(folder / f"made-{name}")
    made_pyannote.convert(folder, f"made-{name}")
    return name, folder / f"made-{name}"


def run(job: Job, path: Path, seconds: float) -> dict[str, Any]:
    """What one engine took for a recording of so many seconds, or ``error``."""
    with GpuMemoryWatch() as watch:
        done = measured([sys.executable, "-m", "benchmarks.gpu_engine", job.write(path)])
    said = done.output.strip().splitlines()
    if done.exit_code:
        told = json.loads(said[-1]) if said and said[-1].startswith("{") else {}
        return {"error": told.get("error", f"it ended with exit code {done.exit_code}")}
    found: dict[str, Any] = json.loads(said[-1])
    on_gpu = found["device"] == "cuda"
    return found | {
        "gpu": (nvidia_gpus() or (None,))[0] if on_gpu else None,
        "load_seconds": round(found["load_seconds"], 1),
        "seconds": round(found["seconds"], 1),
        "real_time_factor": round(found["seconds"] / seconds, 4),
        "peak_gpu_mb": watch.peak_mb if on_gpu else None,
        "gpu_memory_of": watch.of if on_gpu else None,
        "peak_memory_mb": round(done.peak_mb),
    }


if __name__ == "__main__":
    sys.exit(main())
