"""Prints every figure of the README, one benchmark after the other: `make bench`, or `-m benchmarks.all [NAME ...]`.

Those that need recordings beside the checkout (../shared/data) are left out, saying so, where these are not there.
An hour-long recording takes about a quarter of an hour on two cores, and 10,000 damaged files about an hour.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared" / "data"
PYTHON = sys.executable
PRACTICE = Path(PYTHON).with_name("practice")
UNHEARD = sorted((ROOT / "benchmarks" / "unheard_sessions").glob("*.json"))
"""Sessions on which nothing about the check list was chosen."""

BENCHMARKS = {
    "demo": [PYTHON, "-m", "benchmarks.demo"],
    "voices": [PYTHON, "-m", "benchmarks.voices", SHARED / "audio"],
    "checks": [PYTHON, "-m", "benchmarks.checks", *UNHEARD],
    "long": [PYTHON, "-m", "benchmarks.long_recording", "--minutes", "60"],
    "blobs": [PYTHON, "-m", "benchmarks.blobs"],
    "hostile": [PYTHON, "benchmarks/hostile_media.py", "--files", "300"],
    "coder": [PYTHON, "-m", "benchmarks.coder"],
    "sessions": [PRACTICE, "evaluate", "coder", "--data", ROOT / "benchmarks" / "held_out_sessions", "--quiet"],
    "contrasts": [
        PRACTICE,
        "evaluate",
        "coder",
        "--contrasts",
        ROOT / "tests" / "coder" / "contrasts.jsonl",
        "--quiet",
    ],
    "judge": [PYTHON, "-m", "benchmarks.judge"],
    "swaps": [PYTHON, "-m", "benchmarks.judge_swaps"],
    "audit": [PYTHON, "-m", "benchmarks.audit"],
    "load": [PYTHON, "-m", "benchmarks.load"],
    "fresh": [PYTHON, "-m", "benchmarks.all", "--fresh-clone"],
}


def main() -> int:
    """Run those named, or all; the exit code is the number that failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", choices=[*BENCHMARKS, []], help="which; all where none is named")
    parser.add_argument("--fresh-clone", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.fresh_clone:
        return fresh_clone()
    failed = 0
    for name in given.names or BENCHMARKS:
        command = BENCHMARKS[name]
        print(f"\n== {name}: {' '.join(Path(str(part)).name for part in command[1:])}", flush=True)
        needed = [part for part in command if isinstance(part, Path) and SHARED in part.parents]
        if not all(part.exists() for part in needed):
            print("left out: its recordings are not beside this checkout")
            continue
        failed += subprocess.run([str(part) for part in command], cwd=ROOT, check=False).returncode != 0
    return failed


def fresh_clone() -> int:
    """`make demo` from a fresh clone, set-up included, timed by the shell."""
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "practice"
        subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
        return subprocess.run(["bash", "-c", "time make demo"], cwd=clone, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
