"""How well recordings are split by voice, against hand references: `python -m benchmarks.voices AUDIO_FOLDER`.

Prints diarization error rate with a collar of 0.25 s on each side and with none, its parts (missed, false alarm,
confusion), voices found, and seconds of work for a second of sound, beside "one speaker for everything".
Errors are added up over files before they are divided. Needs the `evaluate` extra.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.made_recordings import decoded
from models.adapters.channel_diarizer import ChannelDiarizer
from models.adapters.onnx_diarizer import EmbeddedDiarizer
from models.ports import Diarizer
from models.records.audio import SAMPLE_RATE, Audio
from models.records.provenance import Engine
from models.records.span import Span
from models.records.speech import SpeakerCount, Speech, Turns

if TYPE_CHECKING:
    from numpy.typing import NDArray

COLLARS = {"±0.25 s": 0.5, "none": 0.0}
"""pyannote.metrics takes the whole width."""
AMI = ("trn03", "trn04", "dev00", "dev01")
"""Settings were chosen on trn03 and trn04, and on mixtures of other voices; dev00 and dev01 were not looked at."""
COUNTED = {
    "katiesteve.wav": 2,
    "commercial_mono.wav": 2,
    "jfk.flac": 1,
    "libri-1088-134315-0000.wav": 1,
    "2412-153948-0000.flac": 1,
    "2412-153948-0001.flac": 1,
}
FALCON = ((1700, 3900, "first"), (6200, 11100, "second"), (12800, 18000, "third"))

FLITE_LINES = (
    "Thank you for making the time today. How have things been since we last met?",
    "Up and down. The mornings are still the hardest part.",
    "What is it about the mornings?",
    "He will not get dressed, and then we are late, and I end up shouting.",
    "It sounds as if you would like those mornings to go differently.",
    "Yes. I would. I do not like being that person.",
    "What has helped, even a little?",
    "When his sister lays the clothes out with him the night before, it is easier.",
)


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A recording with who really speaks when, ``truth`` empty where only the number of voices is known."""

    name: str
    group: str
    samples: NDArray[np.float32]
    truth: tuple[tuple[int, int, str], ...]
    voices: int


