"""Sends the sample recording through the service that runs on this machine, as a worker would.

    python -m benchmarks.debian.sample FILE.env

The people and the session are made by the use cases, in the installation that the file of settings names; the recording
goes over HTTP.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from benchmarks.load import job_of, uploaded
from benchmarks.load_people import filled

PATIENCE_S = 1800


def main() -> int:
    """Print the session's states as they come; 0 where it got ready."""
    lines = Path(sys.argv[1]).read_text("utf-8").splitlines()
    told = dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    visitor, port, begun, before = filled(told, 1, 1)[0], int(told["PRACTICE_PORT"]), time.monotonic(), ""
    uploaded(port, visitor)
    while time.monotonic() < begun + PATIENCE_S:
        state = job_of(port, visitor, visitor.agreed).split()[0]
        if state != before:
            print(f"{time.monotonic() - begun:.0f} s: {state}", flush=True)
        if state in ("done", "failed", "cancelled"):
            return int(state != "done")
        before = state
        time.sleep(1)
    return 1


if __name__ == "__main__":
    sys.exit(main())
