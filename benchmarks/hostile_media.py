"""Damage recordings in every way we can think of and see that each is read or refused in a sentence, and nothing else.

``python benchmarks/hostile_media.py --files 10000`` prints what happened, as JSON with ``--json``. The files follow
from the seed alone: the same number gives the same file. Seven containers and two more, nine ways to damage each.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np

from benchmarks.made_recordings import recording
from models.adapters.media_refusals import REASONS, RefusedRecordingError
from models.adapters.pyav_decoder import DecodeLimits, PyavDecoder

CONTAINERS = ("wav", "mp3", "m4a", "flac", "opus", "ogg", "webm", "wma", "amr")
LIMITS = DecodeLimits(max_seconds=600, start_seconds=60)
Random = np.random.Generator


def bit_flip(data: bytes, random: Random) -> bytes:
    """A few bits turned over anywhere."""
    changed = bytearray(data)
    for at in random.integers(0, len(data), random.integers(1, 60)):
        changed[at] ^= 1 << random.integers(0, 8)
    return bytes(changed)


def truncate(data: bytes, random: Random) -> bytes:
    """Cut off at the end, at the start, or both."""
    start = 0 if random.random() < 0.7 else int(random.integers(0, len(data) // 2))
    return data[start : int(random.integers(start + 1, len(data)))]


def duplicate(data: bytes, random: Random) -> bytes:
    """A piece of the file repeated in place."""
    start, end = sorted(random.integers(0, len(data), 2))
    return data[:end] + data[start:end] * int(random.integers(1, 6)) + data[end:]


def header_bytes(data: bytes, random: Random) -> bytes:
    """Random bytes in the first kilobyte, behind the first four."""
    changed = bytearray(data)
    for at in random.integers(4, min(1024, len(data)), random.integers(1, 24)):
        changed[at] = random.integers(0, 256)
    return bytes(changed)


def splice(data: bytes, random: Random) -> bytes:
    """The start of one recording and the end of another kind."""
    other = seed_file(CONTAINERS[random.integers(0, len(CONTAINERS))])
    return data[: int(random.integers(1, len(data)))] + other[int(random.integers(0, len(other))) :]


def oversize_fields(data: bytes, random: Random) -> bytes:
    """Huge, negative or zero numbers where lengths and counts may stand."""
    changed = bytearray(data)
    values = (b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\xff\xff\xff\x7f", b"\0\0\0\0", b"\x80\0\0\0")
    for at in random.integers(4, min(4096, len(data) - 8), random.integers(1, 8)):
        changed[at : at + 4] = values[random.integers(0, len(values))]
    return bytes(changed)


def near_empty(data: bytes, random: Random) -> bytes:
    """Only the first bytes."""
    return data[: int(random.integers(0, 200))]


def random_body(data: bytes, random: Random) -> bytes:
    """A true beginning, then noise."""
    kept = int(random.integers(4, min(len(data), 4096)))
    return data[:kept] + random.bytes(int(random.integers(1, 40_000)))


def polyglot_prefix(data: bytes, random: Random) -> bytes:
    """The beginning of some other kind of file in front."""
    starts = (
        b"\x89PNG\r\n\x1a\n", b"PK\x03\x04\x14\0", b"%PDF-1.7\n", b"\x7fELF\x02\x01\x01", b"<!doctype html><p>",
        b"ffconcat version 1.0\nfile a.wav\n", b"#EXTM3U\n#EXTINF:9,\na.ts\n", b"v=0\no=- 0 0 IN IP4 127.0.0.1\n",
        b"ID3\x04\0\0\0\0\x10\0", b"\0" * 512, b"RIFF\xff\xff\xff\xffWAVE", b"OggS\0\x02", b"#!AMR\n", b"fLaC",
    )  # fmt: skip
    return starts[random.integers(0, len(starts))] + data


MUTATORS: tuple[Callable[[bytes, Random], bytes], ...] = (
    bit_flip, truncate, duplicate, header_bytes, splice, oversize_fields, near_empty, random_body, polyglot_prefix,
)  # fmt: skip


@cache
def seed_file(container: str) -> bytes:
    """The sound recording that is damaged."""
    return recording(container, 1.0)


def mutant(number: int) -> tuple[str, bytes]:
    """The damaged file of a number: a name that tells what was done, and its bytes."""
    random = np.random.default_rng([20_260, number])
    container = CONTAINERS[number % len(CONTAINERS)]
    mutate = MUTATORS[number // len(CONTAINERS) % len(MUTATORS)]
    data = mutate(seed_file(container), random)
    if random.random() < 0.2:
        data = MUTATORS[random.integers(0, len(MUTATORS))](data, random) if len(data) > 16 else data
    return f"{number:05d}-{mutate.__name__}.{container}", data


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What became of one file. ``fault`` says what went against the rule, None where nothing did."""

    name: str
    outcome: str
    seconds: float
    fault: str | None


def judge(number: int, folder: Path) -> Verdict:
    """Decode one damaged file: the rule is a whole result, or a known reason and nothing left behind."""
    name, data = mutant(number)
    source, into = folder / name, folder / f"{number}-out"
    source.write_bytes(data)
    began = time.monotonic()
    outcome, fault = _tried(source, into)
    taken = time.monotonic() - began
    source.unlink()
    for path in into.glob("*") if into.exists() else ():
        path.unlink()
    if into.exists():
        into.rmdir()
    return Verdict(name=name, outcome=outcome, seconds=taken, fault=fault)


def _tried(source: Path, into: Path) -> tuple[str, str | None]:
    try:
        audio = PyavDecoder(LIMITS).decode(source, into)
    except RefusedRecordingError as error:
        clean = error.reason in REASONS and not into.exists() and "\n" not in str(error)
        return error.reason, None if clean else "not a clean refusal"
    except Exception as error:  # this is what the benchmark looks for
        return "fault", type(error).__name__
    whole = audio.frames > 0 and sorted(path.name for path in into.iterdir()) == ["audio.s16", "playback.m4a"]
    return "read", None if whole else "not a whole result"


def run(numbers: range, workers: int) -> list[Verdict]:
    """Judge these files, some at a time."""
    for container in CONTAINERS:
        seed_file(container)
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(workers) as pool:
        return list(pool.map(lambda number: judge(number, Path(folder)), numbers))


def main() -> int:
    """Judge as many files as asked for and print the counts; exit code 1 where anything went against the rule."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=300)
    parser.add_argument("--first", type=int, default=0, help="number of the first file")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    began = time.monotonic()
    verdicts = run(range(asked.first, asked.first + asked.files), asked.workers)
    faults = [f"{verdict.name}: {verdict.fault}" for verdict in verdicts if verdict.fault]
    summary = {
        "files": len(verdicts),
        "faults": faults,
        "outcomes": dict(Counter(verdict.outcome for verdict in verdicts).most_common()),
        "slowest_s": round(max(verdict.seconds for verdict in verdicts), 1),
        "wall_s": round(time.monotonic() - began, 1),
        "sandbox_missing": PyavDecoder().sandbox().missing,
    }
    print(json.dumps(summary) if asked.json else "\n".join(f"{key}: {value}" for key, value in summary.items()))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