def main() -> int:
    """Print the table, or one JSON object with ``--json``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="the folder with the recordings and ami.rttm")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--given", action="store_true", help="tell the diarizer how many voices there are")
    parser.add_argument("--only", default="", help="only samples whose name contains this")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    diarizer = EmbeddedDiarizer(threads=arguments.threads)
    rows = [
        judge(sample, diarizer, arguments.given)
        for sample in samples(arguments.folder)
        if arguments.only in sample.name
    ]
    print(json.dumps(rows, indent=1) if arguments.json else table(rows))
    return 0


def samples(folder: Path) -> Iterator[Sample]:
    """Every recording of the benchmark."""
    for name in AMI:
        truth = read_rttm(folder / "ami.rttm", name)
        yield _sample(name, "AMI", read(folder / f"{name}.wav"), truth)
    call = _carried("pyannote.audio", "sample/sample.wav")
    if call:
        yield _sample("telephone call", "call", read(call), read_rttm(call.with_suffix(".rttm"), "sample"))
    yield _sample("three voices in turn", "falcon", read(folder / "falcon_three_speakers.wav"), FALCON)
    if shutil.which("flite"):
        for voices in (("slt", "rms"), ("awb", "slt"), ("rms", "awb", "slt")):
            sound, truth = flite_mixture(voices)
            yield _sample(f"flite {' '.join(voices)}", "flite", sound, truth)
    for file, voices_there in COUNTED.items():
        yield Sample(name=file, group="count", samples=read(folder / file), truth=(), voices=voices_there)
    yield Sample(
        name="stereo_diarization.wav",
        group="channels",
        samples=read(folder / "stereo_diarization.wav", channels=2),
        truth=(),
        voices=2,
    )


def _sample(name: str, group: str, sound: NDArray[np.float32], truth: tuple[tuple[int, int, str], ...]) -> Sample:
    return Sample(name=name, group=group, samples=sound, truth=truth, voices=len({speaker for *_, speaker in truth}))


def _carried(package: str, inside: str) -> Path | None:
    """A file inside an installed package, without importing it."""
    try:
        spec = importlib.util.find_spec(package.partition(".")[0])
    except ImportError:
        return None
    for place in (spec.submodule_search_locations or ()) if spec else ():
        file = Path(place, *package.split(".")[1:], inside)
        if file.is_file():
            return file
    return None


def read(file: Path, channels: int = 1) -> NDArray[np.float32]:
    """16 kHz samples, ``(frames,)`` averaged over channels, or ``(frames, channels)``."""
    import av

    with av.open(str(file)) as container:
        resampler = av.AudioResampler(format="fltp", layout="mono" if channels == 1 else "stereo", rate=SAMPLE_RATE)
        frames = [out.to_ndarray() for frame in container.decode(audio=0) for out in resampler.resample(frame)]
        frames += [out.to_ndarray() for out in resampler.resample(None)]
    sound = np.concatenate(frames, axis=1).astype(np.float32)
    return sound[0] if channels == 1 else np.ascontiguousarray(sound.T)


def read_rttm(file: Path, name: str) -> tuple[tuple[int, int, str], ...]:
    """``(start_ms, end_ms, speaker)`` of one recording."""
    fields = [line.split() for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    return tuple(
        (round(float(f[3]) * 1000), round((float(f[3]) + float(f[4])) * 1000), f[7]) for f in fields if f[1] == name
    )


def flite_mixture(voices: tuple[str, ...]) -> tuple[NDArray[np.float32], tuple[tuple[int, int, str], ...]]:
    """The lines spoken by the voices in turn, 0.3 s apart, every fourth one 0.4 s too early, in faint noise."""
    sound = np.zeros(90 * SAMPLE_RATE, dtype=np.float32)
    truth, at = [], SAMPLE_RATE // 2
    for number, line in enumerate(FLITE_LINES):
        voice = voices[number % len(voices)]
        spoken = _flite(voice, line)
        if number % 4 == 3:
            at -= int(0.7 * SAMPLE_RATE)
        sound[at : at + len(spoken)] += spoken
        truth.append((at * 1000 // SAMPLE_RATE, (at + len(spoken)) * 1000 // SAMPLE_RATE, voice))
        at += len(spoken) + int(0.3 * SAMPLE_RATE)
    sound = sound[: at + SAMPLE_RATE // 2]
    return sound + np.random.default_rng(5).normal(0, 5e-4, len(sound)).astype(np.float32), tuple(truth)


def _flite(voice: str, line: str) -> NDArray[np.float32]:
    """One line, silence at both ends cut off, at one loudness for every voice."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "line.wav"
        subprocess.run(["flite", "-voice", voice, "-t", line, "-o", str(file)], check=True)
        sound = read(file)
    loud = np.flatnonzero(np.abs(sound) > 0.02 * np.abs(sound).max())
    sound = sound[loud[0] : loud[-1] + 1]
    return (sound / np.sqrt(np.mean(sound**2)) * 0.05).astype(np.float32)


def judge(sample: Sample, diarizer: Diarizer, given: bool) -> dict[str, Any]:
    """One row: counts in seconds that add up over files, and what the run took."""
    count = SpeakerCount(exact=sample.voices) if given else SpeakerCount()
    engine = ChannelDiarizer(_silero, Engine(name="silero-vad", version="6")) if sample.samples.ndim == 2 else diarizer
    with tempfile.TemporaryDirectory() as folder:
        separate = sample.samples.ndim == 2
        audio = decoded(Path(folder) / "sound.pcm", sample.samples, separate=separate)
        speech = _silero(audio, None)
        wall, work = time.perf_counter(), time.process_time()
        turns = engine.diarize(audio, speech, count)
        wall, work = time.perf_counter() - wall, time.process_time() - work
    seconds = len(sample.samples) / SAMPLE_RATE
    row: dict[str, Any] = {"name": sample.name, "group": sample.group, "seconds": seconds, "wall": wall, "cpu": work}
    row |= {"voices": sample.voices, "found": len(turns.speakers)}
    if sample.truth:
        for label, collar in COLLARS.items():
            row[label] = errors(sample.truth, _said(turns), seconds, collar)
            everything = tuple((span.start_ms, span.end_ms, "one") for span in speech.spans)
            row[f"one speaker, {label}"] = errors(sample.truth, everything, seconds, collar)
    return row


