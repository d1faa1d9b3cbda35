"""Memory hardly grows with the recording: only the index of the playback copy and a level per tenth of a second."""

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
def test_an_hour_takes_hardly_more_memory_than_five_minutes(tmp_path: Path) -> None:
    """Twelve times the length takes at most 12 MiB more in the child, under 128 MiB in all, and none in the parent."""
    short, long = measured(5, tmp_path), measured(60, tmp_path)
    assert long[0] == pytest.approx(3_600_000, abs=5000)
    assert long[1] < short[1] + 12 * 1024
    assert long[1] < 128 * 1024
    assert long[2] < short[2] * 1.1
