"""How fast the embedded coder is: `python -m benchmarks.coder [--weights DIR] [--threads 2]`.

Each row comes from a fresh process. The 5,000 lines are the written sessions of pipelines/training/coder/data, one
after the other, each coded as a conversation of its own; lines alike within one are read once, as in real use.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from itertools import cycle
from pathlib import Path

DATA = Path(__file__).resolve().parent.parent / "pipelines" / "training" / "coder" / "data" / "sessions"
MEBIBYTE = 1 << 20
TARGETS = {"load_seconds": "< 2", "lines_per_second": ">= 150", "peak_mebibytes": "< 500"}


def main() -> None:
    """Print the rows as JSON, with the target of each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", type=Path, help="a folder of weights; without it, those of the program")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--lines", type=int, default=5000)
    parser.add_argument("--only", choices=["load", "code"], help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.only:
        print(json.dumps(measure(given.weights, given.threads, given.lines if given.only == "code" else 0)))
        return
    rows: dict[str, float] = {}
    for part in ("load", "code"):
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.coder", "--only", part, *sys.argv[1:]], check=True, capture_output=True
        )
        rows |= json.loads(done.stdout)
    print(json.dumps({name: {"found": value, "target": TARGETS.get(name)} for name, value in rows.items()}, indent=2))


def measure(weights: Path | None, threads: int, lines: int) -> dict[str, float]:
    """Load the coder in this process, from the first import on; with lines to code, code them and look at memory."""
    started = time.perf_counter()
    from models.adapters.onnx_coder import OnnxCoder

    coder = OnnxCoder(weights, threads)
    loaded = time.perf_counter() - started
    if not lines:
        return {"load_seconds": round(loaded, 2)}
    from pipelines.labelled.devset import read_session

    sessions = [read_session(path).conversation for path in sorted(DATA.glob("*.json"))]
    coder.code(sessions[0])
    count, seconds, slowest = 0, 0.0, 0.0
    for session in cycle(sessions):
        if count >= lines:
            break
        started = time.perf_counter()
        coder.code(session)
        taken = time.perf_counter() - started
        count, seconds, slowest = count + len(session.lines), seconds + taken, max(slowest, taken / len(session.lines))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return {
        "lines": count,
        "lines_per_second": round(count / seconds, 1),
        "slowest_conversation_lines_per_second": round(1 / slowest, 1),
        "peak_mebibytes": round(peak / MEBIBYTE, 1),
    }


if __name__ == "__main__":
    main()
