"""The whole chain on a long recording: real-time factor and peak memory of all processes.

    python -m benchmarks.long_recording --minutes 60
    python -m benchmarks.long_recording --minutes 5 360 --decode-only    what is opened first, at both ends

The recording is the sample recording over and over, each round a little louder or softer than the last, as WAV.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import wave
from pathlib import Path

import numpy as np

from benchmarks.process_tree import measured
from models.adapters.pyav_decoder import PyavDecoder
from models.records.audio import SAMPLE_RATE
from pipelines.demo import demo_recording

_DECODE = """
import sys
from pathlib import Path
from models.adapters.pyav_decoder import PyavDecoder
print(PyavDecoder().decode(Path(sys.argv[1]), Path(sys.argv[2])).duration_ms)
"""


def main() -> None:
    """Print a row for each length as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=int, nargs="+", default=[60])
    parser.add_argument("--decode-only", action="store_true", help="measure the decoding alone")
    given = parser.parse_args()
    for minutes in given.minutes:
        with tempfile.TemporaryDirectory() as folder:
            measured_row = decoded_row if given.decode_only else row
            print(json.dumps(measured_row(minutes, Path(folder)), indent=2))


def decoded_row(minutes: int, folder: Path) -> dict[str, object]:
    """Decode a recording of so many minutes, in the decoder's own child process, and say how long it took."""
    source = folder / "long.wav"
    write_recording(source, minutes)
    run = measured([sys.executable, "-c", _DECODE, source, folder])
    if run.exit_code:
        raise SystemExit(f"the decoding failed with exit code {run.exit_code}")
    return {
        "minutes": minutes,
        "decoded_minutes": float(run.output) / 60_000,
        "real_time_factor": round(run.seconds / (minutes * 60), 4),
        "peak_memory_mb": round(run.peak_mb),
    }


def row(minutes: int, folder: Path) -> dict[str, object]:
    """Analyse a recording of so many minutes and say how long it took."""
    source = folder / "long.wav"
    write_recording(source, minutes)
    practice = Path(sys.executable).with_name("practice")
    run = measured([practice, "analyse", source, "--out", folder / "out", "--engine", "moonshine", "--json"])
    if run.exit_code:
        raise SystemExit(f"the analysis failed with exit code {run.exit_code}")
    session = json.loads((folder / "out" / "session.json").read_text("utf-8"))
    return {
        "minutes": minutes,
        "real_time_factor": round(run.seconds / (minutes * 60), 3),
        "peak_memory_mb": round(run.peak_mb),
        "voices": len(session["speakers"]),
        "stages": {stage["stage"]: stage["real_time_factor"] for stage in session["stages"]},
        "report_mb": round((folder / "out" / "report.html").stat().st_size / 1e6, 1),
    }


def write_recording(path: Path, minutes: int) -> None:
    """Loop the sample recording to a 16 kHz mono WAV of that length."""
    with tempfile.TemporaryDirectory() as folder:
        samples = PyavDecoder().decode(demo_recording(), Path(folder)).read()
    random = np.random.default_rng(0)
    left = minutes * 60 * SAMPLE_RATE
    with wave.open(str(path), "wb") as out:
        out.setparams((1, 2, SAMPLE_RATE, 0, "NONE", ""))
        while left > 0:
            part = samples[:left] * random.uniform(0.5, 0.9)
            out.writeframes((part * 32767).astype("<i2").tobytes())
            left -= len(part)


if __name__ == "__main__":
    main()
