"""Memory does not grow with the recording: the child holds as much for an hour as for five minutes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.made_recordings import recording

ROOT = Path(__file__).parents[2]
MEASURE = (
    "import resource,sys;from pathlib import Path;from models.adapters.pyav_decoder import PyavDecoder;"
    "audio=PyavDecoder().decode(Path(sys.argv[1]),Path(sys.argv[2]));"
    "print(audio.duration_ms, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss,"
    "resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
)


def measured(minutes: int, folder: Path) -> tuple[int, int, int]:
    """Length in ms, and the largest memory of child and parent in KiB."""
    source = folder / f"{minutes}.mp3"
    source.write_bytes(recording("mp3", 60) * minutes)
    command = [sys.executable, "-c", MEASURE, str(source), str(folder / f"{minutes}-out")]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    length, child, parent = answer.stdout.split()
    return int(length), int(child), int(parent)


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_memory_is_the_same_for_five_minutes_and_an_hour(tmp_path: Path) -> None:
    """Twelve times the length takes no more than a tenth more memory, in the child and in the parent."""
    short, long = measured(5, tmp_path), measured(60, tmp_path)
    assert long[0] == pytest.approx(3_600_000, abs=5000)
    assert long[1] < short[1] * 1.1
    assert long[2] < short[2] * 1.1