def _said(turns: Turns) -> tuple[tuple[int, int, str], ...]:
    return tuple((turn.start_ms, turn.end_ms, turn.speaker) for turn in turns.turns)


def _silero(audio: Audio, channel: int | None) -> Speech:
    from faster_whisper.vad import VadOptions, get_speech_timestamps

    options = VadOptions(min_silence_duration_ms=150, speech_pad_ms=60)
    found = get_speech_timestamps(audio.read(channel=channel), options)
    return Speech(
        spans=tuple(
            Span(start_ms=f["start"] * 1000 // SAMPLE_RATE, end_ms=f["end"] * 1000 // SAMPLE_RATE) for f in found
        )
    )


def errors(
    truth: tuple[tuple[int, int, str], ...], said: tuple[tuple[int, int, str], ...], seconds: float, collar: float
) -> dict[str, float]:
    """Seconds of reference speech, missed, false alarm and confusion (pyannote.metrics, overlap scored)."""
    from pyannote.core import Segment, Timeline
    from pyannote.metrics.diarization import DiarizationErrorRate

    whole = Timeline([Segment(0, seconds)])
    found = DiarizationErrorRate(collar=collar)(_annotation(truth), _annotation(said), uem=whole, detailed=True)
    names = {"total": "total", "missed detection": "missed", "false alarm": "false_alarm", "confusion": "confusion"}
    return {ours: float(found[theirs]) for theirs, ours in names.items()}


def _annotation(turns: tuple[tuple[int, int, str], ...]) -> Any:
    from pyannote.core import Annotation, Segment

    annotation = Annotation()
    for number, (start, end, speaker) in enumerate(turns):
        annotation[Segment(start / 1000, end / 1000), number] = speaker
    return annotation


def table(rows: list[dict[str, Any]]) -> str:
    """The rows as text, pooled rows below."""
    lines = [f"{'':26}voices  DER ±0.25 s (missed, false alarm, confusion)  DER no collar  one speaker  CPU/s  wall/s"]
    lines += [_line(row["name"], [row]) for row in rows]
    pools = {
        "AMI, all four": [row for row in rows if row["group"] == "AMI"],
        "AMI dev00 + dev01": [row for row in rows if row["name"] in ("dev00", "dev01")],
        "AMI trn03 + trn04 (chosen on)": [row for row in rows if row["name"] in ("trn03", "trn04")],
        "all with a reference": [row for row in rows if "none" in row],
        "everything": rows,
    }
    lines += ["", *(_line(name, pool) for name, pool in pools.items() if pool)]
    return "\n".join(lines)


def _line(name: str, rows: list[dict[str, Any]]) -> str:
    right = sum(row["found"] == row["voices"] for row in rows)
    voices = f"{rows[0]['found']}/{rows[0]['voices']}" if len(rows) == 1 else f"{right} of {len(rows)} right"
    seconds = sum(row["seconds"] for row in rows)
    cost = f"{sum(r['cpu'] for r in rows) / seconds:5.3f}  {sum(r['wall'] for r in rows) / seconds:5.3f}"
    known = [row for row in rows if "none" in row]
    rates = " " * 58
    if known:
        parts = ", ".join(f"{_rate(known, '±0.25 s', (p,)):.3f}" for p in ("missed", "false_alarm", "confusion"))
        rates = f"{_rate(known, '±0.25 s'):.3f} ({parts})   {_rate(known, 'none'):.3f}   "
        rates += f"{_rate(known, 'one speaker, ±0.25 s'):.3f}"
    return f"{name:30} {voices:16} {rates:58} {cost}"


def _rate(
    rows: list[dict[str, Any]], label: str, parts: tuple[str, ...] = ("missed", "false_alarm", "confusion")
) -> float:
    return sum(row[label][part] for row in rows for part in parts) / sum(row[label]["total"] for row in rows)


if __name__ == "__main__":
    sys.exit(main())
